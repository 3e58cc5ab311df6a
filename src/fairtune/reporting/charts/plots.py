"""The kinds of picture: dots with intervals, bars of shares."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from fairtune.reporting.charts import svg
from fairtune.reporting.charts.svg import INK, LETTER, MODEL, MUTED, OTHER, PAPER, TEXT, WIDTH
from fairtune.reporting.elements.estimates import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW = 0.29  # inches
_GAP = 0.35
_LABELS = 1.85
_NARROW = 1.6
MISSING = "\N{EN DASH}"


class Mark(NamedTuple):
    """A row of a picture.

    Attributes
    ----------
    label
        To the left of the row.
    figure
        What is drawn; None: there is no figure.
    strong
        Whether the row is the model, or what the sentence is about.
    faint
        Whether the row isn't compared.
    """

    label: str
    figure: Estimate | None
    strong: bool = False
    faint: bool = False


class Panel(NamedTuple):
    """A column of rows with a scale of its own.

    Attributes
    ----------
    title
        Above the column; a line break is kept.
    marks
        The rows.
    show
        Writes a value beside its mark.
    reference
        A value that a line is drawn at, and what it is.
    from_zero
        Whether the scale begins at 0.
    colour
        Of marks that aren't strong.
    tick
        Writes a value at the axis.
    """

    title: str
    marks: tuple[Mark, ...]
    show: Callable[[float], str]
    reference: tuple[float, str] | None = None
    from_zero: bool = True
    colour: str = OTHER
    tick: Callable[[float], str] = "{:g}".format


class Bar(NamedTuple):
    """One of several bars that every group has."""

    label: str
    colour: str
    figures: tuple[Estimate, ...]  # one a group


def intervals(panels: Sequence[Panel], *, name: str, alt: str) -> Markup:
    """Draw dots with 95 % whiskers, a row a mark; panels side by side share the labels of the first."""
    labels = [mark.label for mark in panels[0].marks]
    left = _left(labels)
    shown = [panel.show(mark.figure.value) for panel in panels for mark in panel.marks if mark.figure]
    values = max(map(len, shown)) * LETTER + 0.18
    each = (WIDTH - left - _GAP * (len(panels) - 1)) / len(panels)
    rows = len(labels) * _ROW
    referred = any(panel.reference for panel in panels)
    lines = max(panel.title.count("\n") for panel in panels)
    head = (0.55 if referred else 0.36) + 0.16 * lines
    bottom = 0.3

    def paint(figure: "Figure") -> None:
        for position, panel in enumerate(panels):
            start = left + position * (each + _GAP)
            area = svg.axes(figure, start, bottom, each - values, rows)
            _dots(area, panel, value_at=1 + (values - 0.02) / (each - values), raised=22 if referred else 8)
            if position == 0:
                _row_labels(area, panel.marks, width=each - values)

    return svg.draw(paint, name=name, alt=alt, height=bottom + rows + head)


def _dots(area: "Axes", panel: Panel, *, value_at: float, raised: float) -> None:
    marks = panel.marks
    area.set_ylim(len(marks) - 0.5, -0.5)
    area.set_xlim(*_range(panel))
    area.yaxis.set_visible(False)
    area.spines["left"].set_visible(False)
    area.locator_params(axis="x", nbins=4 if area.get_position().width * WIDTH > _NARROW else 3)
    area.xaxis.set_major_formatter(lambda value, _: panel.tick(value))
    area.grid(axis="x", zorder=0)
    if panel.reference:
        value, what = panel.reference
        area.axvline(value, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1, clip_on=False)
        area.annotate(
            what, (value, 1), xycoords=("data", "axes fraction"), xytext=(0, 4), textcoords="offset points",
            ha="center", color=MUTED, fontsize=TEXT - 1,
        )  # fmt: skip
    area.annotate(
        panel.title,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, raised),
        textcoords="offset points",
        fontweight="bold",
    )
    for row, mark in enumerate(marks):
        value_text = panel.show(mark.figure.value) if mark.figure else MISSING
        area.annotate(
            value_text, (value_at, row), xycoords=("axes fraction", "data"), ha="right", va="center",
            color=MUTED if mark.faint or not mark.figure else INK,
            fontweight="bold" if mark.strong else "normal",
        )  # fmt: skip
        if mark.figure is None:
            continue
        colour = MODEL if mark.strong else panel.colour
        low, high = mark.figure.low, mark.figure.high
        if low is not None and high is not None:
            area.plot([low, high], [row, row], color=colour, linewidth=2, zorder=2, clip_on=False)
        area.plot(
            mark.figure.value, row, marker="D" if mark.strong else "o", color=colour, markersize=7,
            markeredgewidth=1.6, markerfacecolor=PAPER if mark.faint else colour, zorder=3, clip_on=False,
        )  # fmt: skip


def _range(panel: Panel) -> tuple[float, float]:
    ends = [
        end
        for mark in panel.marks
        if mark.figure
        for end in (mark.figure.low, mark.figure.value, mark.figure.high)
        if end is not None
    ] + ([panel.reference[0]] if panel.reference else [])
    low, high = min(ends), max(ends)
    room = 0.06 * ((high - low) or abs(high) or 1.0)
    return (0.0 if panel.from_zero and low >= 0 else low - room), high + room


def _row_labels(area: "Axes", marks: Sequence[Mark], *, width: float) -> None:
    for row, mark in enumerate(marks):
        area.annotate(
            mark.label.replace("$", r"\$"),  # a name, no formula
            (-0.12 / width, row), xycoords=("axes fraction", "data"), ha="right", va="center",
            color=MUTED if mark.faint else INK, fontweight="bold" if mark.strong else "normal",
        )  # fmt: skip


def _left(labels: Sequence[str]) -> float:
    """Return the inches that labels take; at least what most need, so that pictures line up down the page."""
    return max(_LABELS, max(len(label) for label in labels) * LETTER + 0.2)


def bars(
    groups: Sequence[str], series: Sequence[Bar], *, show: Callable[[float], str], name: str, alt: str
) -> Markup:
    """Draw a bunch of horizontal bars for each group, their values at the ends and a legend on top."""
    left = _left(groups)
    right, thick, head, bottom = 0.55, 0.19, 0.4, 0.08
    bunch = len(series) * thick + 0.2
    width, height = WIDTH - left - right, len(groups) * bunch

    def paint(figure: "Figure") -> None:
        area = svg.axes(figure, left, bottom, width, height)
        area.set_ylim(height, 0)
        top = max(
            end for bar in series for figure_ in bar.figures for end in (figure_.value, figure_.high or 0.0)
        )
        area.set_xlim(0, top or 1.0)
        area.xaxis.set_visible(False)
        area.yaxis.set_visible(False)
        area.spines["bottom"].set_visible(False)
        for row, group in enumerate(groups):
            middle = (row + 0.5) * bunch
            area.annotate(
                group, (-0.12 / width, middle), xycoords=("axes fraction", "data"), ha="right", va="center"
            )
            for index, bar in enumerate(series):
                at = middle + (index - (len(series) - 1) / 2) * thick
                _bar(area, at, bar.figures[row], colour=bar.colour, thick=thick - 0.03, show=show)
        legend(figure, [(bar.label, "s", bar.colour, True) for bar in series], left=left)

    return svg.draw(paint, name=name, alt=alt, height=bottom + height + head)


def _bar(
    area: "Axes", at: float, figure: Estimate, *, colour: str, thick: float, show: Callable[[float], str]
) -> None:
    area.barh(at, figure.value, height=thick, color=colour, linewidth=0)
    end = figure.value
    if figure.low is not None and figure.high is not None and figure.low < figure.high:
        area.plot([figure.low, figure.high], [at, at], color=INK, linewidth=1.2, clip_on=False)
        end = max(end, figure.high)
    area.annotate(
        show(figure.value),
        (end, at),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=TEXT - 1,
    )


def legend(figure: "Figure", entries: Sequence[tuple[str, str, str, bool]], *, left: float) -> None:
    """Write label, marker, colour and whether it is filled, in one row along the upper edge."""
    tall = figure.get_size_inches()[1]
    area = svg.axes(figure, 0, tall - 0.3, WIDTH, 0.3)
    area.set_xlim(0, WIDTH)
    area.set_ylim(0, 0.3)
    area.set_axis_off()
    at = left + 0.08
    for label, marker, colour, filled in entries:
        if marker == "-":
            area.plot([at - 0.08, at + 0.08], [0.15, 0.15], color=colour, linewidth=2)
        else:
            face = colour if filled else PAPER
            area.plot(at, 0.15, marker=marker, markersize=8, color=colour, markerfacecolor=face, linestyle="")
        area.annotate(label, (at + 0.14, 0.15), va="center", color=INK)
        at += 0.14 + len(label) * LETTER + 0.25
