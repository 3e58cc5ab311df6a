"""Exhibit: items that few have played, apart from all others."""

from collections.abc import Mapping
from typing import Any, Final

from fairtune.report import charts, numbers, rates
from fairtune.report.charts import Mark, Panel
from fairtune.report.exhibit import Exhibit, Table
from fairtune.report.reading import branch, estimate

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
        f"{rates.doubt(warm, cold)}."
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
        picture=charts.intervals(panels, name="cold", alt=f"Accuracy of cold and warm {items}. {reading}"),
        table=Table((items, "recall@10", "nDCG@10", "how many", "played later, in pairs"), rows),
    )


def _counted(metrics: Mapping[str, Any], kind: str, key: str) -> str:
    number = branch(metrics, "items", kind).get(key)
    return "not counted" if number is None else numbers.count(number)
