"""Listens of ListenBrainz: JSON lines, as an account's export and the public dumps have them."""

from pathlib import Path
from typing import Any

from fairtune.data.formats.plays import Play, Plays, collected, json_lines, text


def read(path: Path) -> Plays:
    """Read a file of listens, one a line: user_name, listened_at or timestamp, track_metadata."""
    return collected(path, json_lines(path), _play)


def _play(listen: Any) -> Play:
    track = listen["track_metadata"]
    at = listen["listened_at"] if "listened_at" in listen else listen["timestamp"]
    who = listen.get("user_name")
    return text(who), text(track["artist_name"]), text(track["track_name"]), text(at)
