"""Files of the user's own: copied into the raw folder with a record of what they were, and watched.

Nobody else recorded a checksum of them, so what counts is whether they are still what was copied.
"""

import shutil
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from fairtune import files
from fairtune.columns import ITEM, TIMESTAMP, USER, BlockName, Table
from fairtune.config.custom_tables import OwnFile, OwnPlays, OwnTables
from fairtune.data.custom import source_files, table_reader, text_columns
from fairtune.data.custom.record import RECORD, Copied, CopiedFile, Record, read_record
from fairtune.data.download import http
from fairtune.data.formats import exports
from fairtune.errors import BadFile, DownloadFailed


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
    kind = BlockName(chosen.item_kind)
    copied = {table: _copy(table, file, fresh, patience, kind) for table, file in chosen.files.items()}
    record = Record(item_kind=kind, licence=chosen.licence, tables=copied)
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
    changed = []
    for copied in read_record(raw).tables.values():
        if _is_url(copied.source):
            continue
        here = [file for file in copied.files if Path(file.source).is_file()]
        if any(files.sha256(Path(file.source)) != file.sha256 for file in here):
            changed.append(copied.source)
        elif here and source_files.is_many(copied.source):
            there = {str(part.path) for part in source_files.find(copied.source)}
            if there != {file.source for file in copied.files}:
                changed.append(copied.source)
    return tuple(changed)


def _copy(table: Table, file: OwnFile, folder: Path, patience: http.Patience, item_kind: BlockName) -> Copied:
    incoming = folder / "incoming"
    incoming.mkdir()
    if _is_url(file.file):
        fetched = incoming / Path(urlsplit(file.file).path).name
        _fetch(file.file, fetched, patience)
        sources: tuple[source_files.SourceFile, ...] = (source_files.SourceFile(fetched),)
    else:
        sources = source_files.find(file.file)
    form = file.format if isinstance(file, OwnPlays) else None
    copied, columns = [], None
    for number, source in enumerate(sources, 1):
        _check_kind(source, text_columns.SUFFIXES if form is None else exports.MODULES[form])
        inner = folder / source.plain_name  # messages name the file as the user does
        source.copy(inner, limit=source_files.LARGEST)
        named = file.file if _is_url(file.file) else str(source.path)
        if form is None:
            its_columns = table_reader.columns(inner, table, file.columns)
        else:
            exports.read(inner, form, item_kind, source_files.listener(file.file, named))  # it can be
            its_columns = {name: name for name in (USER, ITEM, TIMESTAMP)}
        columns = its_columns if columns is None else columns
        if its_columns != columns:
            raise BadFile(
                f"{source.path.name}: its columns are {', '.join(its_columns)}, those of "
                f"{sources[0].path.name} are {', '.join(columns)}: all parts need the same"
            )
        target = inner.rename(folder / _raw_name(table, number, len(sources), source.kind))
        copied.append(CopiedFile(file=target.name, source=named, sha256=files.sha256(source.path)))
    shutil.rmtree(incoming)
    log = form is not None or (isinstance(file, OwnPlays) and file.log)
    return Copied(source=file.file, columns=columns or {}, log=log, format=form, files=tuple(copied))


def _raw_name(table: Table, number: int, parts: int, kind: str) -> str:
    return f"{table}{kind}" if parts == 1 else f"{table}-{number:05d}{kind}"


def _check_kind(source: source_files.SourceFile, suffixes: tuple[str, ...]) -> None:
    """Refuse what isn't there, or of no kind that is read, before it is copied."""
    if not source.path.is_file():
        raise BadFile(
            f"{source.path}: there is no such file: give the path of a file, a folder of such files, or a "
            "pattern"
        )
    if source.kind not in suffixes:
        ends = ", ".join(suffixes)
        raise BadFile(
            f"{source.path.name}: unknown kind of file: its name must end in {ends}, or in one of them and "
            ".gz or .zst"
        )


def _fetch(url: str, target: Path, patience: http.Patience) -> None:
    way_out = "give the path of a copy in params.yaml, or run again"
    try:
        http.get(url, target, limit=source_files.LARGEST, patience=patience)
    except (http.Unreachable, http.Refused, http.BrokeOff) as error:
        raise DownloadFailed(f"{target.name}: {url}: {error}: {way_out}") from error


def _is_url(source: str) -> bool:
    return urlsplit(source).scheme in {"http", "https"}
