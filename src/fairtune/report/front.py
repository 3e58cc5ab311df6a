"""Exhibit: the accuracy-fairness front, every trial by accuracy and by both gaps between groups."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from fairtune.report import attempts, numbers, picture, words
from fairtune.report.attempts import LEFT, RIGHT, Attempt
from fairtune.report.exhibit import Exhibit
from fairtune.report.picture import INK, LETTER, LIMIT, SHADE, TEXT, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fairtune.params import TuneLimits

_BETWEEN, _TALL, _NAMED = 0.25, 3.9, 0.24
_NUMERALS = tuple(str(n) for n in range(1, 27))
_ACROSS, _UP = 0.035, 0.045
"""Room of a number, as shares of the axes."""
_AROUND = (
    (1, 0),
    (-1, 0),
    (0, 1),
    (0, -1),
    (1, 1),
    (-1, 1),
    (1, -1),
    (-1, -1),
    (2, 0),
    (-2, 0),
    (0, 2),
    (0, -2),
)
"""Where a number may stand beside its mark, in such rooms, best first."""
_GAPS = {"dp": "gap in exposure (DP)", "eo": "gap in chance (EO)"}
_NEAR = 2.0
"""A limit or model further out than so many times the widest gap of the trials is not worth the room."""


class Baseline(NamedTuple):
    """Another model, tuned on the same validation part."""

    name: str
    ndcg: float
    dp: float | None
    eo: float | None


def baselines(alternatives: Mapping[str, Mapping[str, Any]]) -> list[Baseline]:
    """Read alternatives.json; a model without accuracy is left out."""
    return [
        Baseline(words.model(name), of["ndcg@10"], of.get("dp"), of.get("eo"))
        for name, of in sorted(alternatives.items())
        if of.get("ndcg@10") is not None
    ]


def exhibit(tried: list[Attempt], limits: "TuneLimits", others: list[Baseline]) -> Exhibit:
    """Draw accuracy against each gap, side by side; left of the lines is within the limits."""
    reading = trade(tried)

    def paint(figure: "Figure") -> None:
        each = (WIDTH - LEFT - RIGHT - _BETWEEN) / 2
        below = _NAMED * _rows(others)
        first = attempts.area(figure, LEFT, each, below=below)
        second = attempts.area(figure, LEFT + each + _BETWEEN, each, below=below)
        second.sharey(first)
        second.tick_params(labelleft=False)
        first.set_ylabel("nDCG@10: higher is more accurate")
        for panel, gap in ((first, "dp"), (second, "eo")):
            right = _right(tried, others, getattr(limits, gap), gap)
            panel.set_xlim(0, right)
            for one in tried:
                at = getattr(one.judged, gap)
                if at <= right:
                    attempts.dot(panel, at, one)
            _limit(panel, getattr(limits, gap), right)
            panel.set_xlabel(f"{_GAPS[gap]}: further left is fairer")
        values = [other.ndcg for other in others] + [one.judged.ndcg for one in tried]
        room = 0.06 * (max(values) - min(values) or 1.0)
        first.set_ylim(min(values) - room, max(values) + room)
        for panel, gap in ((first, "dp"), (second, "eo")):
            _others(panel, gap, others, panel.get_xlim()[1])
        _names(figure, others)
        attempts.legend(figure, tried, [("other models", "s", INK, False)] if others else [])

    return Exhibit(
        name="front",
        title="Accuracy against fairness",
        reading=reading,
        picture=picture.draw(
            paint,
            name="front",
            alt=f"Accuracy of each trial against both gaps. {reading}",
            height=_TALL + _NAMED * _rows(others),
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


def _right(tried: list[Attempt], others: list[Baseline], limit: float | None, gap: str) -> float:
    """Give the end of the axis: whole trials decide, and limit and other models if they are near them."""
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


def _others(panel: "Axes", gap: str, others: list[Baseline], right: float) -> None:
    """Mark other models by numbers; one beyond the end of the axis stands there as an arrow."""
    low, high = panel.get_ylim()
    across, up = _ACROSS * right, _UP * (high - low)
    gaps = [getattr(other, gap) for other in others]
    marked = [
        (numeral, min(at, right), other.ndcg, at > right)
        for numeral, other, at in zip(_NUMERALS, others, gaps, strict=False)
        if at is not None
    ]
    taken = [(at / across, ndcg / up) for _, at, ndcg, _ in marked]
    for numeral, at, ndcg, beyond in marked:
        panel.plot(
            at, ndcg, marker=">" if beyond else "s", markersize=6, color=INK, zorder=4,
            markerfacecolor="none", markeredgewidth=1.3, clip_on=False,
        )  # fmt: skip
        places = [(at / across + x, ndcg / up + y) for x, y in _AROUND if at + x * across < right]
        place = max(places, key=lambda place: min(1.0, _apart(place, taken)))
        taken.append(place)
        panel.annotate(
            numeral, (place[0] * across, place[1] * up), ha="center", va="center", color=INK,
            fontsize=TEXT - 1, fontweight="bold", zorder=6,
        )  # fmt: skip


def _apart(place: tuple[float, float], taken: list[tuple[float, float]]) -> float:
    """How far a place is from the nearest one that is taken, in rooms of a number."""
    return min(max(abs(place[0] - x), abs(place[1] - y)) for x, y in taken)


def _names(figure: "Figure", others: list[Baseline]) -> None:
    """Write what the numbers stand for below the panels, in as few rows as they need."""
    at, row = LEFT, _NAMED * (_rows(others) - 0.5)
    for numeral, other in zip(_NUMERALS, others, strict=False):
        width = _width(other)
        if at + width > WIDTH:
            at, row = LEFT, row - _NAMED
        tall = figure.get_size_inches()[1]
        figure.text(at / WIDTH, row / tall, numeral, va="center", fontweight="bold", color=INK)
        figure.text((at + 0.14) / WIDTH, row / tall, other.name, va="center", color=INK)
        at += width


def _rows(others: list[Baseline]) -> int:
    at, rows = LEFT, 1 if others else 0
    for other in others:
        if at + _width(other) > WIDTH:
            at, rows = LEFT, rows + 1
        at += _width(other)
    return rows


def _width(other: Baseline) -> float:
    return 0.14 + len(other.name) * LETTER + 0.2
