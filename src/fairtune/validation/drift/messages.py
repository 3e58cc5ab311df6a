"""Drift in words and as rows of tables."""

from collections.abc import Sequence
from typing import Final

from fairtune.errors import percent
from fairtune.validation.drift.detection import ColumnDrift, Drift, Moved, State
from fairtune.validation.drift.measures import NAMES, Measure

HEAD: Final = ("", "column", "share of", "measure", "distance", "limit", "what moved")
_NAMED: Final = 3
"""Values named in one cell of a table."""


def name(column: ColumnDrift) -> str:
    """Name a column where others are of the same name: 'artist, of plays'."""
    return column.column if column.measure is Measure.ROWS else f"{column.column}, of {column.of}"


def limit(column: ColumnDrift) -> float | None:
    """Return the limit that counts: the one that is broken, or the next one."""
    if column.state is State.STOP or column.warn is None:
        return column.stop
    return column.warn


def sentence(column: ColumnDrift) -> str:
    """Describe what is beyond a limit, in a line without a full stop."""
    what = f"{NAMES[column.measure]} {number(column.distance)}, limit {number(limit(column))}"
    return f"{name(column)}: {what}" + (f" ({moved(column, column.moved[0])})" if column.moved else "")


def moved(column: ColumnDrift, value: Moved) -> str:
    """Describe how one value moved: 'rock: 12.1 % -> 3.0 %'."""
    if column.measure is Measure.ROWS:
        return f"{value.before:,.0f} -> {value.after:,.0f} rows"
    return f"{value.value}: {percent(value.before)} -> {percent(value.after)}"


def summary(drift: Drift) -> str:
    """State in a line whether the data is like that of the champion, and what is not."""
    champion = f"the champion, version {drift.version} of {drift.model}"
    beyond = drift.those(drift.state)
    match drift.state:
        case State.FINE:
            return f"the data is like that of {champion}: no column is beyond a limit"
        case State.WARNING:
            return f"the data is not quite like that of {champion}: {_first(beyond)}"
    return f"the data is not like that of {champion}: {_first(beyond)}"


def remedy(drift: Drift) -> str:
    """Advise what to do about a stop, without a full stop; "" if nothing stops."""
    stops = drift.those(State.STOP)
    if not stops:
        return ""
    *keys, last = sorted({f"validate.drift.{column.measure}.stop" for column in stops})
    limits = f"{', '.join(keys)} and {last}" if keys else last
    return f"nothing is trained on it; if it is right, raise {limits} in params.yaml"


def rows(drift: Drift) -> Sequence[Sequence[str]]:
    """Return a row for each column that is beyond a limit, cells as in `HEAD`."""
    return [
        (
            str(column.state),
            column.column,
            column.of,
            NAMES[column.measure],
            number(column.distance),
            number(limit(column)),
            "; ".join(moved(column, value) for value in column.moved[:_NAMED]),
        )
        for column in drift.columns
        if column.state is not State.FINE
    ]


def number(value: float | None) -> str:
    """Format with up to three decimals; a dash if there is no number."""
    return "-" if value is None else f"{value:.3f}".rstrip("0").rstrip(".") or "0"


def _first(columns: Sequence[ColumnDrift]) -> str:
    others = len(columns) - 1
    more = "" if not others else f" and {others} more column{'s' if others > 1 else ''}"
    return f"{sentence(columns[0])}{more}"
