"""Exhibits: items that few have played, apart from all others, and those that nobody has."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fairtune.evaluation.gate.metrics_file import branch
from fairtune.reporting.charts import plots
from fairtune.reporting.charts.plots import Mark, Panel
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import Estimate, estimate
from fairtune.reporting.elements.section import Exhibit, Table
from fairtune.reporting.sections import group_rates

LISTED: Final = 10
"""Of no more items a list of ten holds all."""
FEW: Final = 20
"""Pairs of a listener and an item played later below which a share says nothing."""
_LABELS: Final = {"warm": "known well enough", "cold": "played by very few"}


def exhibit(metrics: Mapping[str, Any], *, items: str) -> Exhibit | None:
    """Show recall and nDCG at 10 of cold and warm items; None without both."""
    recall, ndcg = (
        {kind: estimate(metrics, "items", kind, key) for kind in _LABELS} for key in ("recall@10", "ndcg@10")
    )
    warm, cold = recall["warm"], recall["cold"]
    if warm is None or cold is None:
        return None
    panels = [
        Panel(
            title, tuple(Mark(_LABELS[kind], one.scaled(scale)) for kind, one in figures.items() if one), show
        )
        for title, figures, scale, show in (
            ("Found, per 100 played later", recall, 100.0, lambda value: f"{value:.1f}"),
            ("nDCG@10: higher is better", ndcg, 1.0, numbers.plain),
        )
        if all(figures.values())
    ]
    reading = (
        f"Of {items} known well enough, the lists of ten held {numbers.percent(warm.value)} of what "
        f"listeners went on to play; of those that very few had played before, {numbers.percent(cold.value)}"
        f"{group_rates.doubt(warm, cold)}."
    )
    rows = tuple(
        (
            _LABELS[kind],
            numbers.interval(recall[kind], numbers.tenths),
            numbers.interval(ndcg[kind]),
            *(_counted(metrics, kind, key) for key in ("n_items", "n_truth")),
        )
        for kind in _LABELS
    )
    return Exhibit(
        name="cold",
        title=f"{numbers.sentence(items)} that are hardly known yet",
        reading=reading,
        picture=plots.intervals(panels, name="cold", alt=f"Accuracy of cold and warm {items}. {reading}"),
        table=Table((items, "recall@10", "nDCG@10", "how many", "played later, in pairs"), rows),
    )


def unplayed(metrics: Mapping[str, Any]) -> tuple[Exhibit, ...]:
    """Show what content alone finds among items nobody played, beside chance: the target's come first."""
    blocks = {str(metrics.get("target")): metrics, **branch(metrics, "also")}
    shown = (_unplayed(figures, block) for block, figures in blocks.items())
    return tuple(exhibit for exhibit in shown if exhibit)


def _unplayed(block_metrics: Mapping[str, Any], block: str) -> Exhibit | None:
    items = labels.noun(block)
    chances = branch(block_metrics, "items", "unplayed", "chance")
    recall, ndcg = (
        {
            "by what it is made of": estimate(block_metrics, "items", "unplayed", key),
            "in random order": estimate(chances, key),
        }
        for key in ("recall@10", "ndcg@10")
    )
    ours, theirs = recall.values()
    if ours is None or theirs is None:
        return None
    more = f"{numbers.times(ours.value / theirs.value)} as much as" if theirs.value else "against none"
    how = (
        f"{numbers.sentence(items)} that nobody had played are ranked by what they are made of, such as "
        "music types and region."
    )
    n_items, n_truth = (_number(block_metrics, key) for key in ("n_items", "n_truth"))
    if n_items <= LISTED or n_truth < FEW:
        reading = (
            f"{how} They are too few to say how well: {numbers.count(n_items)} {items}, of which listeners "
            f"went on to play {numbers.count(n_truth)} pairs."
        )
    else:
        reading = (
            f"{how} Among themselves, lists of ten found {numbers.percent(ours.value)} of what listeners "
            f"went on to play, {more} random order{group_rates.doubt(ours, theirs)}."
        )
    panels = [
        Panel("Found, per 100 played later", tuple(_marks(recall, 100.0)), lambda value: f"{value:.1f}"),
        Panel("nDCG@10: higher is better", tuple(_marks(ndcg, 1.0)), numbers.plain),
    ]
    counts = [_counted(block_metrics, "unplayed", key) for key in ("n_items", "n_described", "n_truth")]
    rows = tuple(
        (
            order,
            numbers.interval(recall[order], numbers.tenths),
            numbers.interval(ndcg[order]),
            *counts,
        )
        for order in recall
    )
    columns = ("ranked", "recall@10", "nDCG@10", items, "with anything known", "played later, in pairs")
    return Exhibit(
        name=f"unplayed-{block}",
        title=f"{numbers.sentence(items)} that nobody had played",
        reading=reading,
        picture=plots.intervals(
            panels, name=f"unplayed-{block}", alt=f"Accuracy of {items} that nobody had played. {reading}"
        ),
        table=Table(columns, rows),
    )


def _marks(figures: Mapping[str, Estimate | None], scale: float) -> Iterator[Mark]:
    yield from (Mark(label, one.scaled(scale)) for label, one in figures.items() if one)


def _number(metrics: Mapping[str, Any], key: str) -> int:
    """Return a count of the items that nobody had played; one that isn't told is large enough."""
    return int(branch(metrics, "items", "unplayed").get(key, max(LISTED + 1, FEW)))


def _counted(metrics: Mapping[str, Any], kind: str, key: str) -> str:
    number = branch(metrics, "items", kind).get(key)
    return "not counted" if number is None else numbers.count(number)
