"""Processes: locks that die with their holder, living ones told from dead ones, and what children print."""

import fcntl
import os
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

from fairtune.errors import Busy

GONE_AFTER: Final = 6 * 3600
"""Seconds: what a process of another machine has worked on for so long is taken for left behind."""
LINES: Final = 100
"""Last lines on stderr that are kept."""
PATIENCE: Final = 5
"""Seconds for the last words: a process that outlives the block keeps its end open."""


def gone(owner: str, since: float) -> bool:
    """Decide whether the process that began something is dead.

    Parameters
    ----------
    owner
        Name of the process, see `worker`.
    since
        When it began, in seconds since 1970.

    Returns
    -------
    bool
        On this machine by the process id and the time of its start; a process of another one is taken for
        dead if it began more than `GONE_AFTER` seconds ago.
    """
    host, pid, started, *_ = (*owner.split("|"), "", "")
    if host != socket.gethostname() or not pid.isdigit():
        return time.time() - since > GONE_AFTER
    return _started(int(pid)) != started


def worker(pid: int) -> str:
    """Name a process of this machine: no later one with the same id has the same name."""
    return "|".join((socket.gethostname(), str(pid), _started(pid)))


def _started(pid: int) -> str:
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.0f}"
    except psutil.NoSuchProcess:
        return ""


@contextmanager
def exclusive(path: Path, *, doing: str, wait: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold a lock file while the block runs; its text names the holder to whoever comes second.

    Parameters
    ----------
    path
        The lock file.
    doing
        What the block does, such as "a run of demo".
    wait
        Called with the holder before waiting for it; None: don't wait.

    Yields
    ------
    None
        The lock is held.

    Raises
    ------
    Busy
        Another process holds the lock, and there is no `wait`.
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


@contextmanager
def captured_stderr() -> Iterator[Sequence[str]]:
    """Yield the last lines on stderr of this process and its children: complete when the block ended."""
    lines: deque[str] = deque(maxlen=LINES)
    sys.stderr.flush()
    original, (reading, writing) = os.dup(2), os.pipe()
    os.dup2(writing, 2)
    os.close(writing)
    listener = threading.Thread(target=_listen, args=(reading, original, lines), daemon=True)
    listener.start()
    try:
        yield lines
    finally:
        sys.stderr.flush()
        os.dup2(original, 2)
        listener.join(PATIENCE)


def _listen(reading: int, original: int, lines: deque[str]) -> None:
    with open(reading, "rb", closefd=True) as captured, open(original, "wb", buffering=0) as on:
        for line in captured:
            on.write(line)
            lines.append(line.decode(errors="replace").rstrip("\n"))
