"""What comes out of an archive: never more bytes than are on record, whatever the archive says."""

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from fairtune.errors import DownloadFailed

CHUNK: Final = 1 << 20
LARGEST: Final = 64 * 2**30
"""Bytes that a file may have whose size nobody recorded."""


@dataclass(frozen=True)
class Unpacked:
    """Where a member of an archive goes.

    Attributes
    ----------
    file
        Its path.
    limit
        The most bytes that are written.
    """

    file: Path
    limit: int


def write(source: IO[bytes], target: Unpacked, *, member: str, origin: str) -> None:
    """Write what is read of a member; `DownloadFailed` if it is more than its limit."""
    left = target.limit
    with target.file.open("wb") as file:
        while chunk := source.read(min(CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                raise DownloadFailed(
                    f"{member}: unpacks to more than the {target.limit:,} bytes on record, from {origin}: "
                    "the archive isn't what its publisher made; nothing was replaced"
                )
            file.write(chunk)


def check_one(member: str, found: int, origin: str) -> None:
    """Check that a member is there, once; `DownloadFailed` if it isn't."""
    if found != 1:
        number = f"{found} files" if found else "no file"
        raise DownloadFailed(f"{member}: {origin} has {number} of that name: nothing was replaced")
