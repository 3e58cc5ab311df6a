"""Exhibits: every model by accuracy and by equal treatment, and by how long it takes to fit."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from fairtune.reporting.charts import plots
from fairtune.reporting.charts.plots import Mark, Panel
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import Estimate, estimate
from fairtune.reporting.elements.section import Exhibit, Table
from fairtune.reporting.sections import accuracy, group_rates
from fairtune.reporting.sections.accuracy import PRODUCT

SAME_METHOD: Final = {
    "plain_als": "the same method without weights, influencers and neighbours",
    "tutorial_als": "the same method with nothing tuned",
}
"""The fairer comparison first."""
_SHARE: Final = numbers.percent
_LEAST: Final = 0.01

Limits = Mapping[str, float]  # grouping -> the most that a disparity may be
Times = Mapping[str, float]  # model -> its fit time, the product's being 1


class Standing(NamedTuple):
    """A model by accuracy and by how unevenly it treats groups.

    Attributes
    ----------
    name
        As metrics.json has it.
    ndcg
        nDCG@10, higher is better.
    exposure
        Disparity of exposure (demographic parity), lower is fairer.
    chance
        Disparity of chance (equal opportunity), lower is fairer.
    time
        To fit it, the product's being 1; None where nobody measured it.
    """

    name: str
    ndcg: Estimate
    exposure: Estimate
    chance: Estimate
    time: Estimate | None = None


def standings(metrics: Mapping[str, Any], kind: str, times: Times) -> list[Standing]:
    """Return the models that have all three figures, the most accurate first."""
    compared = []
    for name, ndcg in accuracy.scores(metrics).items():
        where = ("fairness", "providers") if name == PRODUCT else ("fairness_of_alternatives", name)
        exposure, chance = (
            estimate(metrics, *where, kind, measure, "disparity") for measure in ("dp@10", "eo@10")
        )
        if exposure and chance:
            compared.append(Standing(name, ndcg, exposure, chance, _time(name, times)))
    return compared


def _time(name: str, times: Times) -> Estimate | None:
    if not times:
        return None
    return Estimate(1.0) if name == PRODUCT else estimate(times, name)


def exhibit(
    metrics: Mapping[str, Any],
    exposure_limits: Limits,
    chance_limits: Limits,
    *,
    times: Times,
    kind: str = "region",
) -> Exhibit | None:
    """Draw a panel for accuracy and one for each gap; the table has the time to fit too, if it is known."""
    compared = standings(metrics, kind, times)
    if len(compared) < 2 or PRODUCT not in [one.name for one in compared]:  # noqa: PLR2004 - nothing to compare
        return None
    by = labels.grouping(kind)
    reading = _against_each(compared, by)
    names = [one.name for one in compared]
    panels = [
        panel("Accuracy: nDCG@10,\nhigher is better", names, [one.ndcg for one in compared], numbers.plain),
        *(
            panel(f"Gap in {what},\nlower is fairer", names, figures, _SHARE, limit=held.get(kind))
            for what, figures, held in (
                ("exposure", [one.exposure for one in compared], exposure_limits),
                ("chance", [one.chance for one in compared], chance_limits),
            )
        ),
    ]
    columns = ["model", "nDCG@10", f"gap in exposure by {by}", f"gap in chance by {by}"]
    if any(one.time for one in compared):
        columns.append("time to fit, this model: 1")
    return Exhibit(
        name="balance",
        title=f"Accuracy and equal treatment by {by}, every model",
        reading=reading,
        picture=plots.intervals(
            panels, name="balance", alt=f"nDCG@10 and disparity between groups of each model. {reading}"
        ),
        table=Table(tuple(columns), tuple(_row(one)[: len(columns)] for one in compared)),
    )


def effort(metrics: Mapping[str, Any], times: Times) -> Exhibit | None:
    """Draw how long each model takes to fit; None where nobody measured."""
    compared = {name: time for name in accuracy.scores(metrics) if (time := _time(name, times))}
    others = {name: time.value for name, time in compared.items() if name != PRODUCT}
    if not others or PRODUCT not in compared:
        return None
    reading = _slowest(others)
    shown = panel(
        "Time to fit with the chosen settings, this model: 1", [*compared], [*compared.values()], ratio
    )
    return Exhibit(
        name="effort",
        title="What it takes to fit each model",
        reading=reading,
        picture=plots.intervals([shown], name="effort", alt=f"Time to fit each model. {reading}"),
        table=Table(
            ("model", "time to fit, this model: 1"),
            tuple((labels.model(name), ratio(time.value)) for name, time in compared.items()),
        ),
    )


def ratio(times: float) -> str:
    """Write a ratio to two digits: 12, 1.3, 0.04."""
    if times < _LEAST:
        return f"below {_LEAST:g}"
    digits = 0 if times >= 9.95 else 1 if times >= 0.95 else 2  # noqa: PLR2004 - where rounding adds a digit
    return f"{times:,.{digits}f}"


def _row(one: Standing) -> tuple[str, ...]:
    gaps = (numbers.interval(gap, numbers.tenths) for gap in (one.exposure, one.chance))
    time = ratio(one.time.value) if one.time else "not measured"
    return labels.model(one.name), numbers.interval(one.ndcg), *gaps, time


def _against_each(compared: Sequence[Standing], by: str) -> str:
    by_name = {one.name: one for one in compared}
    ours = by_name.pop(PRODUCT)
    rival = next(iter(by_name.values()))
    plain = next((by_name[name] for name in SAME_METHOD if name in by_name), None)
    sentences = [_against(ours, rival, f"the best alternative, {labels.model(rival.name)},", by)]
    if plain and plain is not rival:
        same = f"{labels.model(plain.name)}, {SAME_METHOD[plain.name]},"
        sentences.append(_against(ours, plain, same, by))
    return " ".join(sentences)


def _against(ours: Standing, its: Standing, name: str, by: str) -> str:
    change = ours.ndcg.value / its.ndcg.value - 1 if its.ndcg.value else float("inf")
    accurate = f"{numbers.percent(abs(change))} {'more' if change >= 0 else 'less'} accurate"
    gaps = " and ".join(
        f"{numbers.percent(a.value)} instead of {numbers.percent(b.value)} in {what}{group_rates.doubt(a, b)}"
        for what, a, b in (
            ("exposure", ours.exposure, its.exposure),
            ("chance", ours.chance, its.chance),
        )
    )
    doubt = group_rates.doubt(ours.ndcg, its.ndcg)
    return f"Against {name} the lists are {accurate}{doubt}, and the gap by {by} is {gaps}."


def _slowest(times: Mapping[str, float]) -> str:
    slowest = max(times, key=lambda name: times[name])
    if times[slowest] <= 1:
        return "No alternative takes longer to fit than this model."
    longest = numbers.times(times[slowest])
    return f"The slowest to fit, {labels.model(slowest)}, takes {longest} as long as this model."


def panel(
    title: str,
    models: Sequence[str],
    figures: Sequence[Estimate | None],
    show: Callable[[float], str],
    limit: float | None = None,
) -> Panel:
    """Draw a figure of each model, the product's marked."""
    marks = tuple(
        Mark(labels.model(name), figure, strong=name == PRODUCT)
        for name, figure in zip(models, figures, strict=True)
    )
    reference = None if limit is None else (limit, "limit")
    return Panel(title, marks, show, reference, tick=numbers.tick if show is _SHARE else "{:g}".format)
