"""Spotify's extended streaming history: files with a list of streams each."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fairtune.data.formats.plays import Play, Plays, collected, text
from fairtune.errors import BadFile

SHORTEST: Final = 30_000
"""Milliseconds from which Spotify itself counts a stream as a play."""


def read(path: Path) -> Plays:
    """Read a file; streams under thirty seconds and those of podcasts and books are no plays.

    Parameters
    ----------
    path
        A list of objects with ts, ms_played, master_metadata_track_name, master_metadata_album_artist_name
        and, in older ones, username.

    Returns
    -------
    Plays
        Indexed by the place in the list.

    Raises
    ------
    BadFile
        The file is no list in JSON: cut off, for example.
    """
    try:
        streams = json.loads(path.read_bytes())
    except ValueError as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "its text"
        raise BadFile(f"{path.name}: {where}: no JSON, or cut off there: export or copy it anew") from error
    if not isinstance(streams, list):
        raise BadFile(f"{path.name}: no list of streams: is it a file of the extended streaming history?")
    return collected(path, _numbered(streams), _play)


def _numbered(streams: list[Any]) -> Iterator[tuple[int, Any]]:
    yield from enumerate(streams, 1)


def _play(stream: Any) -> Play | None:
    artist, track = stream["master_metadata_album_artist_name"], stream["master_metadata_track_name"]
    if not track or stream["ms_played"] < SHORTEST:
        return None
    return text(stream.get("username")), text(artist), text(track), text(stream["ts"])
