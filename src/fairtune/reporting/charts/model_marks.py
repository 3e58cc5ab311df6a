"""Other models beside the trials in a picture: numbered marks, and below what the numbers stand for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from fairtune.reporting.charts.svg import INK, LETTER, TEXT, WIDTH
from fairtune.reporting.charts.trial_marks import LEFT
from fairtune.reporting.elements import labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NAMED = 0.24
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


class Beside(NamedTuple):
    """Another model, tuned on the same validation part."""

    name: str
    ndcg: float
    dp: float | None
    eo: float | None


def read(alternatives: Mapping[str, Mapping[str, Any]]) -> list[Beside]:
    """Read alternatives.json; a model without accuracy is left out."""
    return [
        Beside(labels.model(name), figures["ndcg@10"], figures.get("dp"), figures.get("eo"))
        for name, figures in sorted(alternatives.items())
        if figures.get("ndcg@10") is not None
    ]


def marks(panel: "Axes", gap: str, others: list[Beside]) -> None:
    """Mark other models by numbers; one beyond the end of the axis stands there as an arrow."""
    (low, high), right = panel.get_ylim(), panel.get_xlim()[1]
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
    """Return how far a place is from the nearest one that is taken, in rooms of a number."""
    return min(max(abs(place[0] - x), abs(place[1] - y)) for x, y in taken)


def names(figure: "Figure", others: list[Beside]) -> None:
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


def height(others: list[Beside]) -> float:
    """Return the inches that the names take."""
    return _NAMED * _rows(others)


def _rows(others: list[Beside]) -> int:
    at, rows = LEFT, 1 if others else 0
    for other in others:
        if at + _width(other) > WIDTH:
            at, rows = LEFT, rows + 1
        at += _width(other)
    return rows


def _width(other: Beside) -> float:
    return 0.14 + len(other.name) * LETTER + 0.2
