"""The profile of a data set: what its tables are like, in a few hundred numbers.

It holds counts and names of music, countries and genders, no id and no listener: which ones are new can't be
told from it, nor who they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from fairtune.columns import Table
from fairtune.validation.drift import profile_columns, sampling_noise
from fairtune.validation.drift.distances import Counts
from fairtune.validation.drift.measures import Measure

FORMAT: Final = 1
LISTED: Final = 1000
"""Values of a column that are named, the largest ones: five times as many as are compared one by one."""


class Key(NamedTuple):
    """What identifies a column of a profile.

    Attributes
    ----------
    column
        Its name.
    of
        What its shares are of: listeners, items, pairs, plays.
    measure
        How it is compared.
    """

    column: str
    of: str
    measure: Measure


@dataclass(frozen=True)
class Distribution:
    """Counts of one column.

    Attributes
    ----------
    counts
        By value, or by the number of the bin.
    rest
        Count of the values that aren't listed.
    chance
        What chance adds to the divergence from another sample; None where that is unknown.
    """

    counts: Mapping[str, float]
    rest: float
    chance: float | None

    @property
    def total(self) -> float:
        return sum(self.counts.values()) + self.rest


@dataclass(frozen=True)
class Profile:
    """The numbers of a data set.

    Attributes
    ----------
    rows
        Rows of each table.
    columns
        The distribution of each column.
    """

    rows: Mapping[str, int]
    columns: Mapping[Key, Distribution]

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "rows": dict(self.rows),
            "columns": [
                {
                    "column": name,
                    "of": of,
                    "measure": str(measure),
                    "counts": dict(distribution.counts),
                    "rest": distribution.rest,
                    "chance": distribution.chance,
                }
                for (name, of, measure), distribution in self.columns.items()
            ],
        }

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> "Profile | None":
        """Read what `to_json` returned; None if that was another format."""
        if json.get("format") != FORMAT:
            return None
        return cls(
            json["rows"],
            {
                Key(column["column"], column["of"], Measure(column["measure"])): Distribution(
                    column["counts"], column["rest"], column["chance"]
                )
                for column in json["columns"]
            },
        )


def profile(tables: profile_columns.Tables) -> Profile:
    """Profile tables that keep the rules of stage `validate`: same tables, same profile."""
    return Profile(
        {str(table): len(tables[table]) for table in Table},
        {
            Key(column.name, column.of, column.measure): _distribution(column)
            for column in profile_columns.count(tables)
        },
    )


def _distribution(column: profile_columns.ProfileColumn) -> Distribution:
    counts = column.table.sum(axis=0)
    names = column.names or [str(position) for position in range(len(counts))]
    order = np.argsort(-counts, kind="stable")  # of equal ones the first by name
    listed, others = np.sort(order[:LISTED]), order[LISTED:]
    rest = column.table[:, others].sum(axis=1, keepdims=True)
    compared = np.hstack([column.table[:, listed], rest])
    chance = sampling_noise.expected(column.measure, compared)
    return Distribution(
        {names[position]: _number(counts[position]) for position in listed if counts[position] > 0},
        _number(rest.sum()),
        None if chance is None else round(chance, 8),
    )


def _number(count: float) -> float:
    """Round to thousandths (an item has a music type in part), and write whole numbers as such."""
    rounded = round(float(count), 3)
    return int(rounded) if rounded.is_integer() else rounded


def aligned(key: Key, before: Distribution, after: Distribution) -> tuple[list[str], Counts, Counts]:
    """Bring two distributions of a column to the same values.

    Parameters
    ----------
    key
        The column.
    before
        One distribution of it.
    after
        The other.

    Returns
    -------
    tuple
        The values, n of them, and the counts of each distribution in this order, (n,) each. What isn't listed
        of names is the last value, "".

    Notes
    -----
    Only the `LISTED` largest are listed: a value that the other side doesn't list counts there as one that
    nobody plays, though it may have as much as the smallest one.
    """
    listed = {*before.counts, *after.counts}
    if key.measure is Measure.JS:
        values = [*sorted(listed), ""]
    else:
        values = [str(position) for position in range(max(2, *(int(number) + 1 for number in listed)))]
    one, other = (
        np.array([float(side.counts.get(value, 0) if value else side.rest) for value in values])
        for side in (before, after)
    )
    return values, one, other
