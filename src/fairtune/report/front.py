"""Exhibit: the accuracy-fairness front, every trial by accuracy and by both gaps between groups."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from fairtune.report import attempts, numbers, picture, words
from fairtune.report.attempts import LEFT, RIGHT, Attempt
from fairtune.report.exhibit import Exhibit
from fairtune.report.picture import INK, LIMIT, SHADE, TEXT, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fairtune.params import TuneLimits

_BETWEEN, _TALL = 0.25, 3.9
_GAPS = {"dp": "gap in exposure (DP)", "eo": "gap in chance (EO)"}
_NEAR = 2.5
"""A limit further out than so many times the widest gap is not worth the room."""


class Baseline(NamedTuple):
    """Another model, tuned on the same validation part."""

    name: str
    ndcg: float
    dp: float | None
    eo: float | None


def baselines(alternatives: Mapping[str, Mapping[str, Any]]) -> list[Baseline]:
    """Read alternatives.json; a model without accuracy is left out."""
    return [
        Baseline(words.short_model(name), of["ndcg@10"], of.get("dp"), of.get("eo"))
        for name, of in sorted(alternatives.items())
        if of.get("ndcg@10") is not None
    ]


def exhibit(tried: list[Attempt], limits: "TuneLimits", others: list[Baseline]) -> Exhibit:
    """Draw accuracy against each gap, side by side; left of the lines is within the limits."""
    reading = trade(tried)

    def paint(figure: "Figure") -> None:
        each = (WIDTH - LEFT - RIGHT - _BETWEEN) / 2
        first = attempts.area(figure, LEFT, each)
        second = attempts.area(figure, LEFT + each + _BETWEEN, each)
        second.sharey(first)
        second.tick_params(labelleft=False)
        first.set_ylabel("nDCG@10: higher is more accurate")
        for panel, gap in ((first, "dp"), (second, "eo")):
            right = _right(tried, getattr(limits, gap), gap)
            panel.set_xlim(0, right)
            for one in tried:
                at = getattr(one.judged, gap)
                if at <= right:
                    attempts.dot(panel, at, one)
            for other in others:
                _other(panel, getattr(other, gap), other, right)
            _limit(panel, getattr(limits, gap), right)
            panel.set_xlabel(f"{_GAPS[gap]}: further left is fairer")
        attempts.legend(figure, tried, [("other models", "s", INK, False)] if others else [])

    return Exhibit(
        name="front",
        title="Accuracy against fairness",
        reading=reading,
        picture=picture.draw(
            paint, name="front", alt=f"Accuracy of each trial against both gaps. {reading}", height=_TALL
        ),
        table=attempts.tabulated(tried),
    )


def trade(tried: list[Attempt]) -> str:
    """Say in a sentence what keeping the limits cost."""
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


def _right(tried: list[Attempt], limit: float | None, gap: str) -> float:
    """Give the end of the axis: whole trials decide, and the limit if it is near them."""
    widest = max(getattr(one.judged, gap) for one in tried if not one.cut)
    near = [limit] if limit is not None and limit <= _NEAR * widest else []
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


def _other(panel: "Axes", at: float | None, other: Baseline, right: float) -> None:
    """Mark another model by name; one beyond the end of the axis stands there as an arrow, with its gap."""
    if at is None:
        return
    beyond = at > right
    name = f"{other.name}, {numbers.plain(at)}" if beyond else other.name
    left_of = beyond or at > right / 2
    panel.plot(
        min(at, right), other.ndcg, marker=">" if beyond else "s", markersize=6, color=INK, zorder=4,
        markerfacecolor="none", markeredgewidth=1.3, clip_on=False,
    )  # fmt: skip
    panel.annotate(
        name, (min(at, right), other.ndcg), xytext=(-7 if left_of else 7, -1), textcoords="offset points",
        ha="right" if left_of else "left", va="center", color=INK, fontsize=TEXT - 1.5, zorder=4,
    )  # fmt: skip
