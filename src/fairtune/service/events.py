"""New listening that comes in over HTTP: checked, on the disk before it is confirmed, read by the next night.

A request becomes one file of the data set's watched folder (`download.events` of params.yaml), which stage
`download` takes in like any other. Its name follows from the idempotency key, so that workers need no lock,
and a request that is sent twice is one file.
"""

import csv
import hashlib
import io
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from fairtune.columns import ITEM, PLAYS, USER, BlockName
from fairtune.config.custom_tables import EVENT_COLUMNS, Watched
from fairtune.config.paths import Paths
from fairtune.data.events import batch_files
from fairtune.errors import BadFile, BadTable
from fairtune.service.problems import Problem
from fairtune.service.settings import MAX_RECENT, MAX_WAITING
from fairtune.service.snapshot import Snapshot
from fairtune.serving.release import Release

if TYPE_CHECKING:
    from fairtune.data.events.parsing import Known

PREFIX: Final = "service-"
LOOKED: Final = 1.0  # seconds for which the number of waiting files is taken to hold
GLANCE: Final = 0.2  # seconds between two looks for plays of other workers
TOLD: Final = 20  # wrong events that a problem lists
FIRST_LINE: Final = 2  # of the file that an event makes


@dataclass(frozen=True)
class Receipt:
    """What became of a request.

    Attributes
    ----------
    accepted
        Number of events that are on the disk.
    repeated
        They were there already: the request came before.
    """

    accepted: int
    repeated: bool


class Inbox:
    """The watched folder of a data set.

    Parameters
    ----------
    paths
        Of the data set.
    watched
        The folder, and the names that columns have in its files.
    most
        Files that may wait for a night, 1 and above.
    """

    def __init__(self, paths: Paths, watched: Watched, *, most: int = MAX_WAITING) -> None:
        self.folder, self._taken = paths.root / watched.folder, paths.events
        self._columns, self._most = dict(watched.columns), most
        self._counted = (-LOOKED, 0)
        self._recent, self._lock = _Recent(), Lock()

    def recent(self, snapshot: Snapshot, user_id: int | str) -> dict[int, float]:
        """Return what a listener played since the version was registered, whatever worker it came to.

        Parameters
        ----------
        snapshot
            The model; what it was registered after, it may have learned from.
        user_id
            Of the listener.

        Returns
        -------
        dict
            Column of the items that are played -> how often; items that the model doesn't know are left out.
        """
        with self._lock:
            self._recent.refresh(self.folder, self._columns)
            mine = self._recent.by_user.get(str(user_id).strip(), ())
        since = 0.0 if snapshot.registered_at is None else snapshot.registered_at.timestamp()
        plays: dict[int, float] = {}
        for at, item, count in mine:
            column = snapshot.column_of(snapshot.release.item_block, item) if at > since else None
            if column is not None:
                plays[column] = plays.get(column, 0.0) + count
        return plays

    def put(self, release: Release, events: Sequence[Mapping[str, Any]], key: str | None) -> Receipt:
        """Check events and write them; when this returns they are on the disk.

        Parameters
        ----------
        release
            Of the model: it tells which listeners and items there are.
        events
            A mapping a play, with `EVENT_COLUMNS`.
        key
            Idempotency key of the request; None: its content is the key.

        Returns
        -------
        Receipt
            Of what was written, now or before.

        Raises
        ------
        Problem
            An event is wrong, and then none is taken; the key was used for other events; too many files wait;
            the folder can't be written to.
        """
        content = self._content(events)
        name = hashlib.sha256((key or "").encode() if key else content).hexdigest()[:32]
        target = self.folder / f"{PREFIX}{name}.csv"
        try:
            if target.is_file():
                return _again(target, content, len(events))
            self._check_room()
            draft = self.folder / f".{PREFIX}{uuid4().hex}.csv"
            try:
                _write(draft, content)
                self._check(draft, release)
                try:
                    os.link(draft, target)
                except FileExistsError:  # the same request at the same time, at another worker
                    return _again(target, content, len(events))
                _flush_folder(self.folder)
            finally:
                draft.unlink(missing_ok=True)
        except OSError as error:
            detail = (
                f"events can't be kept ({error.strerror or error}): nothing was taken, send them again later"
            )
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE, "not-kept", detail, headers={"Retry-After": "60"}
            ) from error
        return Receipt(len(events), repeated=False)

    def _content(self, events: Sequence[Mapping[str, Any]]) -> bytes:
        """Return events as CSV, with the columns that some event has."""
        used = [name for name in EVENT_COLUMNS if any(event.get(name) is not None for event in events)]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([self._columns.get(name, name) for name in used])
        for event in events:
            writer.writerow(["" if event.get(name) is None else event[name] for name in used])
        return text.getvalue().encode()

    def _check(self, draft: Path, release: Release) -> None:
        """Refuse events that the night would refuse, by its own rules."""
        from fairtune.data.events import parsing

        try:
            checkup = parsing.check(draft, parsing.named(draft, self._columns, {}), _known(release))
        except (BadFile, BadTable) as error:
            detail = str(error).replace(f"{draft.name}: ", "")
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-events", detail) from error
        wrong = checkup.problems
        if len(wrong):
            told = [
                {"index": int(line) - FIRST_LINE, "column": column, "what": f"{column} {rule}, found {found}"}
                for line, column, rule, found in wrong[["line", "column", "rule", "found"]].to_numpy()[:TOLD]
            ]
            first = f"event {told[0]['index']}: {told[0]['what']}"
            detail = f"{len(wrong):,} of {checkup.rows:,} events are wrong, none was taken: {first}"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-events", detail, errors=told)

    def _check_room(self) -> None:
        """Refuse more than the nights keep up with."""
        at, waiting = self._counted
        if time.monotonic() - at >= LOOKED:
            taken = {entry["file"] for entry in batch_files.record(self._taken / batch_files.FILES).values()}
            names = (entry.name for entry in os.scandir(self.folder))
            waiting = sum(1 for name in names if name.startswith(PREFIX) and name not in taken)
            self._counted = time.monotonic(), waiting
        if waiting >= self._most:
            detail = (
                f"{waiting:,} requests wait for the next run, the most that may: send this again when it has "
                "taken them in"
            )
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS, "too-many-waiting", detail, headers={"Retry-After": "600"}
            )


class _Recent:
    """The plays of requests, by listener: files are read once, the latest plays are kept."""

    def __init__(self) -> None:
        self.by_user: dict[str, list[tuple[float, str, float]]] = {}
        self._seen: set[str] = set()
        self._kept, self._at = 0, -LOOKED

    def refresh(self, folder: Path, columns: Mapping[str, str]) -> None:
        """Read files that are new, at most once a moment; what can't be read is left to the night."""
        if time.monotonic() - self._at < GLANCE:
            return
        self._at = time.monotonic()
        try:
            fresh = [entry for entry in os.scandir(folder) if entry.name.startswith(PREFIX)]
        except OSError:
            return
        for entry in fresh:
            if entry.name not in self._seen:
                self._seen.add(entry.name)
                with suppress(
                    OSError, ValueError, KeyError, TypeError
                ):  # moved away meanwhile, or none of ours
                    self._read(Path(entry.path), entry.stat().st_mtime, columns)
        if self._kept > MAX_RECENT:
            self._forget()

    def _read(self, file: Path, at: float, columns: Mapping[str, str]) -> None:
        user, item, plays = (columns.get(name, name) for name in (USER, ITEM, PLAYS))
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
            self.by_user.setdefault(row[user], []).append((at, row[item], float(row.get(plays) or 1)))
            self._kept += 1

    def _forget(self) -> None:
        """Keep the later half."""
        plays = [(at, user, item, count) for user, of in self.by_user.items() for at, item, count in of]
        plays.sort(key=lambda play: play[0])
        self.by_user, self._kept = {}, 0
        for at, user, item, count in plays[len(plays) // 2 :]:
            self.by_user.setdefault(user, []).append((at, item, count))
            self._kept += 1


def _again(target: Path, content: bytes, count: int) -> Receipt:
    if target.read_bytes() != content:
        detail = "this Idempotency-Key came with other events before: use a key once"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused", detail)
    return Receipt(count, repeated=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make sure that the name of a file is on the disk as well."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _known(release: Release) -> "Known":
    """Return the listeners and items of the model, as those of the data set."""
    import pandas as pd

    from fairtune.data.events.parsing import Known

    block = BlockName(release.item_block)
    return release.once(
        "known for events",
        lambda: Known(pd.Series(release.listener_ids), pd.Series(release.columns(block).ids), block),
    )
