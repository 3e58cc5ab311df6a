"""Files of the user's own, as `download.table` of a data set in `params.yaml` describes them."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

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
    SIGNUP,
    SPLIT,
    TIMESTAMP,
    USER,
    WEIGHT,
    Table,
)

STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class OwnFile:
    """CSV, TSV or Parquet, and which of its columns is which; those not named bear our names."""

    file: str = Field(min_length=1)  # path in the project: file, folder or pattern; or http(s) URL
    columns: Mapping[str, str] = Field(default_factory=dict)  # our name -> name in the header


@dataclass(frozen=True, kw_only=True, config=STRICT)
class OwnPlays(OwnFile):
    """The file of who played what: a row a listener and item, or a row a play."""

    log: bool = False  # a row a play, or several plays at one time: summed by listener and item
    format: Literal["listenbrainz", "scrobbles", "spotify"] | None = None  # a listener's own export

    @model_validator(mode="after")
    def _exports_have_their_own_columns(self) -> Self:
        if self.format is not None and self.columns:
            raise ValueError(
                f"columns: a file of format {self.format} has columns of its own: leave them out"
            )
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Watched:
    """A folder whose CSV, TSV and Parquet files are new listening, and which of their columns is which."""

    folder: str = Field(min_length=1)  # path, relative to the project's folder
    columns: Mapping[str, str] = Field(default_factory=dict)  # our name -> name in the header


Described = TypeVar("Described", OwnFile, Watched)


def _with_columns(*names: str) -> AfterValidator:
    """Refuse columns that the table can't have, and two of them from one column of the file."""

    def check(given: Described) -> Described:
        strange = [name for name in given.columns if name not in names]
        if strange:
            raise ValueError(f"columns: '{strange[0]}' is none of {', '.join(names)}")
        headers = list(given.columns.values())
        twice = [header for header in headers if headers.count(header) > 1]
        if twice:
            raise ValueError(f"columns: the file's column '{twice[0]}' is named twice")
        return given

    return AfterValidator(check)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class OwnTables:
    """The files of one data set; only who played what is needed."""

    interactions: Annotated[OwnPlays, _with_columns(USER, ITEM, PLAYS, TIMESTAMP, SPLIT)]
    items: Annotated[OwnFile, _with_columns(ITEM, NAME, ARTIST, ARTIST_COUNTRY, ARTIST_GENDER)] | None = None
    users: Annotated[OwnFile, _with_columns(USER, COUNTRY, GENDER, AGE, SIGNUP)] | None = None
    item_types: Annotated[OwnFile, _with_columns(ITEM, MUSIC_TYPE, WEIGHT)] | None = None
    friends: Annotated[OwnFile, _with_columns(USER, FRIEND)] | None = None
    item_kind: Literal["track", "artist"]  # what an item is
    licence: str = "not stated"

    @property
    def files(self) -> dict[Table, OwnFile]:
        """The files that there are, by table."""
        named = {table: getattr(self, table) for table in TABLES}
        return {table: file for table, file in named.items() if file is not None}


TABLES: Final = (Table.INTERACTIONS, Table.ITEMS, Table.USERS, Table.ITEM_TYPES, Table.FRIENDS)

EVENT_COLUMNS: Final = (
    USER, ITEM, TIMESTAMP, PLAYS, NAME, ARTIST, ARTIST_COUNTRY, ARTIST_GENDER, COUNTRY, GENDER, AGE,
)  # fmt: skip
"""Columns of a file of new listening: who played what when, and what is new of either."""


def _folder_alone(given: object) -> object:
    return {"folder": given} if isinstance(given, str) else given


Events = Annotated[Watched, _with_columns(*EVENT_COLUMNS), BeforeValidator(_folder_alone)]
"""`download.events` of params.yaml: a folder, or a folder and the names of the columns there."""
