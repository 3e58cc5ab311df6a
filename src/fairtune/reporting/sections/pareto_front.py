"""Exhibit: the accuracy-fairness front, every trial by accuracy and by both gaps between groups."""

from typing import TYPE_CHECKING

from fairtune.reporting.charts import model_marks, svg, trial_marks
from fairtune.reporting.charts.model_marks import Beside
from fairtune.reporting.charts.svg import INK, LIMIT, SHADE, WIDTH
from fairtune.reporting.charts.trial_marks import LEFT, RIGHT, Attempt
from fairtune.reporting.elements import numbers
from fairtune.reporting.elements.section import Exhibit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fairtune.config.tune_limits import TuneLimits

_BETWEEN, _TALL = 0.25, 3.9
_GAPS = {"dp": "gap in exposure (DP)", "eo": "gap in chance (EO)"}
_NEAR = 2.0
"""A limit or model further out than so many times the widest gap of the trials is not worth the room."""


def exhibit(tried: list[Attempt], limits: "TuneLimits", others: list[Beside]) -> Exhibit:
    """Draw accuracy against each gap, side by side; left of the lines is within the limits."""
    reading = trade(tried)

    def paint(figure: "Figure") -> None:
        each = (WIDTH - LEFT - RIGHT - _BETWEEN) / 2
        below = model_marks.height(others)
        first = trial_marks.area(figure, LEFT, each, below=below)
        second = trial_marks.area(figure, LEFT + each + _BETWEEN, each, below=below)
        second.sharey(first)
        second.tick_params(labelleft=False)
        first.set_ylabel("nDCG@10: higher is more accurate")
        for panel, gap in ((first, "dp"), (second, "eo")):
            right = _right(tried, others, getattr(limits, gap), gap)
            panel.set_xlim(0, right)
            for one in tried:
                at = getattr(one.judged, gap)
                if at <= right:
                    trial_marks.dot(panel, at, one)
            _limit(panel, getattr(limits, gap), right)
            panel.set_xlabel(f"{_GAPS[gap]}: further left is fairer")
        values = [other.ndcg for other in others] + [one.judged.ndcg for one in tried]
        room = 0.06 * (max(values) - min(values) or 1.0)
        first.set_ylim(min(values) - room, max(values) + room)
        for panel, gap in ((first, "dp"), (second, "eo")):
            model_marks.marks(panel, gap, others)
        model_marks.names(figure, others)
        trial_marks.legend(figure, tried, [("other models", "s", INK, False)] if others else [])

    return Exhibit(
        name="front",
        title="Accuracy against fairness",
        reading=reading,
        picture=svg.draw(
            paint,
            name="front",
            alt=f"Accuracy of each trial against both gaps. {reading}",
            height=_TALL + model_marks.height(others),
        ),
        table=trial_marks.tabulated(tried),
    )


def trade(tried: list[Attempt]) -> str:
    """Write in a sentence what keeping the limits cost."""
    whole = [one for one in tried if not one.cut]
    best = max(whole, key=lambda one: one.judged.ndcg)
    inside = [one for one in whole if one.inside]
    chosen = next((one for one in whole if one.chosen), None)
    if not any(one.judged.disparity for one in whole):
        return "No two regions of artists are known: the search could only look for accuracy."
    if chosen is None:
        return f"{len(inside)} of {len(whole)} trials stay within the limits."
    gaps = f"gaps of {_gaps(chosen)}"
    if not inside:
        return f"No trial stays within the limits; the one that misses them least was chosen, with {gaps}."
    if chosen.judged.ndcg >= best.judged.ndcg:
        return (
            f"Fairness cost nothing here: the chosen trial is the most accurate of all {len(whole)}, and "
            f"keeps the limits, with {gaps}."
        )
    return (
        f"Staying within the limits cost {numbers.percent(1 - chosen.judged.ndcg / best.judged.ndcg)} of "
        f"accuracy: the chosen trial has {gaps}, the most accurate one of {_gaps(best)}."
    )


def _gaps(one: Attempt) -> str:
    return f"{numbers.plain(one.judged.dp)} in exposure and {numbers.plain(one.judged.eo)} in chance"


def _right(tried: list[Attempt], others: list[Beside], limit: float | None, gap: str) -> float:
    """Return the end of the axis: whole trials decide, and limit and other models if they are near them."""
    widest = max(getattr(one.judged, gap) for one in tried if not one.cut)
    candidates = (limit, *(getattr(other, gap) for other in others))
    near = [at for at in candidates if at is not None and at <= _NEAR * widest]
    return float(1.08 * max([widest, *near])) or 1.0  # all 0 where there are no two regions to compare


def _limit(panel: "Axes", limit: float | None, right: float) -> None:
    if limit is None or limit >= right:
        return
    panel.axvspan(limit, right, color=SHADE, linewidth=0, zorder=0)
    panel.axvline(limit, color=LIMIT, linewidth=1.5, zorder=1)
    panel.annotate(
        f"limit {limit:g}", (limit, 1), xycoords=("data", "axes fraction"), xytext=(0, 4),
        textcoords="offset points", ha="center", color=LIMIT,
    )  # fmt: skip
