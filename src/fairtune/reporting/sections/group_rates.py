"""Rates of groups side by side, with their intervals: the picture that every fairness measure shares."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from fairtune.reporting.charts import plots
from fairtune.reporting.charts.plots import Mark, Panel
from fairtune.reporting.charts.svg import MODEL
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import Estimate, Group
from fairtune.reporting.elements.section import Exhibit, Table


class Measure(NamedTuple):
    """A rate of each group.

    Attributes
    ----------
    title
        What it is called.
    base
        Of what it is a share; "" for a score.
    groups
        The groups, each with its rate.
    spreads
        How far apart the groups are, by what that is called.
    """

    title: str
    base: str
    groups: Sequence[Group]
    spreads: Mapping[str, Estimate | None] = MappingProxyType({})


def exhibit(
    measures: Sequence[Measure],
    *,
    kind: str,
    name: str,
    title: str,
    reading: str,
    more: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> Exhibit:
    """Draw a panel a measure.

    Parameters
    ----------
    measures
        All have the same groups in the same order.
    kind
        Grouping that the groups are of.
    name
        Of the exhibit, unique on the page.
    title
        Above the picture.
    reading
        One sentence that reads the picture.
    more
        Further columns of the table, each a cell for a group by its name.

    Returns
    -------
    Exhibit
        Picture and table.
    """
    panels = [_panel(measure, kind) for measure in measures]
    about = numbers.listed(measure.title for measure in measures)
    return Exhibit(
        name=name,
        title=title,
        reading=reading,
        picture=plots.intervals(
            panels, name=name, alt=f"{title}: {about} of each group, with intervals. {reading}"
        ),
        table=_table(panels, measures, more),
    )


def doubt(high: Estimate, low: Estimate) -> str:
    """Return the end of a sentence on a difference that may be chance; empty if it can't be."""
    return " (the intervals overlap: it may be chance)" if high.overlaps(low) else ""


def _panel(measure: Measure, kind: str) -> Panel:
    factor, unit = 1.0, ""
    if measure.base:
        factor, unit = numbers.rate_unit(group.rate.value for group in measure.groups)
    marks = tuple(
        Mark(labels.group(kind, group.name), group.rate.scaled(factor), faint=not group.compared)
        for group in measure.groups
    )
    values = [group.rate.value * factor for group in measure.groups]
    compared = [value for value, group in zip(values, measure.groups, strict=True) if group.compared]
    return Panel(
        title=f"{measure.title}, {unit} {measure.base}" if measure.base else measure.title,
        marks=marks,
        show=numbers.to_digits(values) if measure.base else numbers.plain,
        reference=(sum(compared) / len(compared), "average") if len(compared) > 1 else None,
        colour=MODEL,
    )


def _table(
    panels: Sequence[Panel], measures: Sequence[Measure], more: Mapping[str, Mapping[str, str]]
) -> Table:
    rows = []
    for at, group in enumerate(measures[0].groups):
        label = panels[0].marks[at].label + ("" if group.compared else " (not compared)")
        cells = (numbers.interval(panel.marks[at].figure, panel.show) for panel in panels)
        others = (cells.get(group.name, "not computed") for cells in more.values())
        rows.append((label, *cells, *others, numbers.count(group.members)))
    for what in measures[0].spreads:
        spreads = (numbers.interval(measure.spreads.get(what), numbers.tenths) for measure in measures)
        rows.append((what, *spreads, *("" for _ in more), ""))
    return Table(columns=("group", *(panel.title for panel in panels), *more, "members"), rows=tuple(rows))
