"""The tables of a data set with the new listening that came after it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pandas as pd

from fairtune.columns import (
    AGE,
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_GENDER,
    BATCH,
    COUNTRY,
    GENDER,
    ITEM,
    NAME,
    PLAYS,
    SPLIT,
    TIMESTAMP,
    USER,
    BlockName,
)
from fairtune.data.custom.dataset import GENDERS
from fairtune.data.events import parsing as new_listening
from fairtune.data.events.parsing import Known
from fairtune.data.sources.base import Dataset, RawTables

PAIR: Final = [USER, ITEM]


def grow(raw: RawTables, events: pd.DataFrame, dataset: Dataset) -> RawTables:
    """Add events to what a reader returned.

    Parameters
    ----------
    raw
        The tables of the data set.
    events
        Rows of `EVENT_COLUMNS` and the batch of each, from 1; none repeats another.
    dataset
        The data set: whether it has counts, and what its items are.

    Returns
    -------
    RawTables
        The tables with the events.

    Notes
    -----
    A pair that is there gets the plays added and keeps its time; a new one is a row with the first time of
    its batch. The interactions get the column `batch`: 0 for what came with the data set, else the
    batch in which the pair first came. Listeners and items that the tables don't have become rows of them,
    with the first value that any event has. A data set without counts has plays = 1, with events
    too; one without time stamps gets none; a row of events has no `split`.
    """
    known = Known(raw.users[USER], raw.items[ITEM], dataset.item_kind)
    rows = new_listening.typed(events, known, file="events")
    if not dataset.counts:
        rows = rows.assign(**{PLAYS: 1})
    users = _new_rows(rows, USER, raw.users[USER], (COUNTRY, GENDER, AGE))
    items = _new_rows(rows, ITEM, raw.items[ITEM], (NAME, ARTIST, ARTIST_COUNTRY, ARTIST_GENDER))
    interactions = _interactions(raw.interactions, rows, counts=dataset.counts)
    return replace(
        raw,
        interactions=interactions,
        users=_below(raw.users, users.assign(**{GENDER: _genders(users[GENDER])})),
        items=_below(raw.items, _named(items, dataset.item_kind)),
        events={
            "batches": int(rows[BATCH].nunique()),
            "events": len(rows),
            "new_pairs": int((interactions[BATCH] > 0).sum()),
            "new_listeners": len(users),
            "new_items": len(items),
        },
    )


def _interactions(played: pd.DataFrame, events: pd.DataFrame, *, counts: bool) -> pd.DataFrame:
    """Return the rows of the data set, in their order, then those of new pairs."""
    events = events.sort_values([*PAIR, BATCH, TIMESTAMP], kind="stable")
    plays = events.groupby(PAIR, sort=False, as_index=False)[PLAYS].sum()
    first = events.drop_duplicates(PAIR)[[*PAIR, TIMESTAMP, BATCH]].merge(plays, on=PAIR)
    added = played[PAIR].merge(plays, on=PAIR, how="left")[PLAYS].fillna(0).astype("int64").to_numpy()
    before = played.assign(**{BATCH: 0})
    if counts:
        before = before.assign(**{PLAYS: before[PLAYS].astype("int64") + added})
    else:
        first = first.assign(**{PLAYS: 1})
    matched = first[PAIR].merge(played[PAIR].drop_duplicates(), on=PAIR, how="left", indicator=True)
    new = first[(matched["_merge"] == "left_only").to_numpy()]
    optional = [name for name in (TIMESTAMP, SPLIT) if name in played]
    return _below(before, new)[[*PAIR, PLAYS, *optional, BATCH]]


def _new_rows(events: pd.DataFrame, key: str, ids: pd.Series, columns: Sequence[str]) -> pd.DataFrame:
    """Return a row for each id that isn't in `ids`, with the first value that an event has in each column."""
    new = events[~events[key].isin(ids)].sort_values([BATCH, TIMESTAMP], kind="stable")
    return new.groupby(key, sort=True, as_index=False)[list(columns)].first()


def _genders(genders: pd.Series) -> pd.Series:
    return genders.astype("str").str.casefold().map(GENDERS).astype("str")


def _named(items: pd.DataFrame, item_kind: BlockName) -> pd.DataFrame:
    """Name items by their ids where the name went with a batch that was withdrawn."""
    names = items[NAME].astype("str").fillna(items[ITEM].astype("str"))
    artists = names if item_kind is BlockName.ARTIST else items[ARTIST].astype("str")
    return items.assign(**{NAME: names, ARTIST: artists, ARTIST_GENDER: _genders(items[ARTIST_GENDER])})


def _below(table: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Add rows to a table, whose columns and their types stay; what the rows don't have is null."""
    columns = {}
    for column in table:
        kind = table[column].dtype
        more = new[column] if column in new else pd.Series([None] * len(new), dtype="object")
        whole = kind if len(new) == 0 or more.notna().all() else _with_null(kind)
        columns[column] = pd.concat([table[column].astype(whole), more.astype(whole)], ignore_index=True)
    return pd.DataFrame(columns)


def _with_null(kind: object) -> object:
    """Return a type that holds the values of `kind` and null."""
    return "Float64" if pd.api.types.is_numeric_dtype(kind) else kind
