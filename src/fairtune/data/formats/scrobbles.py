"""Scrobbles of Last.fm as CSV, in the two forms that exporters write."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd

from fairtune.data.formats.plays import Play, Plays, collected
from fairtune.data.sources.delimited import shown
from fairtune.errors import BadFile

WITHOUT_HEADER: Final = ("artist", "album", "track", "date")
"""Columns of the form that has no header: `Air,Moon Safari,La Femme d'Argent,31 Dec 2011 22:10`."""
NEEDED: Final = ("artist", "track")
TIMES: Final = ("uts", "utc_time", "date", "timestamp")
"""Names of the time in the form that has a header, the best first."""
WRITTEN: Final = "%d %b %Y %H:%M"


def read(path: Path) -> Plays:
    """Read a file of scrobbles.

    Parameters
    ----------
    path
        CSV with a header that names artist, track and uts, utc_time or date; or without one, and then with
        the columns of `WITHOUT_HEADER`.

    Returns
    -------
    Plays
        Indexed by line.

    Raises
    ------
    BadFile
        The file is no text in UTF-8, or its header lacks a column.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"{path.name}: no UTF-8 text: save it as UTF-8") from error
    first = next(csv.reader(content.splitlines()[:1]), [])
    names = [name.strip().casefold() for name in first]
    headed = set(NEEDED) <= set(names)
    columns = tuple(names) if headed else WITHOUT_HEADER
    if not headed and len(first) != len(WITHOUT_HEADER):
        raise BadFile(
            f"{path.name}: the first line is {shown(','.join(first))}: scrobbles have a header with artist, "
            f"track and uts, or no header and the columns {', '.join(WITHOUT_HEADER)}"
        )
    time = next((name for name in TIMES if name in columns), None)
    if time is None:
        raise BadFile(f"{path.name}: the header has no time: one of {', '.join(TIMES)}")
    plays = collected(path, _records(content, columns, headed=headed), lambda row: _play(row, time))
    return Plays(plays.fields.assign(timestamp=_iso(plays.fields["timestamp"])), plays.rejected)


def _records(content: str, columns: tuple[str, ...], *, headed: bool) -> Iterator[tuple[int, Any]]:
    reader = csv.reader(content.splitlines())
    for row in reader:
        if reader.line_num == 1 and headed:
            continue
        if row:
            whole = len(row) == len(columns)
            yield reader.line_num, dict(zip(columns, row, strict=True)) if whole else ",".join(row).encode()


def _play(row: dict[str, str], time: str) -> Play:
    return "", row["artist"], row["track"], row[time]


def _iso(times: pd.Series) -> pd.Series:
    """Write `31 Dec 2011 22:10` as ISO 8601; other times stay as they are."""
    parsed = pd.to_datetime(times, format=WRITTEN, errors="coerce")
    return times.where(parsed.isna(), parsed.dt.strftime("%Y-%m-%dT%H:%M:%S"))
