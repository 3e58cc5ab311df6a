"""Checksums of a release: a file that was cut off or changed is refused, not served."""

import hashlib
import json
from pathlib import Path
from typing import Final

from fairtune.errors import BadFile

FILE: Final = "checksums.json"
"""Name -> sha256 of every other file of a release."""


def of(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file of a folder, by name, but of the checksums themselves."""
    return {
        file.name: _sha256(file) for file in sorted(folder.iterdir()) if file.is_file() and file.name != FILE
    }


def check(folder: Path) -> None:
    """Check that a release is as it was written.

    Parameters
    ----------
    folder
        A release. One of an earlier version of fairtune, without checksums, is taken as it is.

    Raises
    ------
    BadFile
        A file is missing or is another one; the message names it and says what helps.
    """
    path = folder / FILE
    if not path.is_file():
        return
    try:
        written = dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise BadFile(_damaged(path)) from error
    for name, digest in written.items():
        file = folder / str(name)
        if not file.is_file() or _sha256(file) != digest:
            raise BadFile(_damaged(file))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(path: Path) -> str:
    what = "isn't what was written there" if path.is_file() else "is missing"
    return f"{path}: {what}: the model is damaged: run `fairtune run` again, or promote another version"
