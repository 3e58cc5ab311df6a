"""Section: every model judged by accuracy and fairness at once, and by how varied its lists are."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from fairtune.report import accuracy, charts, numbers, rates, words
from fairtune.report.accuracy import PRODUCT
from fairtune.report.charts import Mark, Panel
from fairtune.report.exhibit import Exhibit, Section, Table
from fairtune.report.reading import Estimate, branch, estimate

SAME_METHOD: Final = {
    "plain_als": "the same method without weights and influencers",
    "tutorial_als": "the same method with nothing tuned",
}
"""The fairer comparison first."""
_SHARE: Final = numbers.percent
_VARIETY: Final = (
    ("coverage@10", "Coverage,\nof the catalogue", _SHARE),
    ("diversity@10", "Diversity,\n1: nothing alike", numbers.plain),
    ("novelty@10", "Novelty, in bits,\n0: all know it", lambda bits: f"{bits:.1f}"),
)
_REACH: Final = (
    ("tail_share@10", "Long tail,\nshare of the lists", _SHARE),
    ("emerging_share@10", "Emerging artists,\nshare of the lists", _SHARE),
)


class Standing(NamedTuple):
    """A model by accuracy (up) and by the disparity of its exposure and of its chance (down)."""

    name: str
    ndcg: Estimate
    exposure: Estimate
    chance: Estimate


Limits = Mapping[str, float]  # grouping -> the most that a disparity may be


def section(
    metrics: Mapping[str, Any], *, items: str, exposure_limits: Limits, chance_limits: Limits
) -> Section | None:
    """Compare all models; None without figures. `items`: the target in the plural."""
    exhibits = tuple(
        exhibit
        for exhibit in (
            _balance(metrics, exposure_limits, chance_limits),
            _variety(metrics, items),
            _reach(metrics, items),
        )
        if exhibit
    )
    if not exhibits:
        return None
    return Section(
        name="alternatives",
        title="What it gains over the alternatives",
        short="Alternatives",
        lead=(
            "A model can be accurate because it plays safe: hits of the largest region, for everybody. So "
            "every model is judged in two ways at once, by what its lists find and by how evenly they treat "
            "groups. A gap is the spread of the groups' rates beside their average; 0 is equal treatment."
        ),
        exhibits=exhibits,
    )


def standings(metrics: Mapping[str, Any], kind: str) -> list[Standing]:
    """Give the models that have all three figures, the most accurate first."""
    found = []
    for name, ndcg in accuracy.scores(metrics).items():
        where = ("fairness", "providers") if name == PRODUCT else ("fairness_of_alternatives", name)
        exposure, chance = (
            estimate(metrics, *where, kind, measure, "disparity") for measure in ("dp@10", "eo@10")
        )
        if exposure and chance:
            found.append(Standing(name, ndcg, exposure, chance))
    return found


def _balance(
    metrics: Mapping[str, Any], exposure_limits: Limits, chance_limits: Limits, kind: str = "region"
) -> Exhibit | None:
    found = standings(metrics, kind)
    if len(found) < 2 or PRODUCT not in [one.name for one in found]:  # noqa: PLR2004 - nothing to compare
        return None
    by = words.grouping(kind)
    reading = _balance_reading(found, by)
    names = [one.name for one in found]
    panels = [
        _panel("Accuracy: nDCG@10,\nhigher is better", names, [one.ndcg for one in found], numbers.plain),
        *(
            _panel(f"Gap in {what},\nlower is fairer", names, figures, _SHARE, limit=held.get(kind))
            for what, figures, held in (
                ("exposure", [one.exposure for one in found], exposure_limits),
                ("chance", [one.chance for one in found], chance_limits),
            )
        ),
    ]
    return Exhibit(
        name="balance",
        title=f"Accuracy and equal treatment by {by}, every model",
        reading=reading,
        picture=charts.intervals(
            panels, name="balance", alt=f"nDCG@10 and disparity between groups of each model. {reading}"
        ),
        table=Table(
            ("model", "nDCG@10", f"gap in exposure by {by}", f"gap in chance by {by}"),
            tuple(
                (
                    words.model(one.name),
                    numbers.interval(one.ndcg),
                    *(numbers.interval(gap, numbers.tenths) for gap in (one.exposure, one.chance)),
                )
                for one in found
            ),
        ),
    )


def _balance_reading(found: Sequence[Standing], by: str) -> str:
    by_name = {one.name: one for one in found}
    ours = by_name.pop(PRODUCT)
    rival = next(iter(by_name.values()))
    plain = next((by_name[name] for name in SAME_METHOD if name in by_name), None)
    sentences = [_against(ours, rival, f"the best alternative, {words.model(rival.name)},", by)]
    if plain and plain is not rival:
        same = f"{words.model(plain.name)}, {SAME_METHOD[plain.name]},"
        sentences.append(_against(ours, plain, same, by))
    return " ".join(sentences)


def _against(ours: Standing, its: Standing, name: str, by: str) -> str:
    change = ours.ndcg.value / its.ndcg.value - 1 if its.ndcg.value else float("inf")
    accurate = f"{numbers.percent(abs(change))} {'more' if change >= 0 else 'less'} accurate"
    gaps = " and ".join(
        f"{numbers.percent(a.value)} instead of {numbers.percent(b.value)} in {what}{rates.doubt(a, b)}"
        for what, a, b in (
            ("exposure", ours.exposure, its.exposure),
            ("chance", ours.chance, its.chance),
        )
    )
    doubt = rates.doubt(ours.ndcg, its.ndcg)
    return f"Against {name} the lists are {accurate}{doubt}, and the gap by {by} is {gaps}."


def _variety(metrics: Mapping[str, Any], items: str) -> Exhibit | None:
    coverage = estimate(metrics, "ranking", PRODUCT, "coverage@10")
    diversity = estimate(metrics, "ranking", PRODUCT, "diversity@10")
    parts = []
    if coverage:
        beside = _rivals(metrics, "coverage@10")
        parts.append(f"together the lists hold {numbers.percent(coverage.value)} of all {items}{beside}")
    if diversity:
        apart = f"{numbers.plain(diversity.value)} apart on a scale from 0, alike, to 1"
        parts.append(f"inside a list two {items} are {apart}")
    reading = f"{numbers.sentence(numbers.listed(parts))}." if parts else ""
    return _measures(metrics, _VARIETY, name="variety", title="How varied the lists are", reading=reading)


def _reach(metrics: Mapping[str, Any], items: str) -> Exhibit | None:
    tail, emerging = (estimate(metrics, "ranking", PRODUCT, key) for key, _, _ in _REACH)
    heard = estimate(
        branch(metrics, "fairness", "providers", "tier", "dp@10", "groups", "tail"), "share_listening"
    )
    parts = []
    if tail:
        listened = f", which have {numbers.percent(heard.value)} of listening," if heard else ""
        given = f"{numbers.percent(tail.value)} of the places{_rivals(metrics, 'tail_share@10')}"
        parts.append(f"{items} of the long tail{listened} get {given}")
    if emerging:
        beside = _rivals(metrics, "emerging_share@10")
        parts.append(f"emerging artists get {numbers.percent(emerging.value)}{beside}")
    reading = f"{numbers.sentence(numbers.listed(parts))}." if parts else ""
    return _measures(
        metrics, _REACH, name="reach", title="How far the lists reach beyond hits", reading=reading
    )


def _rivals(metrics: Mapping[str, Any], key: str) -> str:
    """Give the figure of the best alternative in brackets: ' (item-to-item similarity: 84 %)'."""
    rival = next((name for name in accuracy.scores(metrics) if name != PRODUCT), "")
    its = estimate(metrics, "ranking", rival, key)
    return f" ({words.model(rival)}: {numbers.percent(its.value)})" if its else ""


def _measures(
    metrics: Mapping[str, Any],
    measures: Sequence[tuple[str, str, Any]],
    *,
    name: str,
    title: str,
    reading: str,
) -> Exhibit | None:
    """Draw a panel for each measure that the product has, a row for each model that has all of them."""
    there = [row for row in measures if estimate(metrics, "ranking", PRODUCT, row[0])]
    figures: dict[str, list[Estimate]] = {}
    for model in accuracy.scores(metrics):
        found = [estimate(metrics, "ranking", model, key) for key, _, _ in there]
        if all(found):
            figures[model] = [figure for figure in found if figure]
    if not there or len(figures) < 2:  # noqa: PLR2004 - nothing to compare
        return None
    models = list(figures)
    panels = [
        _panel(label, models, [figures[model][at] for model in models], show)
        for at, (_, label, show) in enumerate(there)
    ]
    columns = ("model", *(label.replace("\n", " ") for _, label, _ in there))
    cells = tuple(
        (
            words.model(model),
            *(numbers.interval(one, show) for one, (_, _, show) in zip(row, there, strict=True)),
        )
        for model, row in figures.items()
    )
    return Exhibit(
        name=name,
        title=title,
        reading=reading,
        picture=charts.intervals(panels, name=name, alt=f"{title}, by model. {reading}"),
        table=Table(columns, cells),
    )


def _panel(
    title: str,
    models: Sequence[str],
    figures: Sequence[Estimate],
    show: Callable[[float], str],
    limit: float | None = None,
) -> Panel:
    marks = tuple(
        Mark(words.model(name), figure, strong=name == PRODUCT)
        for name, figure in zip(models, figures, strict=True)
    )
    reference = None if limit is None else (limit, "limit")
    return Panel(title, marks, show, reference, tick=numbers.tick if show is _SHARE else "{:g}".format)
