"""Columns of truth values beside the canonical ones, for what concerns several rows or tables.

Great Expectations would put a whole value set of ids into its results, and needs half a minute for the
uniqueness of 17 million pairs; pandas takes seconds.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from fairtune.columns import (
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_REGION,
    BATCH,
    COUNTRY,
    FRIEND,
    ITEM,
    MUSIC_TYPE,
    NAME,
    REGION,
    SHARE,
    SIGNUP,
    SPLIT,
    TIMESTAMP,
    USER,
    Table,
)
from fairtune.config.country_codes import COUNTRIES

USER_IS_KNOWN: Final = "user_id is in users"
FRIEND_IS_KNOWN: Final = "friend_id is in users"
ITEM_IS_KNOWN: Final = "item_id is in items"
IS_PLAYED: Final = "item_id is in interactions"
ITEMS_PLAYED: Final = "number of items played"  # this and the next count
ITEMS_PUBLISHED: Final = "number of items played that came with the data set"
IS_LABELLED: Final = "split is known, or the row is of new listening"
PAIR_IS_UNIQUE: Final = "the pair comes once"
IS_ANOTHER: Final = "nobody is a friend of oneself"
IS_MUTUAL: Final = "the friend says so too"
SUMS_TO_ONE: Final = "the shares of an item sum to 1"
HAS_OWN_NAME: Final = "no other item has the same name, upper and lower case aside"
IS_COUNTRY: Final = "the code is a country of ISO 3166-1"
HAS_REGION: Final = "the country has a region"

IDS: Final = {
    Table.INTERACTIONS: (USER, ITEM),
    Table.ITEMS: (ITEM,),
    Table.USERS: (USER,),
    Table.ITEM_TYPES: (ITEM,),
    Table.FRIENDS: (USER, FRIEND),
}

IS_PLAUSIBLE: Final = (
    "the time lies between 1990 and 2100"  # outside: milliseconds read as seconds, and the like
)
EARLIEST, LATEST = np.datetime64("1990-01-01"), np.datetime64("2100-01-01")


def add(tables: Mapping[Table, pd.DataFrame]) -> dict[Table, pd.DataFrame]:
    """Add the derived columns to each table.

    Parameters
    ----------
    tables
        The canonical tables, with all columns that they must have; they stay as they are.

    Returns
    -------
    dict
        Each table with its derived columns: counts, and truth values named by what they mean when true.
    """
    played, items, users = (tables[name] for name in (Table.INTERACTIONS, Table.ITEMS, Table.USERS))
    types, friends = tables[Table.ITEM_TYPES], tables[Table.FRIENDS]
    totals = types.groupby(ITEM)[SHARE].transform("sum")
    extended = {
        Table.INTERACTIONS: played.assign(
            **{
                USER_IS_KNOWN: played[USER].isin(users[USER]),
                ITEM_IS_KNOWN: played[ITEM].isin(items[ITEM]),
                PAIR_IS_UNIQUE: ~played.duplicated([USER, ITEM], keep=False),
            },
            **({IS_PLAUSIBLE: _plausible(played[TIMESTAMP])} if TIMESTAMP in played else {}),
            **(
                {IS_LABELLED: played[SPLIT].notna() | (played[BATCH] > 0)}
                if {SPLIT, BATCH} <= set(played)
                else {}
            ),
        ),
        Table.ITEMS: items.assign(
            **{
                IS_PLAYED: items[ITEM].isin(played[ITEM]),
                HAS_OWN_NAME: ~_folded(items).duplicated(keep=False),
                IS_COUNTRY: _countries(items[ARTIST_COUNTRY]),
                HAS_REGION: items[ARTIST_REGION].notna() | items[ARTIST_COUNTRY].isna(),
            }
        ),
        Table.USERS: users.assign(
            **{
                ITEMS_PLAYED: _items_of(users, played),
                IS_COUNTRY: _countries(users[COUNTRY]),
                IS_PLAUSIBLE: _plausible(users[SIGNUP]),
                HAS_REGION: users[REGION].notna() | users[COUNTRY].isna(),
            },
            **({ITEMS_PUBLISHED: _items_of(users, played[played[BATCH] == 0])} if BATCH in played else {}),
        ),
        Table.ITEM_TYPES: types.assign(
            **{
                ITEM_IS_KNOWN: types[ITEM].isin(items[ITEM]),
                PAIR_IS_UNIQUE: ~types.duplicated([ITEM, MUSIC_TYPE], keep=False),
                SUMS_TO_ONE: np.isclose(totals.astype("float64"), 1, rtol=0, atol=1e-6),
            }
        ),
        Table.FRIENDS: friends.assign(
            **{
                USER_IS_KNOWN: friends[USER].isin(users[USER]),
                FRIEND_IS_KNOWN: friends[FRIEND].isin(users[USER]),
                PAIR_IS_UNIQUE: ~friends.duplicated([USER, FRIEND], keep=False),
                IS_ANOTHER: friends[USER] != friends[FRIEND],
                IS_MUTUAL: pd.MultiIndex.from_frame(friends[[FRIEND, USER]]).isin(
                    pd.MultiIndex.from_frame(friends[[USER, FRIEND]])
                ),
            }
        ),
    }
    return {
        table: frame.assign(**{is_id(column): _ids(frame[column]) for column in IDS[table]})
        for table, frame in extended.items()
    }


def is_id(column: str) -> str:
    """Name the derived column for ids: Great Expectations has no name for the text type of pandas 3."""
    return f"{column} is an id"


def _items_of(users: pd.DataFrame, played: pd.DataFrame) -> pd.Series:
    return users[USER].map(played[USER].value_counts()).fillna(0).astype("int64")


def _ids(values: pd.Series) -> pd.Series:
    if pd.api.types.is_integer_dtype(values) or isinstance(values.dtype, pd.StringDtype):
        return pd.Series(data=True, index=values.index)
    return values.map(lambda value: isinstance(value, (int, str))).astype(bool) | values.isna()


def _folded(items: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({column: items[column].astype("str").str.casefold() for column in (ARTIST, NAME)})


def _countries(codes: pd.Series) -> pd.Series:
    return codes.isin(COUNTRIES) | codes.isna()


def _plausible(times: pd.Series) -> pd.Series:
    """Return whether times are plausible; what is no time at all passes here, its type is another rule."""
    if not pd.api.types.is_datetime64_dtype(times):
        return pd.Series(data=True, index=times.index)
    return times.between(EARLIEST, LATEST, inclusive="left") | times.isna()
