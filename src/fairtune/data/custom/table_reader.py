"""A file of the user's own as one table: its columns found, its rows read, wrong ones set aside."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from fairtune.columns import (
    ARTIST,
    ARTIST_COUNTRY,
    COUNTRY,
    FRIEND,
    ITEM,
    MUSIC_TYPE,
    PLAYS,
    SPLIT,
    TIMESTAMP,
    USER,
)
from fairtune.data.custom import other_shapes, text_columns
from fairtune.data.custom.fields import FIELDS
from fairtune.data.sources import delimited
from fairtune.data.sources.delimited import REJECTED, Delimited
from fairtune.errors import BadFile

ALSO_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    USER: ("listener", "listenerid", "user", "userid", "uid", "username", "account", "customer", "usersha1"),
    ITEM: ("track", "trackid", "song", "songid", "artistid", "artist", "item", "itemid", "artmbid", "traid"),
    PLAYS: ("play", "count", "playcount", "listens", "weight", "streams", "scrobbles"),
    TIMESTAMP: ("time", "date", "datetime", "day", "when", "played", "playedat", "ts"),
    SPLIT: ("part", "fold", "set", "subset"),
    FRIEND: ("friend", "friendid", "follows", "other"),
    MUSIC_TYPE: ("genre", "type", "tag", "style", "musictype"),
    ARTIST: ("artistname", "performer", "band"),
    ARTIST_COUNTRY: ("country", "origin", "artistorigin"),
    COUNTRY: ("countrycode", "nation"),
}
"""Our columns -> other names of them, without case and punctuation: for hints, never for reading."""
CLOSE: Final = 0.7  # of 1; likeness of two names that may mean the same


def columns(
    path: Path, table: str, named: Mapping[str, str], *, header: Sequence[str] | None = None
) -> dict[str, str]:
    """Find the columns of a table in a file.

    Parameters
    ----------
    path
        The file.
    table
        A canonical table, or `events`.
    named
        Our columns -> theirs, where they differ. A column that is named here must be in the file, others
        only if the table needs them.
    header
        Names of the file's columns, read from it if None.

    Returns
    -------
    dict
        Our name -> name in the header.

    Raises
    ------
    BadFile
        A column is missing: the message has the header, and what in it comes close.
    """
    names = text_columns.header(path) if header is None else tuple(header)
    if named.keys().isdisjoint((USER, ITEM)) and USER in FIELDS[table] and ITEM in FIELDS[table]:
        other_shapes.refuse(path, names)
    columns = {ours: named.get(ours, ours) for ours in FIELDS[table]}
    for ours, theirs in columns.items():
        if theirs not in names and (ours in named or FIELDS[table][ours].needed):
            close = _close(theirs, ours, [name for name in names if name not in columns.values()])
            hint = f"{close} may be it: " if close else ""
            as_ours = f" (for {ours})" if theirs != ours else ""
            if not close and ours not in named and all(map(_is_value, names)):
                needed = ",".join(name for name, field in FIELDS[table].items() if field.needed)
                raise BadFile(
                    f"{path.name}: the first line holds values ({', '.join(names)}), no names of columns: "
                    f"put a header before it, like {needed}"
                )
            raise BadFile(
                f"{path.name}: no column '{theirs}'{as_ours}; the header has {', '.join(names)}: {hint}"
                f"name it in params.yaml (columns: {{{ours}: {close or '...'}}}) or by "
                f"--column {ours}={close or '...'}"
            )
    return {ours: theirs for ours, theirs in columns.items() if theirs in names}


def read(path: Path, table: str, named: Mapping[str, str]) -> Delimited:
    """Read columns of a file; rows with a field that breaks its rule are set aside.

    Parameters
    ----------
    path
        The file.
    table
        A canonical table, or `events`.
    named
        Our name -> name in the header, from `columns`.

    Returns
    -------
    Delimited
        The rows, and the rejected ones: of several wrong fields in a row the first counts.
    """
    return typed(text_columns.read(path, named), path.name, table)


def typed(sheet: text_columns.Sheet, file: str, table: str) -> Delimited:
    """Make values of the text of a file's columns; rows with a field that breaks its rule are set aside.

    Parameters
    ----------
    sheet
        Columns of text.
    file
        Name of the file.
    table
        A canonical table, or `events`, that has these columns.

    Returns
    -------
    Delimited
        The rows, and the rejected ones: of several wrong fields in a row the first counts.
    """
    values, reasons = {}, []
    for name, text in sheet.fields.items():
        field = FIELDS[table][str(name)]
        values[str(name)] = field.values(text)
        wrong = values[str(name)].isna() & (field.filled | (text != ""))
        shown = text[wrong].map(delimited.shown).astype("str")
        reasons.append(
            pd.DataFrame(
                {"file": file, "line": shown.index, "column": name, "rule": field.rule, "found": shown}
            )
        )
    rejected = pd.concat([sheet.rejected, *reasons], ignore_index=True)[list(REJECTED)]
    rejected = rejected.drop_duplicates("line").sort_values("line", ignore_index=True)
    rows = pd.DataFrame(values, index=sheet.fields.index)
    rows = rows[~rows.index.isin(rejected["line"])]
    return Delimited(rows.rename_axis("line"), rejected.astype({"line": "int64"}))


def _is_value(name: str) -> bool:
    """Whether what stands in a header is rather a value: it has a digit, or nothing but digits and signs."""
    return any(map(str.isdigit, name)) or not any(map(str.isalpha, name))


def _close(theirs: str, ours: str, header: Sequence[str]) -> str:
    """Return the column of the header that is likely meant, or ""."""
    plain = {"".join(filter(str.isalnum, name.casefold())): name for name in header}
    for called in ALSO_CALLED.get(ours, ()):
        if called in plain:
            return plain[called]
    for wanted in (theirs, ours):
        key = "".join(filter(str.isalnum, wanted.casefold()))
        for match in difflib.get_close_matches(key, plain, n=1, cutoff=CLOSE):
            return plain[match]
    return ""
