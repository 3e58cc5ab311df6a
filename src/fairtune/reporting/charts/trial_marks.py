"""Trials of the search as marks in a picture: chosen, within the limits, outside of them, cut early."""

from typing import TYPE_CHECKING, NamedTuple

from fairtune.reporting.charts import plots, svg
from fairtune.reporting.charts.svg import MUTED, OTHER, PAPER, WARM
from fairtune.reporting.elements import numbers
from fairtune.reporting.elements.section import Table
from fairtune.tuning.trials import Judged

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fairtune.config.tune_limits import TuneLimits

LEFT, RIGHT, BOTTOM, TOP = 0.75, 0.3, 0.55, 0.6


class Attempt(NamedTuple):
    """A trial of the search.

    Attributes
    ----------
    number
        In the order of the search, from 0.
    judged
        Its figures on the validation part.
    inside
        Whether it keeps the limits.
    cut
        Whether it was stopped early, so that its figures are what it was expected to reach.
    chosen
        Whether the product has its hyperparameters.
    """

    number: int
    judged: Judged
    inside: bool
    cut: bool
    chosen: bool


def attempts(trials: "pd.DataFrame", limits: "TuneLimits") -> list[Attempt]:
    """Read trials.parquet, in order; trials without figures are left out."""
    finished = trials.dropna(subset=["ndcg", "dp", "eo"]).sort_values("number")
    tried = []
    for row in finished.to_dict("records"):
        judged = Judged(ndcg=row["ndcg"], dp=row["dp"], eo=row["eo"], served=row["served"])
        cut = bool(row.get("cut", False))
        inside = judged.excess(limits) <= 0
        tried.append(Attempt(int(row["number"]), judged, inside, cut, bool(row["chosen"])))
    return tried


def tabulated(tried: list[Attempt]) -> Table:
    """List every trial with what it was judged by."""
    rows = tuple(
        (
            f"{one.number}{' (chosen)' if one.chosen else ' (stopped early)' if one.cut else ''}",
            *map(numbers.plain, (one.judged.ndcg, one.judged.dp, one.judged.eo, one.judged.served)),
        )
        for one in tried
    )
    return Table(
        columns=(
            "trial",
            "nDCG@10 (higher is better)",
            "gap in exposure, DP (lower is fairer)",
            "gap in chance, EO (lower is fairer)",
            "worst served listeners beside the best (1: alike)",
        ),
        rows=rows,
    )


def dot(area: "Axes", at: float, one: Attempt) -> None:
    """Mark a trial `at` a place of the horizontal axis."""
    if one.cut:
        area.plot(at, one.judged.ndcg, marker="x", markersize=4.5, color=MUTED, alpha=0.55, zorder=2)
        return
    colour = WARM if one.chosen else OTHER
    marker, size, above = ("D", 10.0, 5) if one.chosen else ("o", 6.5, 3)
    area.plot(
        at, one.judged.ndcg, marker=marker, markersize=size, color=colour, zorder=above, clip_on=False,
        markerfacecolor=colour if one.inside else PAPER, markeredgewidth=1.5,
    )  # fmt: skip


def area(figure: "Figure", left: float, width: float, *, below: float = 0.0) -> "Axes":
    """Add axes `left` inches from the edge, with room for a legend above and `below` inches more below."""
    tall = figure.get_size_inches()[1]
    made = svg.axes(figure, left, BOTTOM + below, width, tall - BOTTOM - TOP - below)
    made.grid(axis="y", zorder=0)
    made.margins(x=0.03, y=0.1)
    return made


def legend(figure: "Figure", tried: list[Attempt], extra: list[tuple[str, str, str, bool]]) -> None:
    """Explain the marks, in one row along the upper edge."""
    entries = [("chosen", "D", WARM, any(one.chosen and one.inside for one in tried))]
    entries += [("within limits", "o", OTHER, True)]
    if any(not one.inside and not one.cut for one in tried):
        entries += [("outside limits", "o", OTHER, False)]
    if any(one.cut for one in tried):
        entries += [("stopped early", "x", MUTED, True)]
    plots.legend(figure, entries + extra, left=LEFT)
