"""Where new listening is kept: a Parquet file a batch, and a record of the files taken in; both only grow.

`data/<data set>/events` is this clone's; stage `download` unites it with `data/<data set>/raw/events`, which
is versioned with the other raw files and may have come from another clone. The name of a batch is its number
and the first twelve digits of its sha256: `0001-5c0d38f1e6a2.parquet`.
"""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fairtune import files
from fairtune.columns import BATCH, ITEM, TIMESTAMP, USER, BlockName, Table
from fairtune.config.custom_tables import EVENT_COLUMNS, Watched
from fairtune.config.paths import Paths
from fairtune.data.custom import text_columns
from fairtune.data.custom.row_checks import Checkup
from fairtune.data.events import parsing
from fairtune.data.events.parsing import Fresh, Known
from fairtune.errors import BadFile, BadParams, NotThere

if TYPE_CHECKING:
    import pandas as pd

NAME: Final = re.compile(r"(\d{4,})-([0-9a-f]{12})\.parquet")
FILES: Final = "files.json"
"""sha256 of each file taken in -> its name, and the batch that was made of it, null if nothing was new."""
WITHDRAWN: Final = "withdrawn.json"
"""Batch that no longer counts -> why."""
TOLD: Final = 5
"""Wrong rows that a message names."""


@dataclass(frozen=True)
class Taken:
    """A file that was looked at: what of it is new. batch: its number, None if nothing is."""

    path: Path
    sha256: str
    fresh: Fresh
    batch: int | None

    def summary(self) -> str:
        """Say in one line what of the file is new."""
        fresh = self.fresh
        if self.batch is None:
            return f"{self.path.name}: nothing new: all {fresh.rows:,} events are there already"
        return (
            f"{self.path.name}: {fresh.rows:,} events: {len(fresh.events):,} new, {fresh.duplicates:,} "
            f"duplicates; {fresh.users:,} new listeners, {fresh.items:,} new items"
        )


class WrongRows(BadFile):
    """A file of new listening has rows that break a rule; `checkup` has them all."""

    def __init__(self, path: Path, checkup: Checkup, way_out: str) -> None:
        self.checkup = checkup
        wrong = len(checkup.problems)
        told = "; ".join(
            f"line {line}: {column} {rule}, found {found}"
            for line, column, rule, found in checkup.problems[["line", "column", "rule", "found"]]
            .head(TOLD)
            .itertuples(index=False)
        )
        more = f"; and {wrong - TOLD:,} more" if wrong > TOLD else ""
        rows = f"{wrong:,} of {checkup.rows:,} rows {'is' if wrong == 1 else 'are'} wrong"
        super().__init__(f"{path}: {rows}, nothing was taken in: {told}{more}: {way_out}")


def batches(*folders: Path, withdrawn: bool = False) -> list[Path]:
    """Give the batches of some folders by number, each once; those that were withdrawn only if asked for."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in folder.glob("*.parquet"):
            if NAME.fullmatch(path.name):
                found.setdefault(path.name, path)
    gone = set() if withdrawn else {name for folder in folders for name in _record(folder / WITHDRAWN)}
    kept = (path for name, path in found.items() if name not in gone)
    return sorted(kept, key=lambda path: (_number(path), path.name))


def read(*folders: Path) -> "pd.DataFrame | None":
    """Give the events of all batches that count, each once, with the number of its batch; None without any.

    `BadFile` if one isn't what its name says.
    """
    import pandas as pd

    found = batches(*folders)
    if not found:
        return None
    parts = []
    for path in found:
        _check_whole(path)
        parts.append(files.read_table(path).assign(**{BATCH: _number(path)}))
    for column in (USER, ITEM):  # a data set's ids may have turned from numbers to texts
        if len({str(part[column].dtype) for part in parts}) > 1:
            parts = [part.astype({column: "str"}) for part in parts]
    whole = pd.concat(parts, ignore_index=True)
    # Clones that take in the same file may give it two numbers.
    whole = whole.drop_duplicates(list(parsing.KEY), ignore_index=True)
    return whole.astype({TIMESTAMP: "datetime64[s]"})


def unite(paths: Paths) -> None:
    """Add to this clone's store what `raw/events` has and it doesn't; `BadFile` for a damaged batch there."""
    with _room(paths.events):
        _sweep(paths.events)
        for batch in batches(paths.raw_events, withdrawn=True):
            if not (paths.events / batch.name).is_file():
                _check_whole(batch)
                with files.replacing(paths.events / batch.name) as temporary:
                    shutil.copyfile(batch, temporary)
        for record in (FILES, WITHDRAWN):
            here, there = _record(paths.events / record), _record(paths.raw_events / record)
            if there.keys() - here.keys():
                files.write_json(paths.events / record, {**there, **here})


def publish(paths: Paths) -> None:
    """Make `raw/events` what the store is; without any events there is no such folder."""
    with _room(paths.raw_events):
        shutil.rmtree(paths.raw_events, ignore_errors=True)
        kept = [*batches(paths.events, withdrawn=True)]
        kept += [paths.events / name for name in (FILES, WITHDRAWN) if (paths.events / name).is_file()]
        for path in kept:
            with files.replacing(paths.raw_events / path.name) as temporary:
                shutil.copyfile(path, temporary)


def waiting(paths: Paths, watched: Watched | None) -> bool:
    """Whether there is listening that stage `download` hasn't put into `raw/events` yet."""
    store_names = {path.name for path in batches(paths.events, withdrawn=True)}
    raw_names = {path.name for path in batches(paths.raw_events, withdrawn=True)}
    if store_names - raw_names:
        return True
    for record in (FILES, WITHDRAWN):
        if _record(paths.events / record).keys() - _record(paths.raw_events / record).keys():
            return True
    folder = None if watched is None else paths.root / watched.folder
    return folder is not None and folder.is_dir() and bool(_unread(folder, paths.raw_events))


def pending(paths: Paths, watched: Watched) -> list[Path]:
    """Give the files of a watched folder that weren't taken in yet, by name; `BadParams` without a folder."""
    folder = paths.root / watched.folder
    if not folder.is_dir():
        raise BadParams(
            f"params.yaml: datasets.{paths.dataset}.download.events: there is no folder {watched.folder}: "
            "make it, or name another"
        )
    return _unread(folder, paths.events)


def look(
    given: Sequence[Path],
    known: Known,
    paths: Paths,
    *,
    explicit: Mapping[str, str],
    usual: Mapping[str, str],
    way_out: str,
) -> list[Taken]:
    """Look at files of new listening, one after the other, each as if those before it were taken in.

    What this clone's store and the raw folder have came before; nothing is written. `WrongRows` names the
    first file that has any and ends with `way_out`; `BadFile` or `BadTable` for one that can't be read. A
    file that was taken in before, by its bytes, is all duplicates.
    """
    import pandas as pd

    folders = paths.events, paths.raw_events
    before = read(*folders)
    if before is None:
        before = pd.DataFrame(columns=[*EVENT_COLUMNS, BATCH])
    else:
        before = parsing.typed(before, known, file=str(paths.events))
        known = known.and_of(before)
    number = max((_number(path) for path in batches(*folders, withdrawn=True)), default=0)
    taken = []
    for path in given:
        checkup = parsing.check(path, parsing.named(path, explicit, usual), known)
        if not checkup.problems.empty:
            raise WrongRows(path, checkup, way_out)
        fresh = parsing.fresh(checkup, known, before)
        if len(fresh.events):
            number += 1
            before = pd.concat([before, fresh.events], ignore_index=True) if len(before) else fresh.events
            known = known.and_of(fresh.events)
        taken.append(Taken(path, files.sha256(path), fresh, number if len(fresh.events) else None))
    return taken


def append(taken: Sequence[Taken], folder: Path) -> list[Path]:
    """Write what was looked at: a batch appears whole or not at all; give the batches written.

    A kill between a batch and the record of its file costs nothing: next time all of it is duplicates.
    `BadFile` if the disk refuses; what was there, and the batches before, stay.
    """
    written = []
    with _room(folder):
        for file in taken:
            name = None
            if file.batch is not None:
                draft = folder / ".batch.parquet"
                files.write_table(draft, file.fresh.events)
                name = f"{file.batch:04d}-{files.sha256(draft)[:12]}.parquet"
                written.append(draft.replace(folder / name))
            record = _record(folder / FILES)
            if file.sha256 not in record:  # else it says what was made of it the first time
                entry = {"file": file.path.name, "batch": name}
                files.write_json(folder / FILES, record | {file.sha256: entry})
    return written


def withdraw(folder: Path, number: int, *, reason: str) -> list[Path]:
    """Have a batch no longer count, for a reason that is kept; its number and file stay. Give what is gone.

    `NotThere` if there is no such batch, or it was withdrawn before.
    """
    gone = [path for path in batches(folder) if _number(path) == number]
    if not gone:
        there = ", ".join(str(_number(path)) for path in batches(folder)) or "none"
        raise NotThere(f"{folder}: no batch {number} that counts; there are: {there}")
    record = _record(folder / WITHDRAWN) | {path.name: {"reason": reason} for path in gone}
    files.write_json(folder / WITHDRAWN, record)
    return gone


def was_withdrawn(folder: Path, digest: str) -> bool:
    """Whether the batch that was made of the file with this sha256 no longer counts."""
    entry = _record(folder / FILES).get(digest)
    return entry is not None and entry["batch"] in _record(folder / WITHDRAWN)


def known(paths: Paths) -> Known:
    """Give whom and what the canonical tables have; `NotThere` if there are none yet."""
    if not paths.about.is_file():
        raise NotThere(
            f"{paths.tables} has no tables yet: run `fairtune run {paths.dataset}` first, they tell which "
            "listeners and items there are"
        )
    about = files.read_json(paths.about)
    users, items = (files.read_table(paths.table(table)) for table in (Table.USERS, Table.ITEMS))
    return Known(users[USER], items[ITEM], BlockName(about["item_kind"]))


@contextmanager
def _room(folder: Path) -> Iterator[None]:
    """Say what to do where the disk refuses; what was there stays."""
    try:
        yield
    except OSError as error:
        raise BadFile(
            f"{error.filename or folder}: {error.strerror or error}: make room or give access, then run "
            "again: what is missing is taken in then"
        ) from error


def _unread(folder: Path, taken_in: Path) -> list[Path]:
    """Give the files of a folder whose bytes aren't on record; hidden and other files don't count."""
    record = _record(taken_in / FILES)
    found = (
        path
        for path in folder.iterdir()
        if path.suffix.lower() in text_columns.SUFFIXES and not path.name.startswith(".") and path.is_file()
    )
    return [path for path in sorted(found) if files.sha256(path) not in record]


def _number(batch: Path) -> int:
    return int(batch.name.partition("-")[0])


def _record(path: Path) -> dict[str, Any]:
    return dict(files.read_json(path)) if path.is_file() else {}


def _check_whole(batch: Path) -> None:
    if files.sha256(batch)[:12] != batch.stem.partition("-")[2]:
        raise BadFile(
            f"{batch}: damaged: its content isn't that of its name: bring it back (`dvc checkout`), "
            "or remove it and ingest its file again"
        )


def _sweep(folder: Path) -> None:
    """Remove what a killed process was about to write."""
    for draft in folder.glob(".*"):
        draft.unlink()
