"""Batches of new listening as files: their names, whether they are whole, and the records beside them.

The name of a batch is its number and the first twelve digits of its sha256: `0001-5c0d38f1e6a2.parquet`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from fairtune import files
from fairtune.data.custom import text_columns
from fairtune.errors import BadFile

BATCH_NAME: Final = re.compile(r"(\d{4,})-([0-9a-f]{12})\.parquet")
FILES: Final = "files.json"
"""sha256 of each file taken in -> its name, and the batch that was made of it, null if nothing was new."""
WITHDRAWN: Final = "withdrawn.json"
"""Batch that no longer counts -> why."""


def number(batch: Path) -> int:
    return int(batch.name.partition("-")[0])


def record(path: Path) -> dict[str, Any]:
    """Read `FILES` or `WITHDRAWN`; empty where there is no such file yet."""
    return dict(files.read_json(path)) if path.is_file() else {}


def check_whole(batch: Path) -> None:
    """Check that the content of a batch is that of its name.

    Parameters
    ----------
    batch
        Path of the batch.

    Raises
    ------
    BadFile
        Its sha256 is another.
    """
    if files.sha256(batch)[:12] != batch.stem.partition("-")[2]:
        raise BadFile(
            f"{batch}: damaged: its content isn't that of its name: bring it back (`dvc checkout`), "
            "or remove it and ingest its file again"
        )


def remove_drafts(folder: Path) -> None:
    """Remove what a killed process was about to write."""
    for draft in folder.glob(".*"):
        draft.unlink()


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn a refusal of the disk into an error that says what to do; what was there stays."""
    try:
        yield
    except OSError as error:
        raise BadFile(
            f"{error.filename or folder}: {error.strerror or error}: make room or give access, then run "
            "again: what is missing is taken in then"
        ) from error


def unread(folder: Path, taken_in: Path) -> list[Path]:
    """Return the files of a folder whose bytes aren't on record; hidden and other files don't count."""
    known = record(taken_in / FILES)
    readable = (
        path
        for path in folder.iterdir()
        if path.suffix.lower() in text_columns.SUFFIXES and not path.name.startswith(".") and path.is_file()
    )
    return [path for path in sorted(readable) if files.sha256(path) not in known]
