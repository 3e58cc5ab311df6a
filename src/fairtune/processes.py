"""Telling living processes from dead ones, by names that no later process has."""

import socket
import time
from typing import Final

import psutil

GONE_AFTER: Final = 6 * 3600
"""Seconds: what a process of another machine has worked on for so long is taken for left behind."""


def gone(owner: str, since: float) -> bool:
    """Tell whether the process that began something at `since` (seconds since 1970) is dead.

    On this machine its id and the time of its start tell; of another one we only know how long ago it began.
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
