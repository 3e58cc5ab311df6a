"""Files out of ZIP archives, with nothing of the archive believed: neither its paths nor its sizes."""

import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from fairtune.data.download import unpacked
from fairtune.errors import DownloadFailed


def extract(packed: Path, members: Mapping[str, unpacked.Unpacked], *, origin: str) -> None:
    """Write members, in whatever folder of the archive they are, to files of the caller's choice.

    The paths inside the archive never become paths outside.

    Parameters
    ----------
    packed
        The archive.
    members
        Name of each file in it -> where it goes.
    origin
        Where the archive comes from, for messages.

    Raises
    ------
    DownloadFailed
        The archive is damaged, or a member is larger than its limit, missing or not the only one.
    """
    for member, target in members.items():
        try:
            with ZipFile(packed) as opened, opened.open(_entry(opened, member, origin)) as source:
                unpacked.write(source, target, member=member, origin=origin)
        except (BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
            raise DownloadFailed(
                f"{member}: {origin} can't be unpacked ({error}): nothing was replaced"
            ) from error


def _entry(opened: ZipFile, member: str, origin: str) -> ZipInfo:
    """Find the one entry of that name."""
    entries = [entry for entry in opened.infolist() if PurePosixPath(entry.filename).name == member]
    unpacked.check_one(member, len(entries), origin)
    return entries[0]
