"""Exclusive locks that die with their holder: the kernel frees them, also after `kill -9`."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fairtune.errors import Busy


@contextmanager
def exclusive(path: Path, *, doing: str, wait: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the lock file `path` while the block runs; its text tells whoever comes second who holds it.

    The second one gets `Busy`, or calls `wait` with the holder and waits. `doing` reads like "a run of demo".
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "a process that is just starting"
            if wait is None:
                raise Busy(f"{holder} is in progress: wait for it to end, or stop it") from error
            wait(holder)
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(f"{doing} (process {os.getpid()})")
        file.flush()
        yield
