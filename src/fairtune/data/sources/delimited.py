"""Delimited text to typed columns: a wrong file is refused, a wrong row set aside with line and reason."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
import pandas as pd

from fairtune.data.sources.column_kinds import Kind, converted
from fairtune.errors import BadTable, NotThere

if TYPE_CHECKING:
    import pyarrow as pa

REJECTED: Final = ("file", "line", "column", "rule", "found")
"""Columns of the rejected rows; `line` counts from 1 and includes the header."""
Rejection = tuple[str, int, str, str, str]
DELIMITERS: Final = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}
SHOWN: Final = 80
"""Characters of a rejected row that are kept."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a delimited file is written.

    Attributes
    ----------
    columns
        What each column holds, in the order of the file.
    header
        Whether the first line names the columns.
    encoding
        Its encoding.
    quoted
        Whether double quotes enclose fields; otherwise they are characters like any other.
    delimiter
        What stands between fields, one of `DELIMITERS`.
    repeated
        Columns of text whose many rows repeat few values: they are read as categories.
    spills
        A column whose text may hold delimiters: a row of too many fields is put together again there, with
        blanks in their place.
    """

    columns: Mapping[str, Kind]
    header: bool
    encoding: str = "utf-8"
    quoted: bool = False
    delimiter: str = "\t"
    repeated: frozenset[str] = frozenset()
    spills: str | None = None


@dataclass(frozen=True)
class Delimited:
    """What was read of a file.

    Attributes
    ----------
    rows
        The columns that are read, indexed by line number.
    rejected
        The rows that break a rule by themselves, see `REJECTED`.
    """

    rows: pd.DataFrame
    rejected: pd.DataFrame


def read(path: Path, layout: Layout) -> Delimited:
    """Read a tab-separated file; rows that break a rule by themselves are set aside.

    `NotThere` without the file. `BadTable` when it can't be what `layout` describes: empty, another header or
    none, another separator, quotes that never close.
    """
    if not path.is_file():
        raise NotThere(f"{path} is missing: run the stage that writes it (`dvc repro`)")
    with path.open("rb") as file:
        if layout.header:
            _check_header(path, layout, file.readline())
        if not file.peek(1):
            raise _refused(path, "rows", "the file has at least one row", "nothing there")
        cells, lines, broken = split(path, layout, file)
    rows, typed = _typed(path, layout, cells, lines)
    rejected = pd.DataFrame([*broken, *typed], columns=list(REJECTED)).sort_values("line", ignore_index=True)
    if rows.empty:
        raise refusal(rejected)
    if not layout.header and rejected["line"].isin([1]).any():
        # Such a file numbers its rows by their lines: a header would shift every id by one.
        rule = "the file has no header, its first line is a row"
        column, example = rejected["column"].iloc[0], rejected["found"].iloc[0]
        raise BadTable(table=path.name, column=column, rule=rule, count=1, examples=[example])
    return Delimited(rows, rejected)


def refusal(rejected: pd.DataFrame) -> BadTable:
    """Make the error for the rule that most rejected rows break."""
    rules = rejected.groupby(["file", "column", "rule"], sort=True)
    file, column, rule = rules.size().idxmax()
    rows = rules.get_group((file, column, rule))
    examples = [f"line {line}: {found}" for line, found in zip(rows["line"], rows["found"], strict=True)]
    return BadTable(
        table=file, column=column, rule=f"{column} {rule}", count=len(rows), examples=examples[:5]
    )


def _refused(path: Path, column: str, rule: str, text: str | bytes) -> BadTable:
    return BadTable(table=path.name, column=column, rule=rule, count=1, examples=[shown(text)])


def shown(text: str | bytes) -> str:
    """Make a piece of a file fit for one line of a message."""
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    return repr(text[:SHOWN] + ("..." if len(text) > SHOWN else ""))


def _check_header(path: Path, layout: Layout, line: bytes) -> None:
    if not line:
        raise _refused(path, "header", "the file has a header and rows", "an empty file")
    header = line.decode(layout.encoding, errors="replace").rstrip("\r\n").split("\t")
    expected = list(layout.columns)
    if header != expected:
        missing = [name for name in expected if name not in header] or expected
        rule = "the first line names the columns " + ", ".join(expected) + ", separated by tabs"
        raise _refused(path, ", ".join(missing), rule, "\t".join(header))


def split(path: Path, layout: Layout, file: BinaryIO) -> "tuple[pa.Table, np.ndarray, list[Rejection]]":
    """Split what is left of a file behind its header into fields; no more is checked than their number.

    `BadTable` if the file can't be split into rows, or a quote doesn't close on its line.

    The result is the fields, as bytes if the file is UTF-8, else as text, the line of each row, and the
    rejected rows.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    broken: list[tuple[int, str]] = []

    def set_aside(row: csv.InvalidRow) -> str:
        broken.append((row.number, row.text))
        return "skip"

    # Bytes, so that one wrong character costs one row; other encodings decode any byte.
    type_ = pa.binary() if layout.encoding == "utf-8" else pa.string()
    read_ = [name for name, kind in layout.columns.items() if kind is not Kind.UNREAD]
    try:
        table = _quietly(
            csv.read_csv,
            file,
            # One thread: only then do broken rows know their number.
            read_options=csv.ReadOptions(
                use_threads=False, column_names=list(layout.columns), encoding=layout.encoding
            ),
            parse_options=csv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char='"' if layout.quoted else False,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            convert_options=csv.ConvertOptions(
                include_columns=read_,
                column_types={
                    name: pa.dictionary(pa.int32(), type_) if name in layout.repeated else type_
                    for name in layout.columns
                },
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        unreadable = _undecodable(path) if layout.encoding == "utf-8" else None
        if unreadable is not None:
            raise _refused(path, "row", f"line {unreadable[0]} is text in UTF-8", unreadable[1]) from error
        raise _refused(path, "row", "the file can be split into rows", str(error)) from error
    swallowed = [text for _, text in broken if "\n" in text]
    for name in read_ if layout.quoted else []:
        swallowed += table[name].filter(pc.match_substring(table[name], "\n")).to_pylist()
    if swallowed:
        rule = "every quote closes on its line"
        examples = [f"line {line}: {shown(text)}" for line, text in _unclosed(path, most=5)]
        examples = examples or [shown(text) for text in swallowed[:5]]
        raise BadTable(table=path.name, column="row", rule=rule, count=len(swallowed), examples=examples)
    lines = np.arange(1, len(table) + len(broken) + 1)
    lines = np.delete(lines, [line - 1 for line, _ in broken]) + layout.header
    if layout.spills is not None:
        table, mended, broken = _mended(table, layout, broken)
        lines = np.concatenate([lines, np.array(mended, np.int64) + layout.header])
        if mended:
            order = np.argsort(lines)
            table, lines = table.take(order), lines[order]
    width = f"has {len(layout.columns)} fields between {DELIMITERS[layout.delimiter]}"
    wide = [(path.name, line + layout.header, "row", width, shown(text)) for line, text in broken]
    return table, lines, wide


def _mended(
    table: "pa.Table", layout: Layout, broken: list[tuple[int, str]]
) -> "tuple[pa.Table, list[int], list[tuple[int, str]]]":
    """Add rows of too many fields, where a column may hold delimiters; return their lines, and the rest."""
    import pyarrow as pa

    names = list(layout.columns)
    at = names.index(str(layout.spills))
    lines, rows, left = [], [], []
    for line, text in broken:
        parts = text.rstrip("\r\n").split(layout.delimiter)
        more = len(parts) - len(names)
        if more <= 0:
            left.append((line, text))
            continue
        lines.append(line)
        rows.append([*parts[:at], " ".join(parts[at : at + more + 1]), *parts[at + more + 1 :]])
    if not rows:
        return table, [], left
    columns = {}
    for name in table.column_names:
        type_ = table.schema.field(name).type
        place = names.index(name)
        if pa.types.is_dictionary(type_):
            columns[name] = pa.array([row[place] for row in rows], type_.value_type).dictionary_encode()
        else:
            columns[name] = pa.array([row[place] for row in rows], type_)
    return pa.concat_tables([table, pa.table(columns)]), lines, left


def _quietly(read: "Callable[..., pa.Table]", *arguments: Any, **options: Any) -> "pa.Table":
    """Call the library, whose handler of broken rows prints a traceback where one of them is no UTF-8."""
    printing, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        return read(*arguments, **options)
    finally:
        sys.unraisablehook = printing


def _undecodable(path: Path) -> tuple[int, bytes] | None:
    """Find the first line that isn't UTF-8: number and text."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number, line.rstrip(b"\r\n")
    return None


def _unclosed(path: Path, *, most: int) -> list[tuple[int, str]]:
    """Find the first lines in which a quote opens that doesn't close there: number and text."""
    found: list[tuple[int, str]] = []
    inside = False
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            odd = line.count('"') % 2 == 1
            if odd and not inside:
                found.append((number, line.rstrip("\r\n")))
            inside ^= odd
            if len(found) == most:
                break
    return found


def _typed(
    path: Path, layout: Layout, fields: "pa.Table", lines: np.ndarray
) -> tuple[pd.DataFrame, list[Rejection]]:
    """Convert text to what each column holds; rows where that fails are returned as rejected."""
    columns: dict[str, pd.Series] = {}
    rejected: dict[int, Rejection] = {}
    for name in fields.column_names:
        kind = layout.columns[name]
        values, wrong = converted(fields[name], kind)
        columns[name] = values
        for position in wrong:
            line, text = int(lines[position]), shown(fields[name][position].as_py())
            rejected.setdefault(line, (path.name, line, name, str(kind), text))
    rows = pd.DataFrame(columns).set_index(pd.Index(lines, name="line"))
    if rejected:
        kept = ~rows.index.isin(list(rejected))
        rows = rows[kept]
        whole = {name: "int64" for name, kind in layout.columns.items() if kind is Kind.WHOLE}
        rows = rows.astype(whole)
    return rows, list(rejected.values())
