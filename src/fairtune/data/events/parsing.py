"""A file of new listening: each row looked at against the data set it is for, and what of it is new."""

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
    """Whom and what a data set has already.

    users, items: their ids, whole numbers or texts. item_kind: what an item is; tracks have artists.
    """

    users: pd.Series
    items: pd.Series
    item_kind: BlockName

    def and_of(self, events: pd.DataFrame) -> "Known":
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

    events: rows of `EVENT_COLUMNS`, sorted, ids of the data set's types, plays int64, null where the file
    doesn't tell. rows: of the file. users, items: that the data set doesn't have yet.
    """

    events: pd.DataFrame
    rows: int
    users: int
    items: int

    @property
    def duplicates(self) -> int:
        """Rows that say what an earlier one said, in this file or before."""
        return self.rows - len(self.events)


def named(path: Path, explicit: Mapping[str, str], usual: Mapping[str, str]) -> dict[str, str]:
    """Give our column -> its name in the file: as told for such files, else as the data set's own are called.

    The latter count only where the header has them.
    """
    header = text_columns.header(path)
    inherited = {
        ours: theirs
        for ours, theirs in usual.items()
        if ours in EVENT_COLUMNS and theirs in header and ours not in header
    }
    return {**inherited, **explicit}


def check(path: Path, columns: Mapping[str, str], known: Known) -> Checkup:
    """Look at every row of a file of new listening; `good` has all of `EVENT_COLUMNS` and typed ids.

    columns: our columns -> theirs, where they differ. `BadFile` or `BadTable` if it is no such table at all.
    """
    found = row_checks.check(path, EVENTS, columns)
    good = found.good.reindex(columns=list(EVENT_COLUMNS))
    wrong = pd.concat(
        [found.problems, *_strange_ids(path.name, good, known), *_untold(path.name, good, known)],
        ignore_index=True,
    )
    wrong = wrong.drop_duplicates("line").sort_values("line", ignore_index=True)
    right = good[~good.index.isin(wrong["line"])]
    plays = right[PLAYS].astype("Int64").fillna(1).astype("int64")
    right = right.astype(dict.fromkeys(TEXTS, "str")).astype({AGE: "float64"}).assign(**{PLAYS: plays})
    return replace(found, problems=wrong, good=typed(right, known, file=path.name))


def fresh(checkup: Checkup, known: Known, before: pd.DataFrame) -> Fresh:
    """Give what of a checked file is new: not said before, by `before` or by an earlier row of the file."""
    key, rows = list(KEY), checkup.good
    said = pd.concat([before[key], rows[key]], ignore_index=True).duplicated().to_numpy()[len(before) :]
    new = rows[~said].sort_values(key, kind="stable", ignore_index=True)
    return Fresh(
        events=new,
        rows=len(rows),
        users=int((~new[USER].drop_duplicates().isin(known.users)).sum()),
        items=int((~new[ITEM].drop_duplicates().isin(known.items)).sum()),
    )


def typed(events: pd.DataFrame, known: Known, *, file: str) -> pd.DataFrame:
    """Give events whose ids are of the data set's types; `BadTable` if they can't be."""
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


def _strange_ids(file: str, rows: pd.DataFrame, known: Known) -> list[pd.DataFrame]:
    """Tell ids that are texts where the data set has numbers."""
    told = []
    for column, ids in ((USER, known.users), (ITEM, known.items)):
        if pd.api.types.is_integer_dtype(ids):
            strange = rows[column][~rows[column].str.fullmatch(WHOLE)]
            rule = "is a whole number, as all others of the data set are"
            told.append(row_checks.wrong_rows(file, column, rule, strange.map(repr).astype("str")))
    return told


def _untold(file: str, rows: pd.DataFrame, known: Known) -> list[pd.DataFrame]:
    """Tell the rows of items that the data set doesn't have and no row names; for tracks also the artist."""
    ids = known.items.astype("str")
    new = rows[~rows[ITEM].isin(ids)]
    told = []
    for column in (NAME, ARTIST) if known.item_kind is BlockName.TRACK else (NAME,):
        somewhere = new[ITEM][new[column].notna()].unique()
        silent = new[ITEM][~new[ITEM].isin(somewhere)]
        rule = f"is told of an item that the data set doesn't have: give its {column} in one row"
        told.append(row_checks.wrong_rows(file, column, rule, "item " + silent))
    return told
