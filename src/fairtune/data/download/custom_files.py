"""Files of the user's own: copied into the raw folder with a record of what they were, and watched.

Nobody else recorded a checksum of them, so what counts is whether they are still what was copied.
"""

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from fairtune import files
from fairtune.columns import BlockName, Table
from fairtune.config.custom_tables import OwnFile, OwnPlays, OwnTables
from fairtune.data.custom import table_reader, text_columns
from fairtune.data.custom.dataset import RECORD, Copied, Record, read_record
from fairtune.data.download import http
from fairtune.errors import DownloadFailed

LARGEST: Final = 64 * 2**30
"""Bytes that a file behind a URL may have: a bound, because nobody stated its size."""


def collect(chosen: OwnTables, raw: Path, *, partial: Path, patience: http.Patience) -> Record:
    """Make the folder `raw` hold exactly the user's files and the record of them.

    Everything is checked before anything is replaced: an error leaves what was there. `BadFile` for a file
    that is missing, unreadable or without a column that it needs, `DownloadFailed` for a URL.

    Parameters
    ----------
    chosen
        The user's files, from params.yaml.
    raw
        The folder.
    partial
        Folder where the new content is put together; removed at the end.
    patience
        How long to wait for a URL.

    Returns
    -------
    Record
        What was copied.
    """
    fresh = partial / "own"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    copied = {table: _copy(table, file, fresh, patience) for table, file in chosen.files.items()}
    record = Record(item_kind=BlockName(chosen.item_kind), licence=chosen.licence, tables=copied)
    files.write_json(fresh / RECORD, asdict(record))
    raw.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(raw, ignore_errors=True)
    fresh.replace(raw)
    shutil.rmtree(partial)
    return record


def moved(raw: Path) -> tuple[str, ...]:
    """Name the files of the record that are no longer what was copied; none where there is no record.

    Files that are gone don't count, nor do those behind a URL: what was copied is still there.
    """
    if not (raw / RECORD).is_file():
        return ()
    copied = read_record(raw).tables.values()
    here = [each for each in copied if not _is_url(each.source) and Path(each.source).is_file()]
    return tuple(each.source for each in here if files.sha256(Path(each.source)) != each.sha256)


def _copy(table: Table, file: OwnFile, folder: Path, patience: http.Patience) -> Copied:
    remote = _is_url(file.file)
    name = Path(urlsplit(file.file).path).name if remote else file.file
    suffix = Path(name).suffix.lower()
    inner = folder / Path(name).name  # messages name the file as the user does
    if remote:
        _fetch(file.file, inner, patience)
    else:
        text_columns.header(Path(file.file))  # there, and of a kind that can be read
        shutil.copyfile(file.file, inner)
    columns = table_reader.columns(inner, table, file.columns)
    target = inner.rename(folder / f"{table}{suffix}")
    log = isinstance(file, OwnPlays) and file.log
    return Copied(file=target.name, source=file.file, sha256=files.sha256(target), columns=columns, log=log)


def _fetch(url: str, target: Path, patience: http.Patience) -> None:
    way_out = "give the path of a copy in params.yaml, or run again"
    try:
        http.get(url, target, limit=LARGEST, patience=patience)
    except (http.Unreachable, http.Refused, http.BrokeOff) as error:
        raise DownloadFailed(f"{target.name}: {url}: {error}: {way_out}") from error


def _is_url(source: str) -> bool:
    return urlsplit(source).scheme in {"http", "https"}
