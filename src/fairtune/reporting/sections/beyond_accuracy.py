"""Exhibits: what the lists of every model do with the catalogue, beyond finding what was hidden."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fairtune.evaluation.gate.metrics_file import branch
from fairtune.reporting.charts import plots
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import Estimate, estimate
from fairtune.reporting.elements.section import Exhibit, Table
from fairtune.reporting.sections import accuracy
from fairtune.reporting.sections.accuracy import PRODUCT
from fairtune.reporting.sections.accuracy_fairness import panel

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


def variety(metrics: Mapping[str, Any], items: str) -> Exhibit | None:
    """Show coverage, diversity and novelty of every model; None with nothing to compare."""
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


def reach(metrics: Mapping[str, Any], items: str) -> Exhibit | None:
    """Show how much of the lists of every model is long tail and emerging; None with nothing to compare."""
    tail, emerging = (estimate(metrics, "ranking", PRODUCT, key) for key, _, _ in _REACH)
    listening = estimate(
        branch(metrics, "fairness", "providers", "tier", "dp@10", "groups", "tail"), "share_listening"
    )
    parts = []
    if tail:
        listened = f", which have {numbers.percent(listening.value)} of listening," if listening else ""
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
    """Return the figure of the best alternative in brackets: ' (item-to-item similarity: 84 %)'."""
    rival = next((name for name in accuracy.scores(metrics) if name != PRODUCT), "")
    its = estimate(metrics, "ranking", rival, key)
    return f" ({labels.model(rival)}: {numbers.percent(its.value)})" if its else ""


def _measures(
    metrics: Mapping[str, Any],
    measures: Sequence[tuple[str, str, Any]],
    *,
    name: str,
    title: str,
    reading: str,
) -> Exhibit | None:
    """Draw a panel for each measure that the product has, a row for each model that has all of them."""
    measured = [row for row in measures if estimate(metrics, "ranking", PRODUCT, row[0])]
    figures: dict[str, list[Estimate]] = {}
    for model in accuracy.scores(metrics):
        row = [estimate(metrics, "ranking", model, key) for key, _, _ in measured]
        if all(row):
            figures[model] = [figure for figure in row if figure]
    if not measured or len(figures) < 2:  # noqa: PLR2004 - nothing to compare
        return None
    models = list(figures)
    panels = [
        panel(label, models, [figures[model][at] for model in models], show)
        for at, (_, label, show) in enumerate(measured)
    ]
    columns = ("model", *(label.replace("\n", " ") for _, label, _ in measured))
    cells = tuple(
        (
            labels.model(model),
            *(numbers.interval(one, show) for one, (_, _, show) in zip(its_figures, measured, strict=True)),
        )
        for model, its_figures in figures.items()
    )
    return Exhibit(
        name=name,
        title=title,
        reading=reading,
        picture=plots.intervals(panels, name=name, alt=f"{title}, by model. {reading}"),
        table=Table(columns, cells),
    )
