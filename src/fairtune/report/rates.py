"""Rates of groups side by side, with their intervals: the picture that every fairness measure shares."""

from collections.abc import Sequence
from typing import NamedTuple

from fairtune.report import charts, numbers, words
from fairtune.report.charts import Mark, Panel
from fairtune.report.exhibit import Exhibit, Table
from fairtune.report.picture import MODEL
from fairtune.report.reading import Estimate, Group


class Measure(NamedTuple):
    """A rate of each group: what it is called, and of what it is a share ("" for a score)."""

    title: str
    base: str
    groups: Sequence[Group]


def exhibit(measures: Sequence[Measure], *, kind: str, name: str, title: str, reading: str) -> Exhibit:
    """Draw a panel a measure; all have the same groups in the same order."""
    panels = [_panel(measure, kind) for measure in measures]
    about = numbers.listed(measure.title for measure in measures)
    return Exhibit(
        name=name,
        title=title,
        reading=reading,
        picture=charts.intervals(
            panels, name=name, alt=f"{title}: {about} of each group, with intervals. {reading}"
        ),
        table=_table(panels, measures[0].groups),
    )


def doubt(high: Estimate, low: Estimate) -> str:
    """Say at the end of a sentence that a difference may be chance, if it may."""
    return " (the intervals overlap: it may be chance)" if high.overlaps(low) else ""


def _panel(measure: Measure, kind: str) -> Panel:
    factor, unit = 1.0, ""
    if measure.base:
        factor, unit = numbers.rate_unit(group.rate.value for group in measure.groups)
    marks = tuple(
        Mark(words.group(kind, group.name), group.rate.scaled(factor), faint=not group.compared)
        for group in measure.groups
    )
    compared = [mark.figure.value for mark in marks if not mark.faint]
    return Panel(
        title=f"{measure.title}, {unit} {measure.base}" if measure.base else measure.title,
        marks=marks,
        show=numbers.to_digits(mark.figure.value for mark in marks) if measure.base else numbers.plain,
        reference=(sum(compared) / len(compared), "average") if len(compared) > 1 else None,
        colour=MODEL,
    )


def _table(panels: Sequence[Panel], found: Sequence[Group]) -> Table:
    rows = []
    for at, group in enumerate(found):
        label = panels[0].marks[at].label + ("" if group.compared else " (not compared)")
        cells = (numbers.interval(panel.marks[at].figure, panel.show) for panel in panels)
        rows.append((label, *cells, numbers.count(group.members)))
    return Table(columns=("group", *(panel.title for panel in panels), "members"), rows=tuple(rows))
