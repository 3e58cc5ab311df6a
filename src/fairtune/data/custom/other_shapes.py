"""Files of who played what in another shape than a row a listener and item: told, with the way to a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fairtune.columns import ITEM, USER
from fairtune.data.custom import text_columns
from fairtune.data.sources.delimited import DELIMITERS
from fairtune.errors import BadFile

WIDE: Final = 8
"""Columns from which a table of numbers is taken for one of listeners by items."""


def refuse(path: Path, names: Sequence[str]) -> None:
    """Refuse a file of another shape.

    Parameters
    ----------
    path
        The file, which may be a table as well.
    names
        In its first line.

    Raises
    ------
    BadFile
        Its fields are separated by blanks, or it has a column for each item: the message says how to make a
        table of it.
    """
    if {USER, ITEM} <= set(names):
        return
    if len(names) == 1 and len(names[0].split()) > 1:
        marks = ", ".join(DELIMITERS.values())
        raise BadFile(
            f"{path.name}: fields are separated by blanks: save it with one of {marks}; where no field holds "
            f"a blank, `sed 's/[ ]\\+/,/g' {path.name} > plays.csv` does it"
        )
    if len(names) >= WIDE and (delimiter := _delimiter_of_counts(path, names)):
        sep = "" if delimiter == "," else f", sep={delimiter!r}"
        raise BadFile(
            f"{path.name}: a column for each of {len(names) - 1:,} items, a row a listener: a row a listener "
            f"and item is needed. In Python: pandas.read_csv('{path.name}'{sep}).melt({names[0]!r}, "
            "var_name='item_id', value_name='plays').query('plays > 0').to_csv('plays.csv', index=False); "
            f"then name the column {{user_id: {names[0]}}}"
        )


def _delimiter_of_counts(path: Path, names: Sequence[str]) -> str | None:
    """Return what separates the columns if all but the first hold numbers in the first rows, else None."""
    if path.suffix.lower() == text_columns.PARQUET:
        return None
    with path.open(encoding="utf-8", errors="replace") as file:
        first = file.readline()
        rows = [row for row, _ in zip(file, range(5), strict=False)]
    delimiter = max(DELIMITERS, key=first.count)
    cells = [row.rstrip("\r\n").split(delimiter) for row in rows]
    counts = bool(cells) and all(
        len(row) == len(names) and all(cell.strip().replace(".", "", 1).isdigit() for cell in row[1:])
        for row in cells
    )
    return delimiter if counts else None
