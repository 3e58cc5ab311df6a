"""An MLflow server on PostgreSQL, both of the test's own, on loopback; gone with the test."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgres

PATIENCE = 240  # seconds: the first start makes tables


@contextmanager
def serving(programs: Path, folder: Path) -> Iterator[str]:
    """Start both, with PostgreSQL's programs in `programs` and artifacts below `folder`; give the URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with postgres.server(programs) as database, (folder / "mlflow.log").open("wb") as log:
        options = {
            "--backend-store-uri": database,
            "--artifacts-destination": str(folder / "artifacts"),
            "--host": "127.0.0.1",
            "--port": str(port),
            "--workers": "1",
        }
        command = [
            sys.executable, "-m", "mlflow", "server",
            *(part for option in options.items() for part in option),
        ]  # fmt: skip
        without = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
        with subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, env=without, start_new_session=True
        ) as process:
            try:
                _wait(url, process, folder / "mlflow.log")
                yield url
            finally:
                os.killpg(process.pid, signal.SIGKILL)


def _wait(url: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/health", timeout=5).close()  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(log.read_text())
