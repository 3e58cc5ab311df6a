"""Where new listening is kept: a Parquet file a batch, and a record of the files taken in; both only grow.

`data/<data set>/events` is this clone's; stage `download` unites it with `data/<data set>/raw/events`, which
is versioned with the other raw files and may have come from another clone.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fairtune import files
from fairtune.columns import BATCH, ITEM, TIMESTAMP, USER, BlockName, Table
from fairtune.config.custom_tables import EVENT_COLUMNS, Watched
from fairtune.config.paths import Paths
from fairtune.data.custom.row_checks import Checkup
from fairtune.data.events import batch_files, parsing
from fairtune.data.events.batch_files import FILES, WITHDRAWN
from fairtune.data.events.parsing import Known, Taken
from fairtune.errors import BadFile, BadParams, NotThere

if TYPE_CHECKING:
    import pandas as pd

NAMED_ROWS: Final = 5
"""Wrong rows that a message names."""


class WrongRows(BadFile):
    """A file of new listening has rows that break a rule; `checkup` has them all."""

    def __init__(self, path: Path, checkup: Checkup, way_out: str) -> None:
        self.checkup = checkup
        wrong = len(checkup.problems)
        rows = f"{wrong:,} of {checkup.rows:,} rows {'is' if wrong == 1 else 'are'} wrong"
        super().__init__(f"{path}: {rows}, nothing was taken in: {checkup.listed(NAMED_ROWS)}: {way_out}")


def batches(*folders: Path, withdrawn: bool = False) -> list[Path]:
    """Return the batches of some folders by number, each once; withdrawn ones only if asked for."""
    by_name: dict[str, Path] = {}
    for folder in folders:
        for path in folder.glob("*.parquet"):
            if batch_files.BATCH_NAME.fullmatch(path.name):
                by_name.setdefault(path.name, path)
    gone = (
        set()
        if withdrawn
        else {name for folder in folders for name in batch_files.record(folder / WITHDRAWN)}
    )
    kept = (path for name, path in by_name.items() if name not in gone)
    return sorted(kept, key=lambda path: (batch_files.number(path), path.name))


def read(*folders: Path) -> "pd.DataFrame | None":
    """Return the events of all batches that count, each once, with the number of its batch; None without any.

    `BadFile` if a batch isn't what its name says.
    """
    import pandas as pd

    counting = batches(*folders)
    if not counting:
        return None
    parts = []
    for path in counting:
        batch_files.check_whole(path)
        parts.append(files.read_table(path).assign(**{BATCH: batch_files.number(path)}))
    for column in (USER, ITEM):  # a data set's ids may have turned from numbers to texts
        if len({str(part[column].dtype) for part in parts}) > 1:
            parts = [part.astype({column: "str"}) for part in parts]
    whole = pd.concat(parts, ignore_index=True)
    # Clones that take in the same file may give it two numbers.
    whole = whole.drop_duplicates(list(parsing.KEY), ignore_index=True)
    return whole.astype({TIMESTAMP: "datetime64[s]"})


def unite(paths: Paths) -> None:
    """Add to this clone's store what only `raw/events` has; `BadFile` for a damaged batch."""
    with batch_files.disk_errors(paths.events):
        batch_files.remove_drafts(paths.events)
        for batch in batches(paths.raw_events, withdrawn=True):
            if not (paths.events / batch.name).is_file():
                batch_files.check_whole(batch)
                with files.replacing(paths.events / batch.name) as temporary:
                    shutil.copyfile(batch, temporary)
        for record in (FILES, WITHDRAWN):
            own, raw = (
                batch_files.record(paths.events / record),
                batch_files.record(paths.raw_events / record),
            )
            if raw.keys() - own.keys():
                files.write_json(paths.events / record, {**raw, **own})


def publish(paths: Paths) -> None:
    """Make `raw/events` what the store is; without any events there is no such folder."""
    with batch_files.disk_errors(paths.raw_events):
        shutil.rmtree(paths.raw_events, ignore_errors=True)
        kept = [*batches(paths.events, withdrawn=True)]
        kept += [paths.events / name for name in (FILES, WITHDRAWN) if (paths.events / name).is_file()]
        for path in kept:
            with files.replacing(paths.raw_events / path.name) as temporary:
                shutil.copyfile(path, temporary)


def waiting(paths: Paths, watched: Watched | None) -> bool:
    """Return whether there is listening that stage `download` hasn't put into `raw/events` yet."""
    store_names = {path.name for path in batches(paths.events, withdrawn=True)}
    raw_names = {path.name for path in batches(paths.raw_events, withdrawn=True)}
    if store_names - raw_names:
        return True
    for record in (FILES, WITHDRAWN):
        if (
            batch_files.record(paths.events / record).keys()
            - batch_files.record(paths.raw_events / record).keys()
        ):
            return True
    folder = None if watched is None else paths.root / watched.folder
    return folder is not None and folder.is_dir() and bool(batch_files.unread(folder, paths.raw_events))


def pending(paths: Paths, watched: Watched) -> list[Path]:
    """Return the files of a watched folder that weren't taken in yet, by name.

    Parameters
    ----------
    paths
        Paths of the data set.
    watched
        The folder, as params.yaml names it.

    Returns
    -------
    list
        Paths of the files.

    Raises
    ------
    BadParams
        There is no such folder.
    """
    folder = paths.root / watched.folder
    if not folder.is_dir():
        raise BadParams(
            f"params.yaml: datasets.{paths.dataset}.download.events: there is no folder {watched.folder}: "
            "make it, or name another"
        )
    return batch_files.unread(folder, paths.events)


def look(
    given: Sequence[Path],
    known: Known,
    paths: Paths,
    *,
    explicit: Mapping[str, str],
    usual: Mapping[str, str],
    way_out: str,
) -> list[Taken]:
    """Check files of new listening, one after the other, each as if those before it were taken in.

    What this clone's store and the raw folder have came before; nothing is written. A file that was taken in
    before, by its bytes, is all duplicates. `BadFile` or `BadTable` for one that can't be read.

    Parameters
    ----------
    given
        The files.
    known
        Listeners and items of the data set.
    paths
        Paths of the data set.
    explicit
        Our column -> its name, as stated for files of new listening.
    usual
        The same for the data set's own files.
    way_out
        What the user can do about wrong rows, the end of the message.

    Returns
    -------
    list
        What of each file is new.

    Raises
    ------
    WrongRows
        A file has wrong rows: the first such file is named.
    """
    import pandas as pd

    folders = paths.events, paths.raw_events
    before = read(*folders)
    if before is None:
        before = pd.DataFrame(columns=[*EVENT_COLUMNS, BATCH])
    else:
        before = parsing.typed(before, known, file=str(paths.events))
        known = known.with_events(before)
    number = max((batch_files.number(path) for path in batches(*folders, withdrawn=True)), default=0)
    taken = []
    for path in given:
        checkup = parsing.check(path, parsing.named(path, explicit, usual), known)
        if not checkup.problems.empty:
            raise WrongRows(path, checkup, way_out)
        fresh = parsing.fresh(checkup, known, before)
        if len(fresh.events):
            number += 1
            before = pd.concat([before, fresh.events], ignore_index=True) if len(before) else fresh.events
            known = known.with_events(fresh.events)
        taken.append(Taken(path, files.sha256(path), fresh, number if len(fresh.events) else None))
    return taken


def append(taken: Sequence[Taken], folder: Path) -> list[Path]:
    """Write what was checked: a batch appears whole or not at all; return the batches written.

    A kill between a batch and the record of its file costs nothing: next time all of it is duplicates.
    `BadFile` if the disk refuses; what was there, and the batches before, stay.
    """
    written = []
    with batch_files.disk_errors(folder):
        for file in taken:
            name = None
            if file.batch is not None:
                draft = folder / ".batch.parquet"
                files.write_table(draft, file.fresh.events)
                name = f"{file.batch:04d}-{files.sha256(draft)[:12]}.parquet"
                written.append(draft.replace(folder / name))
            record = batch_files.record(folder / FILES)
            if file.sha256 not in record:  # else it says what was made of it the first time
                entry = {"file": file.path.name, "batch": name}
                files.write_json(folder / FILES, record | {file.sha256: entry})
    return written


def withdraw(folder: Path, number: int, *, reason: str) -> list[Path]:
    """Withdraw a batch, which then no longer counts; its number and file stay.

    Parameters
    ----------
    folder
        Where the batches are.
    number
        Number of the batch.
    reason
        Why; it is kept.

    Returns
    -------
    list
        Paths of the batches of that number.

    Raises
    ------
    NotThere
        There is no such batch, or it was withdrawn before.
    """
    gone = [path for path in batches(folder) if batch_files.number(path) == number]
    if not gone:
        counting = ", ".join(str(batch_files.number(path)) for path in batches(folder)) or "none"
        raise NotThere(f"{folder}: no batch {number} that counts; there are: {counting}")
    record = batch_files.record(folder / WITHDRAWN) | {path.name: {"reason": reason} for path in gone}
    files.write_json(folder / WITHDRAWN, record)
    return gone


def was_withdrawn(folder: Path, digest: str) -> bool:
    """Return whether the batch that was made of the file with this sha256 no longer counts."""
    entry = batch_files.record(folder / FILES).get(digest)
    return entry is not None and entry["batch"] in batch_files.record(folder / WITHDRAWN)


def known(paths: Paths) -> Known:
    """Return the listeners and items of the canonical tables.

    Parameters
    ----------
    paths
        Paths of the data set.

    Returns
    -------
    Known
        Their ids, and what an item is.

    Raises
    ------
    NotThere
        There are no tables yet.
    """
    if not paths.about.is_file():
        raise NotThere(
            f"{paths.tables} has no tables yet: run `fairtune run {paths.dataset}` first, they tell which "
            "listeners and items there are"
        )
    about = files.read_json(paths.about)
    users, items = (files.read_table(paths.table(table)) for table in (Table.USERS, Table.ITEMS))
    return Known(users[USER], items[ITEM], BlockName(about["item_kind"]))
