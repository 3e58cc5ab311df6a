"""An MLflow server on PostgreSQL, both of the test's own, on loopback; gone with the test."""

import os
import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgres, processes


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
        with processes.started(command, stdout=log, stderr=log, cwd=folder, env=without) as process:
            processes.until(lambda: answers(url), alive=process, log=folder / "mlflow.log")
            yield url


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/health", timeout=processes.PATIENCE).close()  # noqa: S310 - our own
    except OSError:
        return False
    return True
