"""What stage `download` keeps of files of the user's own: origin, checksum and columns of each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fairtune.columns import PLAYS, BlockName, Table

RECORD: Final = "record.json"
"""In the raw folder: what was copied, from where, with its sha256 and its columns."""


@dataclass(frozen=True, kw_only=True)
class CopiedFile:
    """One file of the raw folder.

    Attributes
    ----------
    file
        Its name there.
    source
        Path or URL of the user's file.
    sha256
        Checksum of the user's file when it was copied.
    """

    file: str
    source: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Copied:
    """The files of one table.

    Attributes
    ----------
    source
        What the user named: a path, a folder, a pattern or a URL.
    columns
        Our name -> name in the header.
    log
        It is a log of plays: rows of the same listener and item are summed.
    format
        Of a listener's own export (`fairtune.data.formats`); None: a table with columns.
    files
        What was copied, in order.
    """

    source: str
    columns: Mapping[str, str]
    log: bool = False
    format: str | None = None
    files: tuple[CopiedFile, ...]

    @property
    def shown(self) -> str:
        """What it came from, for people."""
        if len(self.files) == 1:
            return f"{self.source}, sha256 {self.files[0].sha256[:12]}"
        return f"{self.source}, {len(self.files):,} files"


@dataclass(frozen=True, kw_only=True)
class Record:
    """What `record.json` says.

    Attributes
    ----------
    item_kind
        What an item is.
    licence
        Terms of the data, as the user states them.
    tables
        The file of each table.
    """

    item_kind: BlockName
    licence: str
    tables: Mapping[Table, Copied]

    @property
    def counts(self) -> bool:
        """Whether plays are counted: whether there is a column of them, or a row for each."""
        plays = self.tables[Table.INTERACTIONS]
        return plays.log or PLAYS in plays.columns


def read_record(raw: Path) -> Record:
    """Return what stage `download` recorded of a user's files."""
    recorded: dict[str, Any] = json.loads((raw / RECORD).read_text(encoding="utf-8"))
    tables = {Table(name): _copied(stated) for name, stated in recorded["tables"].items()}
    return Record(item_kind=BlockName(recorded["item_kind"]), licence=recorded["licence"], tables=tables)


def _copied(stated: Mapping[str, Any]) -> Copied:
    """Return what a record says of a table; records once knew one file each."""
    one = {name: stated[name] for name in ("file", "source", "sha256") if name in stated}
    files = stated.get("files", [one])
    return Copied(
        source=stated["source"],
        columns=stated["columns"],
        log=stated.get("log", False),
        format=stated.get("format"),
        files=tuple(CopiedFile(**file) for file in files),
    )
