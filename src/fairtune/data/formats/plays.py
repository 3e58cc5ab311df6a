"""What reading an export comes to: a row a play, still as text."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from fairtune.columns import ARTIST, NAME, TIMESTAMP, USER
from fairtune.data.sources.delimited import Rejection, shown

FIELDS: Final = (USER, ARTIST, NAME, TIMESTAMP)
Play = tuple[str, str, str, str]
"""Who ("": the file doesn't say), the artist, the track, when."""


@dataclass(frozen=True)
class Plays:
    """The plays of a file.

    Attributes
    ----------
    fields
        user_id, artist, name, timestamp as text, "" where there is nothing; indexed by line, from 1, or by
        the place in a list.
    rejected
        What can't be read, see `delimited.REJECTED`.
    """

    fields: pd.DataFrame
    rejected: list[Rejection]


def collected(path: Path, records: Iterator[tuple[int, Any]], play: Callable[[Any], Play | None]) -> Plays:
    """Collect the plays of records; one that isn't as the format has it is rejected.

    Parameters
    ----------
    path
        The file.
    records
        Line, and what stands there: a value of JSON, or bytes that are none.
    play
        Returns the play of a record, None for one that is none; KeyError, TypeError or AttributeError where
        it isn't as the format has it.

    Returns
    -------
    Plays
        In the order of the file.
    """
    lines, rows, rejected = [], [], []
    for line, record in records:
        try:
            found = play(record)  # bytes have no keys: TypeError
        except (KeyError, TypeError, AttributeError):
            text = record if isinstance(record, bytes) else json.dumps(record, ensure_ascii=False)
            rejected.append((path.name, line, "line", "is a play as the format has it", shown(text)))
            continue
        if found is not None:
            lines.append(line)
            rows.append(found)
    fields = pd.DataFrame(rows, columns=list(FIELDS), index=lines, dtype="str")
    return Plays(fields.apply(lambda column: column.str.strip()), rejected)


def json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield each line that isn't empty with its number: what it says, or its bytes if it is no JSON."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except ValueError:
                    yield number, line.rstrip(b"\r\n")


def text(value: Any) -> str:
    """Return a field as text, "" for null; TypeError for what is no text or number."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    return str(value)
