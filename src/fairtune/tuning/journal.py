"""The journal of a search: an Optuna file that several processes may write and any may die with."""

import fcntl
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

if TYPE_CHECKING:
    from optuna.storages import BaseStorage


class KernelLock(JournalFileOpenLock):
    """A lock that ends with the process that holds it.

    Optuna's own locks are files that stay behind a killed process; with a relative path the next process
    waits for them without end.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._path = path
        self._held: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Wait until nobody else holds the lock."""
        held = self._path.open("ab")
        fcntl.flock(held, fcntl.LOCK_EX)
        self._held = held
        return True

    def release(self) -> None:
        """Release the lock to the next process."""
        if self._held is not None:
            self._held.close()
            self._held = None


def opened(path: Path) -> "BaseStorage":
    """Open the journal at `path`, made if it isn't there; half a line left by a killed process is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = KernelLock(path.with_name(f"{path.name}.lock"))
    lock.acquire()
    try:
        _drop_torn_line(path)
    finally:
        lock.release()
    return JournalStorage(JournalFileBackend(str(path), lock_obj=lock))


def _drop_torn_line(path: Path) -> None:
    if not path.exists():
        return
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(path, whole)
