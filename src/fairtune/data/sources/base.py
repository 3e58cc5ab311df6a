"""What a data set is: where its files come from, what its publisher says of them, and how they are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairtune.columns import BlockName, Table

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from fairtune.config.sections import Generate


@dataclass(frozen=True, kw_only=True)
class Archive:
    """What a publisher recorded of an archive itself.

    Attributes
    ----------
    md5
        Its checksum.
    size
        Its size in bytes; None: not recorded.
    """

    md5: str
    size: int | None = None


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file of the raw folder, as its publisher recorded it.

    `<mirror>/<folder>/<file>` is the file in a mirror.

    Attributes
    ----------
    file
        Its name in the raw folder.
    folder
        Its folder in a mirror.
    checksum
        What its bytes hash to, as `sha256:...`, or `md5:...` where the publisher recorded no better one.
    url
        The file at the publisher or, when `member` is set, the archive that holds it.
    size
        Its size in bytes; None: not recorded.
    member
        Its name in the archive; None if it stands alone.
    archive
        What is recorded of the archive; None: nothing, but of its members.
    """

    file: str
    folder: str
    checksum: str
    url: str
    size: int | None = None
    member: str | None = None
    archive: Archive | None = None


@dataclass(frozen=True, kw_only=True)
class RawTables:
    """What a reader returns: everything the raw files say, not yet cleaned.

    Shapes and rules are those of the canonical tables, but for what `ingest` does to them: countries as the
    source writes them, any age, no regions, tags instead of music types, any order of rows. Null: unknown.

    Attributes
    ----------
    interactions
        Rows of user_id, item_id, plays[, timestamp][, split][, batch]. A data set without counts has
        plays = 1. batch: the batch of events in which the pair first came, 0: with the data set.
    items
        Rows of item_id, name, artist, artist_country, artist_gender.
    users
        Rows of user_id, country, gender ("m", "f" or null), age (Float64 or float), signup (datetime64[s]).
    tags
        Rows of item_id, tag, taggers: how many listeners gave the item this tag, or any weight > 0. May be
        empty. With a column `artist` instead of item_id the tags are those of artists, and an item has the
        music types of its artist: names are compared without case.
    friends
        Rows of user_id, friend_id, both directions. May be empty.
    rejected
        Rows that could not be read, see `delimited.REJECTED`. May be empty.
    item_types
        Rows of item_id, music_type, share, canonical already, where the source has types instead of tags.
    notes
        Counted facts of the reading ("tag rows of unknown artists": 1538), kept in `about.json`.
    files
        Where files of no publisher came from, and their sha256, kept in `about.json`.
    events
        What new listening added to the tables, kept in `about.json`.
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

    Attributes
    ----------
    name
        Its name in params.yaml.
    item_kind
        What `item_id` identifies, ARTIST or TRACK.
    counts
        Whether plays are counted; if not, plays = 1 everywhere.
    licence
        Terms of the data.
    citation
        What to cite.
    homepage
        Where the data set is described.
    read
        Raw folder -> RawTables; raises BadTable when a file isn't what it should be.
    sources
        Its files.
    rows
        The publisher's row count of each table that it states one for.
    write
        For a generated data set, in place of `sources`: `write(raw folder, what to generate, seed)`.
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
