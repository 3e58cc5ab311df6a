"""A PostgreSQL server of the test's own, on loopback, with a password; gone with the test."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from tests import processes

USER, PASSWORD = "fairtune", "not-to-be-shown"
NOBODY = "nobody"


def programs() -> Path | None:
    """Find the folder with `postgres` and `initdb`: on the PATH, or where Debian keeps the newest."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    kept = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in kept), key=lambda folder: int(folder.parts[4]), default=None)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Start a server of the programs in `folder`; give the URL of its database."""
    with (
        tempfile.TemporaryDirectory(prefix="fairtune-postgres-") as home,
        _serving(folder, Path(home)) as url,
    ):
        yield url


@contextmanager
def _serving(folder: Path, home: Path) -> Iterator[str]:
    other = {"user": NOBODY} if os.geteuid() == 0 else {}  # it refuses to run as root
    if other:
        shutil.chown(home, NOBODY)
    secret = home / "password"
    secret.write_text(PASSWORD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if other:
        shutil.chown(secret, NOBODY)
    made = [folder / "initdb", "-D", home / "data", "-U", USER, "-A", "scram-sha-256", "--pwfile", secret]
    made += ["--encoding", "UTF8", "--no-locale"]  # the encoding of a machine whose locale is C is none
    processes.run(made, check=True, capture_output=True, cwd=home, **other)
    options = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "fsync=off"]
    begun = [folder / "postgres", "-D", home / "data", *(part for of in options for part in ("-c", of))]
    url = f"{USER}:{PASSWORD}@127.0.0.1:{port}/postgres"
    with (
        (home / "log").open("wb") as log,
        processes.started(begun, stderr=log, cwd=home, **other) as process,
    ):
        processes.until(lambda: _answers(f"postgresql://{url}"), alive=process, log=home / "log")
        yield f"postgresql+psycopg://{url}"


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
