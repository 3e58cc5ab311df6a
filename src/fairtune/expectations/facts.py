"""Columns of truth values beside the canonical ones: what concerns several rows or tables, found by pandas.

Great Expectations would put a whole value set of ids into its results, and needs half a minute for the
uniqueness of 17 million pairs; these take seconds.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from fairtune.columns import (
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_REGION,
    COUNTRY,
    FRIEND,
    ITEM,
    MUSIC_TYPE,
    NAME,
    REGION,
    SHARE,
    SIGNUP,
    TIMESTAMP,
    USER,
    Table,
)

USER_IS_KNOWN: Final = "user_id is in users"
FRIEND_IS_KNOWN: Final = "friend_id is in users"
ITEM_IS_KNOWN: Final = "item_id is in items"
IS_PLAYED: Final = "item_id is in interactions"
ITEMS_PLAYED: Final = "number of items played"  # the one fact that counts
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

COUNTRIES: Final = frozenset(
    (  # noqa: SIM905 - 250 quoted codes would be longer than the module
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
        "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH "
        "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT "
        "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS "
        "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
        "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG "
        "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
        "UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW "
    ).split()
)
"""ISO 3166-1 alpha-2, and XK for Kosovo, which has no code of its own there."""


def add(tables: Mapping[Table, pd.DataFrame]) -> dict[Table, pd.DataFrame]:
    """Give each table with its facts; the tables given stay as they are. They must have their columns."""
    played, items, users = (tables[name] for name in (Table.INTERACTIONS, Table.ITEMS, Table.USERS))
    types, friends = tables[Table.ITEM_TYPES], tables[Table.FRIENDS]
    totals = types.groupby(ITEM)[SHARE].transform("sum")
    found = {
        Table.INTERACTIONS: played.assign(
            **{
                USER_IS_KNOWN: played[USER].isin(users[USER]),
                ITEM_IS_KNOWN: played[ITEM].isin(items[ITEM]),
                PAIR_IS_UNIQUE: ~played.duplicated([USER, ITEM], keep=False),
            },
            **({IS_PLAUSIBLE: _plausible(played[TIMESTAMP])} if TIMESTAMP in played else {}),
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
                ITEMS_PLAYED: users[USER].map(played[USER].value_counts()).fillna(0).astype("int64"),
                IS_COUNTRY: _countries(users[COUNTRY]),
                IS_PLAUSIBLE: _plausible(users[SIGNUP]),
                HAS_REGION: users[REGION].notna() | users[COUNTRY].isna(),
            }
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
        for table, frame in found.items()
    }


def is_id(column: str) -> str:
    """Name the fact that a column holds ids: Great Expectations has no name for the text type of pandas 3."""
    return f"{column} is an id"


def _ids(values: pd.Series) -> pd.Series:
    if pd.api.types.is_integer_dtype(values) or isinstance(values.dtype, pd.StringDtype):
        return pd.Series(data=True, index=values.index)
    return values.map(lambda value: isinstance(value, (int, str))).astype(bool) | values.isna()


def _folded(items: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({column: items[column].astype("str").str.casefold() for column in (ARTIST, NAME)})


def _countries(codes: pd.Series) -> pd.Series:
    return codes.isin(COUNTRIES) | codes.isna()


def _plausible(times: pd.Series) -> pd.Series:
    """Judge times; what is no time at all passes here, its type is another rule."""
    if not pd.api.types.is_datetime64_dtype(times):
        return pd.Series(data=True, index=times.index)
    return times.between(EARLIEST, LATEST, inclusive="left") | times.isna()
