"""Processes that tests start, and how long anything may take: for all tests, in this place alone.

Whatever is waited for is polled, and given up after `PATIENCE`, which is for hangs only: no test depends on
how busy the machine is. What `started` and `run` begin is in a session of its own and ends with the block,
with all that it has started itself.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

VARIABLE = "FAIRTUNE_TEST_PATIENCE"
FACTOR = float(os.environ.get(VARIABLE, "1"))
PATIENCE = 1200 * FACTOR  # seconds until something hangs: twenty times what a whole pipeline takes alone
GRACE = 40 * FACTOR  # seconds that a process has to end by itself
MARK = "TESTS_OF_FAIRTUNE"  # in the environment of all that tests start; not FAIRTUNE..., some leave that out


def until(
    condition: Callable[[], Any],
    *,
    alive: subprocess.Popen | None = None,
    log: Path | None = None,
    every: float = 0.05,
) -> Any:
    """Wait until a condition gives something true; give that.

    alive: a process that it depends on. log: where it is told why, if that ends or takes too long.
    every: seconds between two looks.
    """
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        ended = alive is not None and alive.poll() is not None
        if ended and (found := condition()):  # in its last moment
            break
        if ended or time.monotonic() > end:
            why = f"{alive.args} ended with {alive.returncode}" if ended else f"in vain for {PATIENCE:.0f} s"
            raise AssertionError(f"waited, but {why}: {log.read_text() if log else 'no log'}")
        time.sleep(every)
    return found


@contextmanager
def started(command: Iterable[Any], **options: Any) -> Iterator[subprocess.Popen]:
    """Start a process as `subprocess.Popen` does; it ends with the block, and so does all that it started."""
    with subprocess.Popen(command, start_new_session=True, **options) as process:
        try:
            yield process
        finally:
            _end(process)


def run(
    command: Iterable[Any], *, check: bool = False, capture_output: bool = False, **options: Any
) -> subprocess.CompletedProcess:
    """Run a command to its end as `subprocess.run` does; nothing that it started is left."""
    if capture_output:
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started(command, **options) as process:
        said, complained = process.communicate(timeout=PATIENCE)
    if check and process.returncode:
        raise AssertionError(f"{command} ended with {process.returncode}: {said or ''}{complained or ''}")
    return subprocess.CompletedProcess(command, process.returncode, said, complained)


def left(mark: str) -> list[psutil.Process]:
    """Give the living processes with such a mark in their environment, whoever their parent is now."""
    return [process for process in psutil.process_iter() if _tell(process, "environ", {}).get(MARK) == mark]


def command(process: psutil.Process) -> str:
    """Give what a process was started as; nothing if it has ended since."""
    return " ".join(_tell(process, "cmdline", []))


def end(processes: Iterable[psutil.Process]) -> None:
    """End processes, gently where that is enough."""
    alive = list(processes)
    for ask in ("terminate", "kill"):
        for process in alive:
            with suppress(psutil.NoSuchProcess):
                getattr(process, ask)()
        _, alive = psutil.wait_procs(alive, GRACE)


def _end(process: subprocess.Popen) -> None:
    family = {other for other in psutil.process_iter() if _group(other.pid) == process.pid}
    with suppress(psutil.NoSuchProcess):  # also those in sessions of their own
        family |= set(psutil.Process(process.pid).children(recursive=True))
    process.terminate()  # most take those that they started with them
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    dead = {psutil.STATUS_ZOMBIE, None}  # what nobody reaps can't be ended, and needn't
    end(other for other in family if other.pid != process.pid and _tell(other, "status", None) not in dead)


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except OSError:
        return None


def _tell(process: psutil.Process, what: str, otherwise: Any) -> Any:
    try:
        return getattr(process, what)()
    except (psutil.Error, OSError):
        return otherwise
