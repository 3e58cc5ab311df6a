"""Files out of packed TAR archives, read once from front to end; their paths and sizes are not believed."""

import tarfile
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from fairtune.data.download import unpacked
from fairtune.errors import DownloadFailed


def extract(packed: Path, members: Mapping[str, unpacked.Unpacked], *, origin: str) -> None:
    """Write members, in whatever folder of the archive they are, to files of the caller's choice.

    The paths inside the archive never become paths outside; links in it are no files. `DownloadFailed` if the
    archive is damaged, or a member is larger than its limit, missing or not the only one.

    Parameters
    ----------
    packed
        The archive, TAR packed by gzip.
    members
        Name of each file in it -> where it goes.
    origin
        Where the archive comes from, for messages.
    """
    found = _extracted(packed, members, origin)
    for name in members:
        unpacked.check_one(name, found[name], origin)


def _extracted(packed: Path, members: Mapping[str, unpacked.Unpacked], origin: str) -> Counter[str]:
    """Write each member when it first comes, and count how often it is there."""
    found: Counter[str] = Counter()
    try:
        with tarfile.open(packed, mode="r|gz") as opened:
            for entry in opened:
                name = PurePosixPath(entry.name).name
                source = opened.extractfile(entry) if name in members and entry.isreg() else None
                if source is None:
                    continue
                found[name] += 1
                if found[name] == 1:
                    unpacked.write(source, members[name], member=name, origin=origin)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of this machine: no room, no access
        names = ", ".join(members)
        raise DownloadFailed(
            f"{names}: {origin} can't be unpacked ({error}): nothing was replaced"
        ) from error
    return found
