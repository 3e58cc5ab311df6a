"""What a data set is: where its files come from, what its publisher says of them, and how they are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairtune.columns import BlockName, Table

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from fairtune.config.params import Generate


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file of the raw folder, as its publisher recorded it.

    `<mirror>/<folder>/<file>` is the file in a mirror. `url` is the file at the publisher, or, when `member`
    is set, the archive that holds it under that name.
    """

    file: str
    folder: str
    size: int  # bytes
    sha256: str
    url: str
    member: str | None = None


@dataclass(frozen=True, kw_only=True)
class RawTables:
    """What a reader returns: everything the raw files say, not yet cleaned.

    Shapes and rules are those of the canonical tables, but for what `ingest` does to them: countries as the
    source writes them, any age, no regions, tags instead of music types, any order of rows. Null: unknown.

    interactions: user_id, item_id, plays[, timestamp][, split][, batch]. A data set without counts has
        plays = 1. batch: the batch of events in which the pair first came, 0: with the data set.
    items: item_id, name, artist, artist_country, artist_gender.
    users: user_id, country, gender ("m", "f" or null), age (Float64 or float), signup (datetime64[s]).
    tags: item_id, tag, taggers: how many listeners gave the item this tag, or any weight > 0. May be empty.
        With a column `artist` instead of item_id the tags are those of artists, and an item has the music
        types of its artist: names are compared without case.
    item_types: item_id, music_type, share, canonical already, where the source gives types instead of tags.
    friends: user_id, friend_id, both directions. May be empty.
    rejected: rows that could not be read, see `delimited.REJECTED`. May be empty.
    notes: counted facts of the reading ("tag rows of unknown artists": 1538), kept in `about.json`.
    files: where files of no publisher came from, and their sha256, kept in `about.json`.
    events: what new listening added to the tables, see `grown`, kept in `about.json`.
    """

    interactions: "pd.DataFrame"
    items: "pd.DataFrame"
    users: "pd.DataFrame"
    tags: "pd.DataFrame"
    friends: "pd.DataFrame"
    rejected: "pd.DataFrame"
    item_types: "pd.DataFrame | None" = None
    notes: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A data set by name.

    item_kind: what `item_id` identifies, ARTIST or TRACK.
    counts: whether plays are counted; if not, plays = 1 everywhere.
    rows: the publisher's row count of each table that it states one for.
    read: raw folder -> RawTables; raises BadTable when a file isn't what it should be.
    write: for a generated data set, in place of `sources`: `write(raw folder, what to generate, seed)`.
    """

    name: str
    item_kind: BlockName
    counts: bool
    licence: str
    citation: str
    homepage: str
    read: "Callable[[Path], RawTables]"
    sources: tuple[Source, ...] = ()
    rows: Mapping[Table, int] = field(default_factory=dict)
    write: "Callable[[Path, Generate, int], None] | None" = None
