"""What a profile counts: the columns of the canonical tables as numbers of listeners, items, pairs and plays.

Every column is counted by group of its units (`fairtune.validation.drift.sampling_noise`): (GROUPS, n_values)
each.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.columns import (
    AGE,
    AGE_BANDS,
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_GENDER,
    ARTIST_REGION,
    COUNTRY,
    GENDER,
    ITEM,
    MUSIC_TYPE,
    PLAYS,
    REGION,
    SHARE,
    SIGNUP,
    TIMESTAMP,
    USER,
    Table,
)
from fairtune.validation.drift import sampling_noise
from fairtune.validation.drift.distances import Counts
from fairtune.validation.drift.measures import Measure

Codes = NDArray[np.int64]
Tables = Mapping[Table, pd.DataFrame]

DOUBLINGS: Final = 40  # bins of counts: 0, 1, 2, 3 to 4, 5 to 8, ...
UNITS: Final = {"plays": "play", "items per listener": "item", "listeners per item": "listener"}

OF_MUSIC: Final = {
    "artist": ARTIST,
    "artist region": ARTIST_REGION,
    "artist country": ARTIST_COUNTRY,
    "artist gender": ARTIST_GENDER,
}
OF_LISTENERS: Final = {"listener country": COUNTRY, "listener region": REGION, "listener gender": GENDER}
OPTIONAL_OF_LISTENERS: Final = {
    "listener country": COUNTRY,
    "listener gender": GENDER,
    "age": AGE,
    "signup": SIGNUP,
}


class ProfileColumn(NamedTuple):
    """A column of a profile.

    Attributes
    ----------
    name
        Its name.
    of
        What its shares are of: listeners, items, pairs, plays.
    measure
        How it is compared.
    names
        Names of its values; empty for bins.
    table
        Counts by group of units and value, (sampling_noise.GROUPS, n_values).
    """

    name: str
    of: str
    measure: Measure
    names: Sequence[str]
    table: Counts


class _Codes(NamedTuple):
    """The pairs by position: listener and item of each, (n_pairs,)."""

    listener: Codes
    item: Codes
    plays: Codes


def count(tables: Tables) -> Iterator[ProfileColumn]:
    """Count every column of the canonical tables.

    Parameters
    ----------
    tables
        Tables that keep the rules of stage `validate`.

    Yields
    ------
    ProfileColumn
        Counts of one column; the same tables, the same counts.
    """
    played, items, users = tables[Table.INTERACTIONS], tables[Table.ITEMS], tables[Table.USERS]
    pairs = _Codes(
        pd.Index(users[USER]).get_indexer(played[USER]),
        pd.Index(items[ITEM]).get_indexer(played[ITEM]),
        played[PLAYS].to_numpy(np.int64),
    )
    listeners = sampling_noise.groups(len(users))
    yield from _amounts(pairs, listeners, len(items))
    yield from _listeners(users, listeners)
    yield from _music(tables, pairs, listeners)
    stamps = played[TIMESTAMP].isna() if TIMESTAMP in played else pd.Series(np.ones(len(played), np.bool_))
    yield _unknown("time", "pairs", stamps, listeners[pairs.listener])


def _amounts(pairs: _Codes, listeners: Codes, n_items: int) -> Iterator[ProfileColumn]:
    """Count pairs by plays, listeners by items, and items by listeners."""
    by_listener = np.bincount(pairs.listener, minlength=len(listeners))
    by_item = np.bincount(pairs.item, minlength=n_items)
    played = by_item > 0  # what nobody plays says nothing of listening
    for name, of, values, group in (
        ("plays", "pairs", pairs.plays, listeners[pairs.listener]),
        ("items per listener", "listeners", by_listener, listeners),
        ("listeners per item", "items", by_item[played], sampling_noise.groups(int(played.sum()))),
    ):
        yield ProfileColumn(name, of, Measure.PSI, (), _tabled(group, doublings(values), DOUBLINGS))


def _listeners(users: pd.DataFrame, group: Codes) -> Iterator[ProfileColumn]:
    """Count listeners by who they are, where that is known, and by whether it is."""
    age = users[AGE].astype("float64").to_numpy()
    known = ~np.isnan(age)
    band = np.searchsorted(AGE_BANDS, age[known], side="right")
    yield ProfileColumn("age", "listeners", Measure.PSI, (), _tabled(group[known], band, len(AGE_BANDS) + 1))
    for name, column in OF_LISTENERS.items():
        codes, names = pd.factorize(users[column], sort=True)
        known = codes >= 0
        table = _tabled(group[known], codes[known], len(names))
        yield ProfileColumn(name, "listeners", Measure.JS, [str(value) for value in names], table)
    for name, column in OPTIONAL_OF_LISTENERS.items():
        yield _unknown(name, "listeners", users[column].isna(), group)


def _music(tables: Tables, pairs: _Codes, listeners: Codes) -> Iterator[ProfileColumn]:
    """Count pairs and plays by what is played, where that is known, and items and pairs by whether it is."""
    items = tables[Table.ITEMS]
    size = len(items)
    key = listeners[pairs.listener] * size + pairs.item
    weighed = {
        "pairs": np.bincount(key, minlength=sampling_noise.GROUPS * size).reshape(sampling_noise.GROUPS, size)
    }
    if (pairs.plays != 1).any():
        plays = np.bincount(key, pairs.plays, minlength=sampling_noise.GROUPS * size)
        weighed["plays"] = plays.reshape(sampling_noise.GROUPS, size)
    group = sampling_noise.groups(size)
    for name, (names, membership) in _memberships(tables).items():
        for of, weights in weighed.items():
            yield ProfileColumn(name, of, Measure.JS, names, np.asarray((membership.T @ weights.T).T))
        unknown = np.asarray(membership.sum(axis=1) <= 0)
        yield _unknown(name, "items", unknown, group)
        known_or_not = [weighed["pairs"][:, which].sum(axis=1) for which in (~unknown, unknown)]
        yield ProfileColumn(name, "pairs", Measure.UNKNOWN, (), np.column_stack(known_or_not))


def _memberships(tables: Tables) -> Mapping[str, tuple[Sequence[str], csr_array]]:
    """Return the names of values, and to which extent each item has them, (n_items, n_values)."""
    items, typed = tables[Table.ITEMS], tables[Table.ITEM_TYPES]
    memberships = {}
    for name, column in OF_MUSIC.items():
        codes, names = pd.factorize(items[column], sort=True)
        known = np.flatnonzero(codes >= 0)
        memberships[name] = _membership(known, codes[known], np.ones(len(known)), names, len(items))
    codes, names = pd.factorize(typed[MUSIC_TYPE], sort=True)
    rows = pd.Index(items[ITEM]).get_indexer(typed[ITEM])
    memberships["music type"] = _membership(rows, codes, typed[SHARE].to_numpy(np.float64), names, len(items))
    return memberships


def _membership(
    rows: Codes, codes: Codes, extent: Counts, names: Sequence[object], n_items: int
) -> tuple[Sequence[str], csr_array]:
    return [str(name) for name in names], csr_array((extent, (rows, codes)), shape=(n_items, len(names)))


def _unknown(name: str, of: str, null: pd.Series | NDArray[np.bool_], group: Codes) -> ProfileColumn:
    return ProfileColumn(name, of, Measure.UNKNOWN, (), _tabled(group, np.asarray(null, dtype=np.int64), 2))


def _tabled(group: Codes, value: Codes, size: int) -> Counts:
    """Count by group and value, (sampling_noise.GROUPS, size)."""
    counted = np.bincount(group * size + value, minlength=sampling_noise.GROUPS * size)
    return counted.reshape(sampling_noise.GROUPS, size).astype(np.float64)


def doublings(values: Codes) -> Codes:
    """Sort whole numbers into the bins 0, 1, 2, 3 to 4, 5 to 8, 9 to 16, ..., exactly.

    Parameters
    ----------
    values
        Whole numbers of 0 or more, (n,).

    Returns
    -------
    Codes
        Number of the bin of each, 0 to `DOUBLINGS` - 1, (n,).
    """
    length = np.frexp(np.maximum(values - 1, 0).astype(np.float64))[1]  # of the number in bits
    return np.minimum(np.where(values > 0, length + 1, 0), DOUBLINGS - 1).astype(np.int64)


def bin_name(column: str, position: int) -> str:
    """Name a bin of a column of bins: "5 to 8 plays", "25 to 34"."""
    if column == AGE:
        if position == 0:
            return f"under {AGE_BANDS[0]}"
        return (
            f"{AGE_BANDS[-1]} and over"
            if position == len(AGE_BANDS)
            else f"{AGE_BANDS[position - 1]} to {AGE_BANDS[position] - 1}"
        )
    unit = UNITS[column]
    if position <= 2:  # noqa: PLR2004 - the bins of 0, 1 and 2
        return f"{position} {unit}" if position == 1 else f"{position} {unit}s"
    return f"{2 ** (position - 2) + 1:,} to {2 ** (position - 1):,} {unit}s"
