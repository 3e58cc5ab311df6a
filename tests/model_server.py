"""`mlflow models serve` of a registered model, on loopback."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from tests import processes


@contextmanager
def serving(model: str, root: Path) -> Iterator[str]:
    """Serve a model of the registry in `root/mlflow.db`, named by a `models:/` URI; give the server's URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", model]
    command += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)]
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "MLFLOW_TRACKING_URI": f"sqlite:///{root}/mlflow.db", "PATH": tools}
    log = root / "serve.log"
    with (
        log.open("wb") as output,
        processes.started(command, cwd=root, env=environment, stdout=output, stderr=output) as process,
    ):
        url = f"http://127.0.0.1:{port}"
        processes.until(lambda: _answers(url), alive=process, log=log)
        yield url


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ping").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
