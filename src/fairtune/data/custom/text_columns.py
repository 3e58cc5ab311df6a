"""A file of the user's own, CSV, TSV or Parquet, as columns of text with the line of each row."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from fairtune.data.sources import column_kinds, delimited
from fairtune.data.sources.column_kinds import Kind
from fairtune.data.sources.delimited import DELIMITERS, REJECTED, Layout, Rejection
from fairtune.errors import BadFile

if TYPE_CHECKING:
    import pyarrow as pa

PARQUET: Final = ".parquet"
SUFFIXES: Final = (".csv", ".tsv", ".txt", PARQUET)
BOM: Final = b"\xef\xbb\xbf"  # Excel begins its UTF-8 files with it


@dataclass(frozen=True)
class Sheet:
    """A file's columns, still as text.

    Attributes
    ----------
    fields
        A column of text each, without blanks around it, "" where there is nothing; indexed by line number,
        in Parquet by row number, from 1. Rows without anything in these columns are left out.
    rejected
        Rows that can't be split into fields or aren't UTF-8, see `delimited.REJECTED`.
    """

    fields: pd.DataFrame
    rejected: pd.DataFrame

    @property
    def rows(self) -> int:
        """Number of rows, whether they could be read or not."""
        return len(self.fields) + len(self.rejected)


def header(path: Path) -> tuple[str, ...]:
    """Return the names of a file's columns.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    tuple
        The names, in the order of the file.

    Raises
    ------
    BadFile
        There is no such file, it is of another kind, or two columns have the same name.
    """
    if not path.is_file():
        raise BadFile(f"{path}: there is no such file: give the path of a CSV, TSV or Parquet file")
    if path.suffix.lower() not in SUFFIXES:
        raise BadFile(f"{path.name}: unknown kind of file: its name must end in {', '.join(SUFFIXES)}")
    names = _parquet(path).schema_arrow.names if _is_parquet(path) else _header(path)[0]
    nameless = names.count("")
    if nameless > 1:
        raise BadFile(
            f"{path.name}: the header has {nameless} columns without a name: name them, or drop them"
        )
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise BadFile(f"{path.name}: the header has the column '{twice[0]}' twice: rename one of them")
    return tuple(names)


def read(path: Path, columns: Mapping[str, str]) -> Sheet:
    """Read some columns of a file.

    Parameters
    ----------
    path
        The file.
    columns
        Our name -> name in its header, which has all of them.

    Returns
    -------
    Sheet
        The columns by our names.

    Raises
    ------
    BadFile
        There is no row below the header.
    """
    sheet = _read_parquet(path, columns) if _is_parquet(path) else _read_text(path, columns)
    if not sheet.rows:
        raise BadFile(f"{path.name}: there is a header and no row below it: give the whole file")
    return sheet


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() == PARQUET


def _header(path: Path) -> tuple[list[str], str]:
    """Return the names in the first line of a text file, and what separates them."""
    with path.open("rb") as file:
        first = file.readline().removeprefix(BOM)
    if not first.strip():
        raise BadFile(f"{path.name}: the first line is empty: it must name the columns")
    try:
        line = first.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise BadFile(f"{path.name}: the header is not UTF-8 text: save the file as UTF-8") from error
    if "\r" in line:
        raise BadFile(
            f"{path.name}: lines end with CR alone, or the header holds one: save the file with line ends LF "
            "or CRLF"
        )
    delimiter = max(DELIMITERS, key=line.count) if any(map(line.count, DELIMITERS)) else ","
    try:
        names = next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BadFile(f"{path.name}: the first line is no header of columns: {error}") from error
    return [name.strip() for name in names], delimiter


def _read_text(path: Path, columns: Mapping[str, str]) -> Sheet:
    names, delimiter = _header(path)
    wanted = set(columns.values())
    layout = Layout(
        columns={name: Kind.TEXT if name in wanted else Kind.UNREAD for name in names},
        header=True,
        quoted=True,
        delimiter=delimiter,
    )
    with path.open("rb") as file:
        file.readline()
        if not file.peek(1):
            return Sheet(pd.DataFrame(columns=list(columns)), pd.DataFrame(columns=list(REJECTED)))
        cells, lines, broken = delimited.split(path, layout, file)
    texts: dict[str, pd.Series] = {}
    wrong: dict[int, Rejection] = {}
    for ours, theirs in columns.items():
        text, undecodable = column_kinds.decoded(cells[theirs])
        texts[ours] = _trimmed(text)
        for position in undecodable:
            value = delimited.shown(cells[theirs][position].as_py())
            wrong.setdefault(int(position), (path.name, int(lines[position]), ours, "is UTF-8 text", value))
    rejected = [*broken, *wrong.values()]
    fields = pd.DataFrame(texts).set_axis(lines, axis=0).drop(index=lines[list(wrong)])
    return _sheet(fields[fields.ne("").any(axis=1)], rejected)


def _parquet(path: Path) -> "pa.parquet.ParquetFile":
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return parquet.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise BadFile(f"{path.name}: not a Parquet file, or a damaged one: write it anew") from error


def _read_parquet(path: Path, columns: Mapping[str, str]) -> Sheet:
    import pyarrow as pa

    try:
        table = _parquet(path).read(columns=list(columns.values()))
    except (pa.ArrowInvalid, OSError) as error:
        raise BadFile(f"{path.name}: not a Parquet file, or a damaged one: write it anew") from error
    texts = {ours: _trimmed(_as_text(table[theirs], path.name, theirs)) for ours, theirs in columns.items()}
    return _sheet(pd.DataFrame(texts).set_axis(np.arange(1, len(table) + 1), axis=0), [])


def _as_text(values: "pa.ChunkedArray", file: str, name: str) -> "pa.ChunkedArray":
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        plain = pc.cast(values, values.type.value_type) if pa.types.is_dictionary(values.type) else values
        return pc.cast(plain, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise BadFile(
            f"{file}: column '{name}' holds {values.type}: it must hold texts, numbers or times"
        ) from error


def _trimmed(text: "pa.ChunkedArray") -> pd.Series:
    import pyarrow.compute as pc

    return pc.fill_null(pc.utf8_trim_whitespace(text), "").to_pandas().astype("str")


def _sheet(fields: pd.DataFrame, rejected: list[Rejection]) -> Sheet:
    return Sheet(
        fields, pd.DataFrame(rejected, columns=list(REJECTED)).sort_values("line", ignore_index=True)
    )
