"""What the fields of a user's own files may say: the columns of each table, and text to values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from fairtune.columns import (
    AGE,
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_GENDER,
    COUNTRY,
    EVENTS,
    FRIEND,
    GENDER,
    ITEM,
    MUSIC_TYPE,
    NAME,
    PLAYS,
    SIGNUP,
    SPLIT,
    TIMESTAMP,
    USER,
    WEIGHT,
    Table,
)
from fairtune.config.country_codes import CODES, COUNTRIES

PARTS: Final = ("train", "valid", "test")
EARLIEST, LATEST = pd.Timestamp("1990-01-01"), pd.Timestamp("2100-01-01")
"""Times outside are milliseconds read as seconds, and the like."""
MOST_PLAYS: Final = 10**9
"""More than anybody can play in a lifetime."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column of a user's file.

    Attributes
    ----------
    rule
        What its fields keep, to be read after the column's name.
    values
        Text -> values, null where the text breaks the rule.
    needed
        Whether the file must have the column.
    filled
        Whether no field of it may be empty.
    """

    rule: str
    values: Callable[[pd.Series], pd.Series]
    needed: bool = False
    filled: bool = True


def whole(text: pd.Series) -> pd.Series:
    """Parse whole numbers, Int64; "3.0" is one, as floats of other programs are."""
    matching = text.str.fullmatch(r"[+-]?[0-9]{1,18}(\.0+)?")
    return text.where(matching).str.replace(r"^\+|\.0+$", "", regex=True).astype("Int64")


def count(text: pd.Series) -> pd.Series:
    """Parse whole numbers of plays, Int64: at most `MOST_PLAYS`, so that sums over all rows are exact."""
    numbers = whole(text)
    return numbers.where(numbers <= MOST_PLAYS)


def number(text: pd.Series) -> pd.Series:
    """Parse numbers above 0, Float64."""
    numbers = pd.to_numeric(text, errors="coerce").astype("Float64")
    return numbers.where(numbers.gt(0) & numbers.lt(float("inf")))


def moment(text: pd.Series) -> pd.Series:
    """Parse times, ISO 8601 or seconds since 1970: datetime64[s], UTC without a zone."""
    seconds = text.str.fullmatch(r"[0-9]{1,11}(\.[0-9]+)?")
    iso = pd.to_datetime(text.where(~seconds), format="ISO8601", utc=True, errors="coerce")
    epoch = pd.to_datetime(pd.to_numeric(text.where(seconds)), unit="s", utc=True, errors="coerce")
    times = iso.fillna(epoch).dt.tz_localize(None).astype("datetime64[s]")
    return times.where(times.between(EARLIEST, LATEST, inclusive="left"))


def _text(text: pd.Series) -> pd.Series:
    return text.where(text != "")


def _part(text: pd.Series) -> pd.Series:
    return text.where(text.isin(PARTS))


def _legible(text: pd.Series) -> pd.Series:
    return _text(text).where(~text.str.contains(r"\?{4}|\ufffd|[\x00-\x1f]", regex=True))


def _assigned(text: pd.Series) -> pd.Series:
    return text.where(text.str.upper().isin(COUNTRIES | CODES.keys()))


TIME: Final = "is a time like 2009-04-08T01:57:47Z, 2009-04-08 or 1239155867 (seconds), 1990 to 2100"
_ID: Final = Field(rule="is not empty", values=_text, needed=True)
_WORDS: Final = Field(rule="is text", values=_text, filled=False)
_NAME: Final = Field(
    rule="is text without control characters and lost letters (????)", values=_legible, filled=False
)
_ASSIGNED: Final = Field(rule="is a country of ISO 3166-1 like SE", values=_assigned, filled=False)
_AGE: Final = Field(rule="is a number above 0", values=number, filled=False)
_COUNT: Final = f"is a whole number, at most {MOST_PLAYS:,}"

FIELDS: Final[Mapping[str, Mapping[str, Field]]] = {
    Table.INTERACTIONS: {
        USER: _ID,
        ITEM: _ID,
        PLAYS: Field(rule=_COUNT, values=count),
        TIMESTAMP: Field(rule=TIME, values=moment),
        SPLIT: Field(rule=f"is one of {', '.join(PARTS)}", values=_part),
    },
    Table.ITEMS: {
        ITEM: _ID,
        NAME: _NAME,
        ARTIST: _NAME,
        ARTIST_COUNTRY: _ASSIGNED,
        ARTIST_GENDER: _WORDS,
    },
    Table.USERS: {
        USER: _ID,
        COUNTRY: _ASSIGNED,
        GENDER: _WORDS,
        AGE: _AGE,
        SIGNUP: Field(rule=TIME, values=moment, filled=False),
    },
    Table.ITEM_TYPES: {
        ITEM: _ID,
        MUSIC_TYPE: Field(rule="is not empty", values=_text, needed=True),
        WEIGHT: Field(rule="is a number above 0", values=number),
    },
    Table.FRIENDS: {USER: _ID, FRIEND: _ID},
    EVENTS: {
        USER: _ID,
        ITEM: _ID,
        TIMESTAMP: Field(rule=TIME, values=moment, needed=True),
        PLAYS: Field(rule=_COUNT, values=count, filled=False),
        NAME: _NAME,
        ARTIST: _NAME,
        ARTIST_COUNTRY: _ASSIGNED,
        ARTIST_GENDER: _WORDS,
        COUNTRY: _ASSIGNED,
        GENDER: _WORDS,
        AGE: _AGE,
    },
}
"""Table, or `EVENTS` -> its columns. Fields keep every rule that stage `validate` would stop for."""
