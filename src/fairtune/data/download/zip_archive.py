"""Single files out of ZIP archives, with nothing of the archive believed: neither its paths nor its sizes."""

import zlib
from pathlib import Path, PurePosixPath
from typing import Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from fairtune.errors import DownloadFailed

CHUNK: Final = 1 << 20


def extract(packed: Path, member: str, file: Path, *, limit: int, origin: str) -> None:
    """Write the member called `member`, in whatever folder of the archive it is, to `file`.

    The paths inside the archive never become paths outside.

    Parameters
    ----------
    packed
        The archive.
    member
        Name of the file in it.
    file
        Where the file goes.
    limit
        The most bytes that are written.
    origin
        Where the archive comes from, for messages.

    Raises
    ------
    DownloadFailed
        The archive is damaged, or its member is larger than `limit`, missing or not the only one.
    """
    try:
        with ZipFile(packed) as opened, opened.open(_entry(opened, member, origin)) as source:
            left = limit
            with file.open("wb") as target:
                while chunk := source.read(min(CHUNK, left + 1)):
                    left -= len(chunk)
                    if left < 0:
                        raise DownloadFailed(
                            f"{member}: unpacks to more than the {limit:,} bytes on record, from {origin}: "
                            "the archive isn't what its publisher made; nothing was replaced"
                        )
                    target.write(chunk)
    except (BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise DownloadFailed(
            f"{member}: {origin} can't be unpacked ({error}): nothing was replaced"
        ) from error


def _entry(opened: ZipFile, member: str, origin: str) -> ZipInfo:
    """Find the one entry of that name."""
    entries = [entry for entry in opened.infolist() if PurePosixPath(entry.filename).name == member]
    if len(entries) != 1:
        number = f"{len(entries)} files" if entries else "no file"
        raise DownloadFailed(f"{member}: {origin} has {number} of that name: nothing was replaced")
    return entries[0]
