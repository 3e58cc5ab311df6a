"""Data sets of kind `table`: files of the user's own, whose columns `download.table` of params.yaml names.

Stage `download` copies them and writes a record beside them; from the two everything else follows.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd

from fairtune.columns import (
    AGE,
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_GENDER,
    COUNTRY,
    FRIEND,
    GENDER,
    ITEM,
    MUSIC_TYPE,
    NAME,
    PLAYS,
    SHARE,
    SIGNUP,
    TIMESTAMP,
    USER,
    WEIGHT,
    BlockName,
    Table,
)
from fairtune.data.custom import row_checks, source_files, table_reader
from fairtune.data.custom.record import Copied, Record, read_record
from fairtune.data.formats import exports
from fairtune.data.sources.base import Dataset, RawTables
from fairtune.data.sources.delimited import REJECTED, Delimited, refusal
from fairtune.errors import BadTable

GENDERS: Final = {"m": "m", "male": "m", "f": "f", "female": "f"}
NO_TAGS: Final = ("item_id", "tag", "taggers")

Tables = Mapping[Table, pd.DataFrame]


def describe(name: str, raw: Path) -> Dataset:
    """Describe the data set whose files and record are in the folder `raw`."""
    record = read_record(raw)
    return replace(
        dataset(name, item_kind=record.item_kind, counts=record.counts),
        licence=record.licence,
        homepage=record.tables[Table.INTERACTIONS].source,
        read=partial(read, record=record),
    )


def dataset(name: str, *, item_kind: BlockName, counts: bool) -> Dataset:
    """Describe a data set of the user's own as far as the rules of its tables need it."""
    return Dataset(
        name=name,
        item_kind=item_kind,
        counts=counts,
        licence="not stated",
        citation="",
        homepage="",
        read=partial(read, record=None),
    )


def read(raw: Path, *, record: Record | None = None) -> RawTables:
    """Read the files that the record in the folder names.

    What an optional file doesn't say of a listener or an item is unknown. `BadTable` if no row of the
    interactions could be read, or another table shares no id with them.
    """
    stated = record or read_record(raw)
    files = {table: _read(raw, table, copied, stated.item_kind) for table, copied in stated.tables.items()}
    rejected = pd.concat([each.rejected for each in files.values()], ignore_index=True)[list(REJECTED)]
    rows = {table: each.rows for table, each in files.items()}
    if stated.tables[Table.INTERACTIONS].format is not None:
        rows = _with_items(rows)
    if rows[Table.INTERACTIONS].empty:
        raise refusal(rejected)
    rows = _typed_ids(rows)
    played = rows[Table.INTERACTIONS]
    n_rows = len(played)
    if not stated.tables[Table.INTERACTIONS].log:
        row_checks.refuse_log(Path(stated.tables[Table.INTERACTIONS].source).name, played)
    else:
        played = summed(played)
        rows[Table.INTERACTIONS] = played
    users, added_users = _completed(rows, Table.USERS, USER, stated)
    items, added_items = _completed(rows, Table.ITEMS, ITEM, stated)
    types, lost_types = _item_types(rows.get(Table.ITEM_TYPES), items[ITEM])
    friends, lost_friends = _friends(rows.get(Table.FRIENDS), users[USER])
    users, other_users = _gendered(users, GENDER)
    items, other_artists = _gendered(items, ARTIST_GENDER)
    notes = {
        "plays of the log that repeat a pair, summed": n_rows - len(played),
        "listeners of whom no table tells more": added_users,
        "items of which no table tells more": added_items,
        "genders other than m and f, now unknown": other_users + other_artists,
        "music types of unknown items, left out": lost_types,
        "friendships with unknown listeners or oneself, left out": lost_friends,
    }
    return RawTables(
        interactions=_interactions(played),
        items=_named(items, stated.item_kind),
        users=users,
        tags=pd.DataFrame(columns=list(NO_TAGS)),
        item_types=types,
        friends=friends,
        rejected=rejected,
        notes={note: count for note, count in notes.items() if count},
        files={file.source: file.sha256 for copied in stated.tables.values() for file in copied.files},
    )


def _read(raw: Path, table: Table, copied: Copied, item_kind: BlockName) -> Delimited:
    """Read the files of a table, one after the other; rejected rows name them as the user knows them."""
    parts = []
    for file in copied.files:
        if copied.format is None:
            part = table_reader.read(raw / file.file, table, copied.columns)
        else:
            listener = source_files.listener(copied.source, file.source)
            part = exports.read(raw / file.file, copied.format, item_kind, listener)
        parts.append(Delimited(part.rows, part.rejected.assign(file=Path(file.source).name)))
    if len(parts) == 1:
        return parts[0]
    rows = pd.concat([part.rows for part in parts], ignore_index=True)
    return Delimited(rows, pd.concat([part.rejected for part in parts], ignore_index=True))


def _with_items(rows: Tables) -> dict[Table, pd.DataFrame]:
    """Take what an export says of items out of the plays; a table of the user's own says it better."""
    played = rows[Table.INTERACTIONS]
    items = played[[ITEM, NAME, ARTIST]].drop_duplicates(ITEM).reset_index(drop=True)
    return {Table.ITEMS: items, **rows, Table.INTERACTIONS: played.drop(columns=[NAME, ARTIST])}


def summed(plays: pd.DataFrame) -> pd.DataFrame:
    """Sum a log of plays by listener and item.

    Parameters
    ----------
    plays
        A row a play: user_id, item_id; plays where a row may be several, timestamp, split.

    Returns
    -------
    DataFrame
        A row a pair: its plays, its first time, and the part that the first of its rows names.
    """
    counted = plays if PLAYS in plays else plays.assign(**{PLAYS: 1})
    if TIMESTAMP in counted:
        counted = counted.sort_values(TIMESTAMP, kind="stable")
    how = {name: "sum" if name == PLAYS else "first" for name in counted if name not in {USER, ITEM}}
    return counted.groupby([USER, ITEM], as_index=False, sort=True).agg(how)


def _typed_ids(rows: Tables) -> dict[Table, pd.DataFrame]:
    """Make ids whole numbers where all of a kind are, as one writes them; else they stay texts."""
    kinds = {USER: (USER, FRIEND), ITEM: (ITEM,)}
    typed = dict(rows)
    for columns in kinds.values():
        id_columns = [
            (table, column) for table, frame in rows.items() for column in columns if column in frame
        ]
        numbers = all(
            rows[table][column].str.fullmatch(r"0|[1-9][0-9]{0,17}").all() for table, column in id_columns
        )
        for table, column in id_columns:
            ids = rows[table][column].astype("int64" if numbers else "str")
            typed[table] = typed[table].assign(**{column: ids})
    return typed


def _interactions(played: pd.DataFrame) -> pd.DataFrame:
    plays = played[PLAYS].astype("int64") if PLAYS in played else 1
    return played.assign(**{PLAYS: plays}).reset_index(drop=True)


OPTIONAL: Final = {
    Table.USERS: {COUNTRY: "str", GENDER: "str", AGE: "Float64", SIGNUP: "datetime64[s]"},
    Table.ITEMS: {NAME: "str", ARTIST: "str", ARTIST_COUNTRY: "str", ARTIST_GENDER: "str"},
}


def _completed(rows: Tables, table: Table, key: str, record: Record) -> tuple[pd.DataFrame, int]:
    """Return a table with a row for everything in the interactions, and how many rows it lacked.

    `BadTable` if it has nothing of the interactions: its ids are others.
    """
    mentioned = pd.DataFrame({key: rows[Table.INTERACTIONS][key].unique()})
    described = rows.get(table, mentioned)
    added = mentioned[~mentioned[key].isin(described[key])]
    if len(added) == len(mentioned):
        here, there = (each[key].head(1).tolist()[0] for each in (described, mentioned))
        examples = [f"{here!r} here, {there!r} in the interactions"]
        source = Path(record.tables[table].source).name
        rule = f"{key} is what the interactions call it"
        raise BadTable(table=source, column=key, rule=rule, count=len(described), examples=examples)
    whole = pd.concat([described, added], ignore_index=True)
    for column, kind in OPTIONAL[table].items():
        values = whole[column] if column in whole else pd.Series([None] * len(whole))
        whole[column] = values.astype(kind)
    return whole[[key, *OPTIONAL[table]]], len(added) if table in rows else 0


def _gendered(people: pd.DataFrame, column: str) -> tuple[pd.DataFrame, int]:
    """Write genders as the canonical tables do; others become unknown, and are counted."""
    stated = people[column].str.casefold()
    known = stated.map(GENDERS).astype("str")
    return people.assign(**{column: known}), int((stated.notna() & known.isna()).sum())


def _named(items: pd.DataFrame, item_kind: BlockName) -> pd.DataFrame:
    """Name what has no name by its id; an artist whom nobody names stays unknown: null."""
    names = items[NAME].fillna(items[ITEM].astype("str"))
    artists = names if item_kind is BlockName.ARTIST else items[ARTIST]
    return items.assign(**{NAME: names, ARTIST: artists})


def _item_types(types: pd.DataFrame | None, items: pd.Series) -> tuple[pd.DataFrame, int]:
    """Return the shares of music types of each item, which sum to 1; and how many rows name unknown items."""
    if types is None:
        nothing = pd.DataFrame({ITEM: items[:0], MUSIC_TYPE: pd.Series(dtype="str")})
        return nothing.assign(**{SHARE: pd.Series(dtype="float64")}), 0
    known = types[types[ITEM].isin(items)]
    weighed = known if WEIGHT in known else known.assign(**{WEIGHT: 1.0})
    weights = weighed.astype({WEIGHT: "float64"}).groupby([ITEM, MUSIC_TYPE], as_index=False)[WEIGHT].sum()
    totals = weights.groupby(ITEM)[WEIGHT].transform("sum")
    shares = weights.assign(**{SHARE: weights[WEIGHT] / totals})[[ITEM, MUSIC_TYPE, SHARE]]
    return shares.sort_values([ITEM, MUSIC_TYPE], ignore_index=True), len(types) - len(known)


def _friends(friends: pd.DataFrame | None, users: pd.Series) -> tuple[pd.DataFrame, int]:
    """Return each friendship in both directions, once; and how many rows can't be one."""
    if friends is None:
        return pd.DataFrame({USER: users[:0], FRIEND: users[:0]}), 0
    kept = friends[
        friends[USER].isin(users) & friends[FRIEND].isin(users) & (friends[USER] != friends[FRIEND])
    ]
    back = kept.rename(columns={USER: FRIEND, FRIEND: USER})
    directed = pd.concat([kept, back], ignore_index=True)[[USER, FRIEND]].drop_duplicates(ignore_index=True)
    return directed, len(friends) - len(kept)
