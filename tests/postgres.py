"""A PostgreSQL server of the test's own, on loopback, with a password; gone with the test."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

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
    home = Path(tempfile.mkdtemp(prefix="fairtune-postgres-"))
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
    subprocess.run(made, check=True, capture_output=True, cwd=home, **other)
    options = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "fsync=off"]
    started = [folder / "postgres", "-D", home / "data", *(part for of in options for part in ("-c", of))]
    url = f"{USER}:{PASSWORD}@127.0.0.1:{port}/postgres"
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen(started, stderr=log, cwd=home, **other) as process,
    ):
        try:
            _wait(f"postgresql://{url}", home / "log")
            yield f"postgresql+psycopg://{url}"
        finally:
            process.terminate()
            process.wait(30)
            shutil.rmtree(home)


def _wait(url: str, log: Path) -> None:
    for _ in range(150):
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(log.read_text())
