"""What a section of the page is made of."""

from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup


class Table(NamedTuple):
    """Numbers behind a picture, as text: the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    prose: bool = False  # sentences rather than numbers: aligned to the left


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """A picture, one sentence that reads it, and its numbers."""

    name: str  # unique on the page
    title: str
    reading: str
    picture: Markup
    table: Table


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page under a heading of its own."""

    name: str
    title: str
    short: str  # title in the list of contents
    lead: str
    exhibits: tuple[Exhibit, ...] = ()
    tables: tuple[tuple[str, Table], ...] = ()  # caption, table: shown as they are
    notes: tuple[str, ...] = ()
    notes_title: str = ""
