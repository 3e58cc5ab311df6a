"""A file of new listening: each row checked against the data set it is for, and what of it is new."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from fairtune.columns import (
    AGE,
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_GENDER,
    COUNTRY,
    EVENTS,
    GENDER,
    ITEM,
    NAME,
    PLAYS,
    TIMESTAMP,
    USER,
    BlockName,
)
from fairtune.config.custom_tables import EVENT_COLUMNS
from fairtune.data.custom import row_checks, text_columns
from fairtune.data.custom.row_checks import Checkup
from fairtune.errors import BadTable

KEY: Final = (USER, ITEM, TIMESTAMP)
"""What makes an event: whatever else says the same again is a duplicate."""
TEXTS: Final = (NAME, ARTIST, ARTIST_COUNTRY, ARTIST_GENDER, COUNTRY, GENDER)
WHOLE: Final = r"0|[1-9][0-9]{0,17}"


@dataclass(frozen=True)
class Known:
    """Listeners and items that a data set has already.

    Attributes
    ----------
    users
        Ids of the listeners, whole numbers or texts.
    items
        Ids of the items, likewise.
    item_kind
        What an item is; tracks have artists.
    """

    users: pd.Series
    items: pd.Series
    item_kind: BlockName

    def with_events(self, events: pd.DataFrame) -> "Known":
        """Add the listeners and items of events that were taken in."""
        typed_events = typed(events, self, file=EVENTS)
        return replace(
            self,
            users=pd.Series(pd.concat([self.users, typed_events[USER]]).unique()),
            items=pd.Series(pd.concat([self.items, typed_events[ITEM]]).unique()),
        )


@dataclass(frozen=True)
class Fresh:
    """What of a file is new.

    Attributes
    ----------
    events
        Rows of `EVENT_COLUMNS`, sorted, ids of the data set's types, plays int64, null where the file has
        nothing.
    rows
        Rows of the file.
    users
        Number of listeners that the data set doesn't have yet.
    items
        Number of items that the data set doesn't have yet.
    """

    events: pd.DataFrame
    rows: int
    users: int
    items: int

    @property
    def duplicates(self) -> int:
        """Number of rows that repeat an earlier one, of this file or before."""
        return self.rows - len(self.events)


@dataclass(frozen=True)
class Taken:
    """A file that was checked.

    Attributes
    ----------
    path
        The file.
    sha256
        Its checksum.
    fresh
        What of it is new.
    batch
        Number of the batch to be made of it, None if nothing is new.
    """

    path: Path
    sha256: str
    fresh: Fresh
    batch: int | None

    def summary(self) -> str:
        """Describe in one line what of the file is new."""
        fresh = self.fresh
        if self.batch is None:
            return f"{self.path.name}: nothing new: all {fresh.rows:,} events are there already"
        return (
            f"{self.path.name}: {fresh.rows:,} events: {len(fresh.events):,} new, {fresh.duplicates:,} "
            f"duplicates; {fresh.users:,} new listeners, {fresh.items:,} new items"
        )


def named(path: Path, explicit: Mapping[str, str], usual: Mapping[str, str]) -> dict[str, str]:
    """Return the names that columns have in a file of new listening, where they differ from ours.

    Parameters
    ----------
    path
        The file.
    explicit
        Our column -> its name, as stated for files of new listening.
    usual
        The same for the data set's own files; counts where `explicit` is silent and the header has the name.

    Returns
    -------
    dict
        Our column -> its name in the file.
    """
    header = text_columns.header(path)
    inherited = {
        ours: theirs
        for ours, theirs in usual.items()
        if ours in EVENT_COLUMNS and theirs in header and ours not in header
    }
    return {**inherited, **explicit}


def check(path: Path, columns: Mapping[str, str], known: Known) -> Checkup:
    """Check every row of a file of new listening.

    `BadFile` or `BadTable` if it is no such table at all.

    Parameters
    ----------
    path
        The file.
    columns
        Our columns -> theirs, where they differ.
    known
        Listeners and items of the data set.

    Returns
    -------
    Checkup
        Its `good` rows have all of `EVENT_COLUMNS`, and ids of the data set's types.
    """
    checkup = row_checks.check(path, EVENTS, columns)
    good = checkup.good.reindex(columns=list(EVENT_COLUMNS))
    wrong = pd.concat(
        [
            checkup.problems,
            *_text_ids(path.name, good, known),
            *_unnamed_items(path.name, good, known),
        ],
        ignore_index=True,
    )
    wrong = wrong.drop_duplicates("line").sort_values("line", ignore_index=True)
    right = good[~good.index.isin(wrong["line"])]
    plays = right[PLAYS].astype("Int64").fillna(1).astype("int64")
    right = right.astype(dict.fromkeys(TEXTS, "str")).astype({AGE: "float64"}).assign(**{PLAYS: plays})
    return replace(checkup, problems=wrong, good=typed(right, known, file=path.name))


def fresh(checkup: Checkup, known: Known, before: pd.DataFrame) -> Fresh:
    """Return what of a checked file is new: neither in `before` nor in an earlier row of the file."""
    key, rows = list(KEY), checkup.good
    repeated = pd.concat([before[key], rows[key]], ignore_index=True).duplicated().to_numpy()[len(before) :]
    new = rows[~repeated].sort_values(key, kind="stable", ignore_index=True)
    return Fresh(
        events=new,
        rows=len(rows),
        users=int((~new[USER].drop_duplicates().isin(known.users)).sum()),
        items=int((~new[ITEM].drop_duplicates().isin(known.items)).sum()),
    )


def typed(events: pd.DataFrame, known: Known, *, file: str) -> pd.DataFrame:
    """Return events with ids of the data set's types.

    Parameters
    ----------
    events
        Rows of `EVENT_COLUMNS`.
    known
        Listeners and items of the data set.
    file
        Name of the file, for messages.

    Returns
    -------
    DataFrame
        The same rows.

    Raises
    ------
    BadTable
        An id is a text where all others of the data set are whole numbers.
    """
    types: dict[str, str] = {}
    for column, ids in ((USER, known.users), (ITEM, known.items)):
        types[column] = "int64" if pd.api.types.is_integer_dtype(ids) else "str"
        if types[column] == "int64" and not pd.api.types.is_integer_dtype(events[column]):
            strange = events[column][~events[column].str.fullmatch(WHOLE)]
            if len(strange):
                raise BadTable(
                    table=file,
                    column=column,
                    rule=f"{column} is a whole number, as all others of the data set are",
                    count=len(strange),
                    examples=[repr(each) for each in strange.head()],
                )
    return events.astype(types)


def _text_ids(file: str, rows: pd.DataFrame, known: Known) -> list[pd.DataFrame]:
    """Return the rows whose ids are texts where the data set has numbers."""
    wrong = []
    for column, ids in ((USER, known.users), (ITEM, known.items)):
        if pd.api.types.is_integer_dtype(ids):
            strange = rows[column][~rows[column].str.fullmatch(WHOLE)]
            rule = "is a whole number, as all others of the data set are"
            wrong.append(row_checks.wrong_rows(file, column, rule, strange.map(repr).astype("str")))
    return wrong


def _unnamed_items(file: str, rows: pd.DataFrame, known: Known) -> list[pd.DataFrame]:
    """Return the rows of new items that no row names; for tracks also those without an artist."""
    ids = known.items.astype("str")
    new = rows[~rows[ITEM].isin(ids)]
    wrong = []
    for column in (NAME, ARTIST) if known.item_kind is BlockName.TRACK else (NAME,):
        named_items = new[ITEM][new[column].notna()].unique()
        unnamed = new[ITEM][~new[ITEM].isin(named_items)]
        rule = f"is told of an item that the data set doesn't have: give its {column} in one row"
        wrong.append(row_checks.wrong_rows(file, column, rule, "item " + unnamed))
    return wrong
