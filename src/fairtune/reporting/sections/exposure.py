"""Shares of groups of items: in the catalogue, in what people play, in what they are recommended."""

from collections.abc import Mapping, Sequence
from math import inf, log
from typing import Any, Final, NamedTuple

from fairtune.columns import UNKNOWN
from fairtune.reporting.charts import plots
from fairtune.reporting.charts.plots import Bar
from fairtune.reporting.charts.svg import MODEL, PLAYED, SOFT
from fairtune.reporting.elements import labels as elements_labels
from fairtune.reporting.elements import numbers
from fairtune.reporting.elements.estimates import Estimate, estimate
from fairtune.reporting.elements.section import Exhibit, Table

SAME: Final = 0.1
"""Shares that differ by a smaller part of what is played are called the same."""
_LABELS: Final = ("of the catalogue", "of listening", "of recommendations")


class _Shares(NamedTuple):
    group: str
    catalogue: Estimate
    listening: Estimate
    recommended: Estimate

    @property
    def three(self) -> tuple[Estimate, Estimate, Estimate]:
        return self.catalogue, self.listening, self.recommended


def exhibit(
    kind: str, measure: Mapping[str, Any], order: Sequence[str], *, name: str, by: str, target: str
) -> Exhibit | None:
    """Show three bars for each group in `order`; None if a share of any group is missing."""
    shares = [_shares(measure, group) for group in order]
    rows = [row for row in shares if row]
    if not rows or len(rows) < len(shares):
        return None
    labels = [elements_labels.group(kind, row.group) for row in rows]
    reading = _reading(kind, rows, target)
    series = [
        Bar(label, colour, tuple(row.three[at] for row in rows))
        for at, (label, colour) in enumerate(zip(_LABELS, (SOFT, PLAYED, MODEL), strict=True))
    ]
    cells = (
        (label, *(numbers.interval(share, numbers.tenths) for share in row.three))
        for label, row in zip(labels, rows, strict=True)
    )
    alt = f"Share of the catalogue, of listening and of recommendations by {by}. {reading}"
    return Exhibit(
        name=name,
        title=f"Catalogue, listening and recommendations by {by}",
        reading=reading,
        picture=plots.bars(labels, series, show=numbers.percent, name=name, alt=alt),
        table=Table(("group", *(f"share {label}" for label in _LABELS)), tuple(cells)),
    )


def _shares(measure: Mapping[str, Any], group: str) -> _Shares | None:
    catalogue, listening, recommended = (
        estimate(measure, "groups", group, f"share_{what}")
        for what in ("catalogue", "listening", "recommended")
    )
    if catalogue is None or listening is None or recommended is None:
        return None
    return _Shares(group, catalogue, listening, recommended)


def _reading(kind: str, rows: Sequence[_Shares], target: str) -> str:
    known = [row for row in rows if row.group != UNKNOWN] or rows
    widest = max(known, key=_gap)
    if _gap(widest) < log(1 + SAME):
        return "Every group is recommended about as much as people play it of their own accord."
    played, shown = widest.listening.value, widest.recommended.value
    subject = elements_labels.provider(kind, widest.group, target)
    amount = f"{numbers.percent(played)} of listening but {numbers.percent(shown)} of recommendations"
    return f"The widest gap: {subject} {elements_labels.verb(subject, 'make', 'makes')} up {amount}."


def _gap(row: _Shares) -> float:
    """Return by what factor, in logarithms, a group is recommended more or less than played; 0 by chance."""
    played, shown = row.listening, row.recommended
    if played.low is not None and shown.low is not None and played.overlaps(shown):
        return 0.0
    return abs(log(shown.value / played.value)) if min(played.value, shown.value) > 0 else inf
