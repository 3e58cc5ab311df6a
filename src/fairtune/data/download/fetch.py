"""Raw files of a data set: from a mirror or the publisher, put in place when their checksum is right."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from fairtune import files
from fairtune.data.download import http, tar_archive, zip_archive
from fairtune.data.download.http import Patience
from fairtune.data.download.unpacked import LARGEST, Unpacked
from fairtune.data.sources.base import Archive, Source
from fairtune.errors import DownloadFailed

MIRROR: Final = "FAIRTUNE_MIRROR"
"""Environment variable: a folder or URL that has `<folder>/<file>` of every source."""


def fetch(
    sources: Sequence[Source], raw: Path, *, partial: Path, mirror: str | None, patience: Patience
) -> list[str]:
    """Make the folder `raw` hold exactly the files of `sources`; return the names of those fetched.

    A file takes its place when its checksum is right; a failure or a kill before leaves what was there.

    Parameters
    ----------
    sources
        The files.
    raw
        The folder.
    partial
        Folder where unfinished transfers wait for the next run; removed when everything is in place.
    mirror
        A folder or URL; without one, files come from their publishers.
    patience
        How long to wait, and how often to try.

    Returns
    -------
    list
        Names of the files that were missing.

    Raises
    ------
    DownloadFailed
        A file can't be had, or is another: the message names it, the source and what to do.
    """
    try:
        missing = [source for source in sources if not _is_there(source, raw / source.file)]
        if missing:
            raw.mkdir(parents=True, exist_ok=True)
            partial.mkdir(parents=True, exist_ok=True)
            _Fetch(sources, raw, partial, patience).all(missing, mirror)
        _remove_strays(raw, {source.file for source in sources})
        if partial.exists():
            shutil.rmtree(partial)
    except OSError as error:
        raise DownloadFailed(
            f"{error.filename or raw}: {error.strerror or error}: make room or give access, then run again: "
            "it goes on from there"
        ) from error
    return [source.file for source in missing]


def _is_there(source: Source, file: Path) -> bool:
    return (
        file.is_file()
        and source.size in {None, file.stat().st_size}
        and _checksum(source, file) == source.checksum
    )


def _checksum(source: Source, file: Path) -> str:
    """Hash a file as what is recorded of it was."""
    kind = source.checksum.partition(":")[0]
    return f"{kind}:{files.digest(file, kind)}"


def _without_password(url: str) -> str:
    """Make the URL of a private mirror fit for a message."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _remove_strays(raw: Path, expected: set[str]) -> None:
    """Remove what no source names: the folder is an output of the pipeline, the same wherever it is made."""
    for entry in raw.iterdir():
        if entry.name not in expected:
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()


@dataclass(frozen=True)
class _Fetch:
    """One run: all sources of the data set, and where they go."""

    sources: Sequence[Source]
    raw: Path
    partial: Path
    patience: Patience

    def all(self, missing: Sequence[Source], mirror: str | None) -> None:
        if mirror and urlsplit(mirror).scheme in {"http", "https"}:
            for source in missing:
                self._from_url(source, f"{mirror.rstrip('/')}/{quote(source.folder)}/{quote(source.file)}")
        elif mirror:
            for source in missing:
                self._from_folder(source, Path(mirror).expanduser())
        else:
            for source in missing:
                if source.member is None:
                    self._from_url(source, source.url)
            packed = [source for source in missing if source.member is not None]
            for url in dict.fromkeys(source.url for source in packed):
                self._from_archive(url, [source for source in packed if source.url == url])

    def _from_folder(self, source: Source, folder: Path) -> None:
        original = folder / source.folder / source.file
        if not original.is_file():
            raise DownloadFailed(
                f"{source.file}: {original} doesn't exist: set {MIRROR} to a folder that has "
                f"{source.folder}/{source.file}, or unset it to fetch from the publisher"
            )
        copy = self.partial / source.file
        shutil.copyfile(original, copy)
        self._put(source, copy, str(original))

    def _from_url(self, source: Source, url: str) -> None:
        part = self.partial / f"{source.file}.part"
        limit = LARGEST if source.size is None else source.size
        self._transfer(
            source, url, part, limit=limit, use=lambda: self._put(source, part, _without_password(url))
        )

    def _from_archive(self, url: str, wanted: Sequence[Source]) -> None:
        part = self.partial / f"{Path(urlsplit(url).path).name}.part"
        archive = wanted[0].archive
        if archive is not None and archive.size is not None:
            limit = archive.size
        else:  # packed, it isn't larger than its members are
            limit = sum(source.size or LARGEST for source in self.sources if source.url == url)

        def unpack() -> None:
            if archive is not None:
                self._check(part, archive, url)
            kind = tar_archive if url.endswith((".tar.gz", ".tgz")) else zip_archive
            members = {
                source.member or source.file: Unpacked(self.partial / source.file, source.size or LARGEST)
                for source in wanted
            }
            kind.extract(part, members, origin=url)
            for source in wanted:
                self._put(source, self.partial / source.file, url)

        self._transfer(wanted[0], url, part, limit=limit, use=unpack)

    def _transfer(self, source: Source, url: str, part: Path, *, limit: int, use: Callable[[], None]) -> None:
        """Transfer, then use; if what an earlier run began turns out wrong, once more from the start."""
        shown = _without_password(url)
        way_out = f"set {MIRROR} to a folder that has {source.folder}/{source.file}"
        while True:
            try:
                resumed = http.get(url, part, limit=limit, patience=self.patience)
            except http.Unreachable as error:
                raise DownloadFailed(
                    f"{source.file}: can't reach {urlsplit(shown).netloc or shown} ({error}): {way_out}, "
                    "or connect to the network; `make demo` needs neither"
                ) from error
            except http.Refused as error:
                part.unlink(missing_ok=True)
                raise DownloadFailed(f"{source.file}: {shown}: {error}: {way_out}") from error
            except http.BrokeOff as error:
                raise DownloadFailed(
                    f"{source.file}: {shown}: {error}: run again, it goes on from there, or {way_out}"
                ) from error
            try:
                use()
            except DownloadFailed:
                part.unlink(missing_ok=True)
                if not resumed:
                    raise
            else:
                return

    def _put(self, source: Source, file: Path, origin: str) -> None:
        """Move a complete file to its place if it is what the publisher recorded."""
        size = file.stat().st_size
        if source.size not in {None, size}:
            received, recorded = f"{size:,} bytes", f"{source.size:,} bytes"
        else:
            received, recorded = (
                each.replace(":", " ") for each in (_checksum(source, file), source.checksum)
            )
        if received != recorded:
            raise _damaged(source.file, origin, received, recorded)
        file.chmod(0o644)
        file.replace(self.raw / source.file)

    @staticmethod
    def _check(packed: Path, archive: Archive, url: str) -> None:
        """Refuse an archive that isn't what its publisher recorded."""
        received = files.digest(packed, "md5")
        if received != archive.md5:
            name = Path(urlsplit(url).path).name
            raise _damaged(name, _without_password(url), f"md5 {received}", f"md5 {archive.md5}")


def _damaged(name: str, origin: str, received: str, recorded: str) -> DownloadFailed:
    return DownloadFailed(
        f"{name}: {origin} is damaged or another version: {received}, recorded is {recorded}: "
        f"get it anew or set {MIRROR} to a folder with a good copy; what was there is unchanged"
    )
