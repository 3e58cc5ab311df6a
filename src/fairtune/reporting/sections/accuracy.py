"""Section: how well the lists and the predicted play counts fit what listeners went on to play."""

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fairtune.evaluation.gate.metrics_file import branch
from fairtune.reporting.charts import plots
from fairtune.reporting.charts.plots import Mark, Panel
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import Estimate, estimate
from fairtune.reporting.elements.section import Exhibit, Section, Table
from fairtune.reporting.sections import ablation, cold_items

PRODUCT: Final = "als"
_MEASURES: Final = (
    ("recall@10", "recall@10", numbers.tenths),
    ("precision@10", "precision@10", numbers.tenths),
    ("hit@10", "hit rate", numbers.tenths),
    ("ndcg@20", "nDCG@20", numbers.plain),
    ("coverage@10", "coverage", numbers.tenths),
)

_BY_LENGTH: Final = {
    "ndcg": "nDCG",
    "recall": "recall",
    "precision": "precision",
    "hit": "hit rate",
    "map": "MAP",
    "mrr": "MRR",
}


def section(metrics: Mapping[str, Any], *, items: str) -> Section | None:
    """Compare the model with its alternatives; None without figures."""
    shown = (
        _ranking(metrics, items),
        cold_items.exhibit(metrics, items=items),
        *cold_items.unplayed(metrics),
        _ladder(metrics),
        ablation.exhibit(metrics),
    )
    exhibits = tuple(exhibit for exhibit in shown if exhibit)
    if not exhibits:
        return None
    return Section(
        name="accuracy",
        title="How accurate it is",
        short="Accuracy",
        lead=(
            "A part of what every listener played was hidden from the model. A list is accurate when it "
            "brings back what was hidden, best of all near its top. Whiskers are 95 % intervals: with "
            "other listeners the figure would most likely lie within them."
        ),
        exhibits=exhibits,
        tables=_lengths(metrics),
    )


def scores(metrics: Mapping[str, Any], metric: str = "ndcg@10") -> dict[str, Estimate]:
    """Return the figure of every model, the best first."""
    figures = {name: estimate(metrics, "ranking", name, metric) for name in branch(metrics, "ranking")}
    known = {name: figure for name, figure in figures.items() if figure is not None}
    return dict(sorted(known.items(), key=lambda entry: (-entry[1].value, entry[0])))


class Rival(NamedTuple):
    """The best alternative: its name in words, its nDCG@10 and the model's own."""

    name: str
    its: Estimate
    ours: Estimate

    @property
    def lead(self) -> str:
        """Return how much more or less accurate the model is: '12 % more accurate'."""
        change = self.ours.value / self.its.value - 1
        return f"{numbers.percent(abs(change))} {'more' if change >= 0 else 'less'} accurate"


def best_alternative(metrics: Mapping[str, Any]) -> Rival | None:
    """Find the best of the other models by nDCG@10; None if there is nothing to compare."""
    others = scores(metrics)
    ours = others.pop(PRODUCT, None)
    if ours is None or not others:
        return None
    name, its = next(iter(others.items()))
    return Rival(labels.model(name), its, ours) if its.value else None


def _ranking_reading(metrics: Mapping[str, Any], items: str) -> str:
    ours, rival = scores(metrics).get(PRODUCT), best_alternative(metrics)
    if ours is None:
        return "The model's own figure is missing."
    own = (
        f"On nDCG@10, where 1 is perfect, the model's lists of ten {items} score {numbers.plain(ours.value)}"
    )
    if rival is None:
        return f"{own}."
    overlap = "the intervals overlap" if ours.overlaps(rival.its) else "the intervals do not overlap"
    return (
        f"{own}; the best alternative, {rival.name}, scores {numbers.plain(rival.its.value)}, and {overlap}."
    )


def _ranking(metrics: Mapping[str, Any], items: str) -> Exhibit | None:
    figures = scores(metrics)
    if not figures:
        return None
    reading = _ranking_reading(metrics, items)
    marks = tuple(
        Mark(labels.model(name), figure, strong=name == PRODUCT) for name, figure in figures.items()
    )
    panel = Panel("nDCG@10: higher is better, 1 is perfect", marks, numbers.plain)
    return Exhibit(
        name="ranking",
        title="Lists, compared with simpler ways to recommend",
        reading=reading,
        picture=plots.intervals(
            [panel], name="ranking", alt=f"nDCG@10 of each model with its interval. {reading}"
        ),
        table=_ranking_table(metrics, figures),
    )


def _ranking_table(metrics: Mapping[str, Any], scored: Mapping[str, Estimate]) -> Table:
    """Return a row a model; the interval of nDCG@10 only, a table with all of them is too wide to read."""
    rows = []
    for name, ndcg in scored.items():
        others = ((estimate(metrics, "ranking", name, key), show) for key, _, show in _MEASURES)
        cells = (show(figure.value) if figure else "not computed" for figure, show in others)
        rows.append((labels.model(name), numbers.interval(ndcg), *cells))
    return Table(columns=("model", "nDCG@10", *(title for _, title, _ in _MEASURES)), rows=tuple(rows))


def _lengths(metrics: Mapping[str, Any]) -> tuple[tuple[str, Table], ...]:
    """List every measure of the model's own lists by their length."""
    ours = branch(metrics, "ranking", PRODUCT)
    lengths = sorted({int(key.rpartition("@")[2]) for key in ours if "@" in key})
    rows = tuple(
        (title, *(numbers.interval(estimate(ours, f"{name}@{k}")) for k in lengths))
        for name, title in _BY_LENGTH.items()
        if any(f"{name}@{k}" in ours for k in lengths)
    )
    columns = ("measure", *(f"the first {k}" for k in lengths))
    return (("Short and long lists", Table(columns, rows)),) if rows else ()


def _ladder(metrics: Mapping[str, Any]) -> Exhibit | None:
    scale = "log_plays" if branch(metrics, "rmse", "log_plays") else "preference"
    steps = {name: estimate(metrics, "rmse", scale, name) for name in branch(metrics, "rmse", scale)}
    order = list(labels.LADDER)
    known = {
        name: steps[name]
        for name in sorted(steps, key=lambda step: (order.index(step) if step in order else 99, step))
    }
    figures = {name: figure for name, figure in known.items() if figure is not None}
    if not figures:
        return None
    last = list(figures)[-1]
    marks = tuple(
        Mark(labels.LADDER.get(name, name.replace("_", " ")), figure, strong=name == last)
        for name, figure in figures.items()
    )
    unit = "RMSE of ln(1 + plays)" if scale == "log_plays" else "RMSE of preference (1 played, 0 not)"
    reading = _ladder_reading(metrics, figures[last], scale)
    return Exhibit(
        name="ladder",
        title=f"Predicting {'how much' if scale == 'log_plays' else 'what'} a listener will play",
        reading=reading,
        picture=plots.intervals(
            [Panel(f"{unit}: lower is better", marks, numbers.plain, from_zero=False)],
            name="ladder",
            alt=f"{unit} of each step with its interval. {reading}",
        ),
        table=Table(
            columns=("predicted from", unit),
            rows=tuple((mark.label, numbers.interval(mark.figure)) for mark in marks),
        ),
    )


def _ladder_reading(metrics: Mapping[str, Any], final: Estimate, scale: str) -> str:
    off = f"The RMSE of predicted preference is {numbers.plain(final.value)}"
    if scale == "log_plays":
        size = f"RMSE {numbers.plain(final.value)} on the scale ln(1 + plays)"
        off = f"A typical prediction is off by a factor of {math.exp(final.value):.1f} ({size})"
    skill = estimate(metrics, "rmse", "skill")
    if skill is None:
        return f"{off}."
    size = "smaller" if skill.value >= 0 else "larger"
    share = numbers.percent(abs(skill.value))
    return f"{off}; this error is {share} {size} than with the averages of listener and item alone."
