"""Two profiles against each other: every column's distance, its limits, and what moved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

from fairtune.config.drift_limits import DriftLimits, Limit
from fairtune.validation.drift import profile_columns
from fairtune.validation.drift.distances import compared, shannon_terms, shares, stability_terms
from fairtune.validation.drift.measures import Measure, distance, divergence, pool
from fairtune.validation.drift.profile import Key, Profile, aligned

OTHERS: Final = "all others"
"""Values that aren't compared one by one."""
MOVED: Final = 5
"""Values of a column that are named: those that its distance comes from."""


class State(StrEnum):
    """What the limits say of a column, and of all of them: the worst."""

    FINE = "fine"
    WARNING = "warning"
    STOP = "stop"


ORDER: Final = (State.STOP, State.WARNING, State.FINE)


@dataclass(frozen=True)
class Moved:
    """How one value moved.

    Attributes
    ----------
    value
        Its name.
    before
        Its share before, or the rows of a table.
    after
        The same after.
    """

    value: str
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class ColumnDrift:
    """How far one column is from the champion's.

    Attributes
    ----------
    column
        Its name.
    of
        What its shares are of: listeners, items, pairs, plays; or rows.
    measure
        How it is compared.
    distance
        Distance beyond chance, 0 or more, which the limits are on; None where chance is unknown.
    raw
        The distance itself, 0 or more.
    chance
        What samples of the same listeners are apart at most in 99 of 100 cases; None for rows of tables, or
        where it is unknown.
    warn
        Limit above which there is a warning; None for none.
    stop
        Limit above which the pipeline stops; None for none.
    moved
        The values that the distance comes from, the largest part first.
    """

    column: str
    of: str
    measure: Measure
    distance: float | None
    raw: float
    chance: float | None
    warn: float | None
    stop: float | None
    moved: tuple[Moved, ...]

    @property
    def state(self) -> State:
        if self.distance is not None and self.stop is not None and self.distance > self.stop:
            return State.STOP
        if self.distance is not None and self.warn is not None and self.distance > self.warn:
            return State.WARNING
        return State.FINE

    @property
    def weight(self) -> float:
        """Distance as a share of the limit, by which the columns are ordered; 0 without either."""
        limit = self.stop or self.warn
        return (self.distance or 0.0) / limit if limit else 0.0


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How far the tables are from those of the champion.

    Attributes
    ----------
    model
        Registered name of the champion.
    version
        Its version.
    columns
        All columns, the worst first.
    """

    model: str
    version: int
    columns: tuple[ColumnDrift, ...]

    @property
    def state(self) -> State:
        return self.columns[0].state if self.columns else State.FINE

    def those(self, state: State) -> tuple[ColumnDrift, ...]:
        return tuple(column for column in self.columns if column.state is state)

    def to_json(self) -> dict[str, Any]:
        columns = [{**asdict(column), "state": str(column.state)} for column in self.columns]
        return {"model": self.model, "version": self.version, "state": str(self.state), "columns": columns}

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> "Drift":
        return cls(
            model=json["model"],
            version=json["version"],
            columns=tuple(_column(column) for column in json["columns"]),
        )


def _column(json: Mapping[str, Any]) -> ColumnDrift:
    values = {name: value for name, value in json.items() if name != "state"}
    moved = tuple(Moved(**each) for each in json["moved"])
    return ColumnDrift(**{**values, "measure": Measure(json["measure"]), "moved": moved})


def compare(before: Profile, after: Profile, limits: DriftLimits, *, model: str, version: int) -> Drift:
    """Compare the champion's profile with that of new tables, column by column.

    Parameters
    ----------
    before
        The champion's profile.
    after
        Profile of the new tables.
    limits
        Limits of each measure.
    model
        Registered name of the champion.
    version
        Its version.

    Returns
    -------
    Drift
        Every column that both have something of: of the others the share of unknowns shows it.
    """
    columns = [*_rows(before, after, limits.rows), *_columns(before, after, limits)]
    columns.sort(key=lambda column: (ORDER.index(column.state), -column.weight))
    return Drift(model=model, version=version, columns=tuple(columns))


def _rows(before: Profile, after: Profile, limit: Limit) -> Iterator[ColumnDrift]:
    for table, rows in after.rows.items():
        had = before.rows.get(table, 0)
        change = abs(rows - had) / had if had else float(rows > 0)
        yield ColumnDrift(
            column=table,
            of="rows",
            measure=Measure.ROWS,
            distance=round(change, 6),
            raw=round(change, 6),
            chance=None,
            warn=limit.warn,
            stop=limit.stop,
            moved=(Moved(table, had, rows),),
        )


def _columns(before: Profile, after: Profile, limits: DriftLimits) -> Iterator[ColumnDrift]:
    for key, new in after.columns.items():
        old = before.columns.get(key)
        if old is None or old.total <= 0 or new.total <= 0:
            continue
        values, *counts = aligned(key, old, new)
        whole = divergence(key.measure, *counts)
        chance = None if old.chance is None or new.chance is None else old.chance + new.chance
        beyond = None if chance is None else distance(key.measure, max(whole - chance, 0.0))
        limit: Limit = getattr(limits, key.measure)
        yield ColumnDrift(
            column=key.column,
            of=key.of,
            measure=key.measure,
            distance=None if beyond is None else round(beyond, 6),
            raw=round(distance(key.measure, whole), 6),
            chance=None if chance is None else round(distance(key.measure, chance), 6),
            warn=limit.warn,
            stop=limit.stop,
            moved=_moved(key, values, counts[0], counts[1]),
        )


def _moved(key: Key, values: Sequence[str], before: np.ndarray, after: np.ndarray) -> tuple[Moved, ...]:
    """Name the values that the distance comes from, the largest part first; none if nothing moved."""
    names = list(values)
    if key.measure is Measure.UNKNOWN:
        return (Moved("unknown", *(round(float(shares(side)[1]), 6) for side in (before, after))),)
    if key.measure is Measure.PSI:
        names = [profile_columns.bin_name(key.column, position) for position in range(len(values))]
        terms = stability_terms(before, after)
    else:
        kept = compared(before, after)
        names = [*(name or OTHERS for name, is_kept in zip(values, kept, strict=True) if is_kept), OTHERS]
        before, after = (pool(side, kept) for side in (before, after))
        terms = shannon_terms(before, after)
    p, q = shares(before), shares(after)
    largest = np.argsort(-terms, kind="stable")[:MOVED]
    return tuple(
        Moved(names[at], round(float(p[at]), 6), round(float(q[at]), 6)) for at in largest if terms[at] > 0
    )
