"""A Prefect server on loopback for as long as a block runs; its state is in PREFECT_HOME, as always."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fairtune import processes
from fairtune.errors import Busy, ServerFailed

HOST: Final = "127.0.0.1"
PORT: Final = 4200  # Prefect's own; another if it is taken
PATIENCE: Final = 180  # seconds until it must answer: the first start makes the database, half a minute
END: Final = 30  # seconds until it must have ended


@contextmanager
def running(home: Path, *, say: Callable[[str], None], port: int = PORT) -> Iterator[str]:
    """Start a server and wait until it answers; it ends with the block, or with this process.

    `ServerFailed` if another one is at work in `home`, or if it doesn't answer.

    Parameters
    ----------
    home
        PREFECT_HOME, where it keeps its database and its log.
    say
        Takes a message on where it starts.
    port
        Another is taken if that isn't free, or for 0.

    Yields
    ------
    str
        URL of its API.
    """
    free = _free_port(port)
    url, log = f"http://{HOST}:{free}", home / "fairtune-server.log"
    with _alone(home, url), log.open("wb") as written:
        first = "" if (home / "prefect.db").exists() else " (the first start takes half a minute)"
        say(f"Starting a Prefect server at {url}{first}, its state in {home}")
        command = [sys.executable, "-m", "prefect", "--no-prompt", "server", "start"]
        whole = [
            sys.executable,
            "-m",
            "fairtune.pipeline.schedule.supervisor",
            *command,
            "--host",
            HOST,
            "--port",
            free,
        ]
        with subprocess.Popen(  # noqa: S603 - our own command
            whole,
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PREFECT_HOME": str(home)},
        ) as keeper:
            try:
                _wait(f"{url}/api", keeper, log)
                yield f"{url}/api"
            finally:
                _end(keeper)


@contextmanager
def _alone(home: Path, url: str) -> Iterator[None]:
    """Refuse a second server on the same database: both would schedule."""
    home.mkdir(parents=True, exist_ok=True)
    try:
        with processes.exclusive(home / "fairtune-server.lock", doing=f"the Prefect server at {url}"):
            yield
    except Busy as error:
        holder = str(error).partition(" is in progress")[0]
        raise ServerFailed(
            f"{holder} works in {home} already: stop the `fairtune schedule` that started it and give every "
            "data set to one (--dataset A --dataset B), or run `prefect server start` and set PREFECT_API_URL"
        ) from error


def _free_port(first: int) -> str:
    for wanted in (first, 0):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((HOST, wanted))
            except OSError:
                continue
            return str(tried.getsockname()[1])
    raise ServerFailed(f"no port of {HOST} is free for a Prefect server")


def answers(api: str) -> bool:
    """Whether a Prefect server answers at `api` and works."""
    import httpx

    try:
        return httpx.get(f"{api.rstrip('/')}/health", timeout=5).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def _wait(api: str, keeper: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not answers(api):
        if keeper.poll() is not None or time.monotonic() > end:
            raise ServerFailed(f"the Prefect server at {api} doesn't answer: {log} says why")
        time.sleep(0.2)


def _end(keeper: "subprocess.Popen[bytes]") -> None:
    if keeper.stdin is not None:
        keeper.stdin.close()
    try:
        keeper.wait(END)
    except subprocess.TimeoutExpired:
        keeper.kill()
