"""Containerfile, compose.yaml and the systemd unit: what they start is started here without a container."""

import json
import re
import shlex
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
import yaml
from tests import processes
from tests.processes import until

from fairtune.cli.main import fairtune

ROOT = Path(__file__).parents[1]
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
CONTAINERFILE = (ROOT / "Containerfile").read_text("utf-8")


def ours():
    """Return the arguments of `fairtune` in compose.yaml, the Containerfile and the systemd unit."""
    for name in ("nights", "service"):
        yield SERVICES[name]["command"]
    yield json.loads(re.search(r"^CMD (\[.*\])$", CONTAINERFILE, re.MULTILINE)[1])
    unit = (ROOT / "docs/how-to/serve.md").read_text("utf-8")
    yield shlex.split(re.search(r"^ExecStart=\S+/fairtune (.*)$", unit, re.MULTILINE)[1])


@pytest.mark.parametrize("command", list(ours()), ids=" ".join)
def test_commands_have_the_options_that_they_are_given(command):
    name, *arguments = command
    chosen = fairtune.get_command(fairtune.make_context("fairtune", ["--help"], resilient_parsing=True), name)

    given = chosen.make_context(name, list(arguments)).params

    assert "demo" in str(given.values())


def test_the_image_gets_the_files_that_setting_up_needs():
    lines = re.findall(r"^COPY (.*) \S+$", CONTAINERFILE, re.MULTILINE)
    copied = [name for line in lines for name in line.split()]
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}

    assert set(copied) == allowed
    assert all((ROOT / name).exists() for name in copied)
    assert {"pyproject.toml", "requirements.lock", "scripts/packages.py", "src"} <= set(copied)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def healthy(check, port):
    """Run a health check of the files against a port of this machine."""
    code = re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{port}", check[-1])
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def asked(port, host):
    address = f"http://127.0.0.1:{port}/api/2.0/mlflow/experiments/search?max_results=1"
    return httpx.get(address, headers={"Host": host}, timeout=processes.PATIENCE).status_code


def test_mlflow_answers_its_neighbours_by_name(tmp_path):
    script = SERVICES["mlflow"]["command"][0].replace("$$", "$")
    port = free_port()
    command = shlex.split(script.removeprefix("exec "))
    options = dict(zip(command[2::2], command[3::2], strict=True))
    options |= {"--host": "127.0.0.1", "--port": str(port), "--workers": "1"}
    options["--backend-store-uri"] = f"sqlite:///{tmp_path}/mlflow.db"
    options["--artifacts-destination"] = str(tmp_path)
    given = [part for pair in options.items() for part in pair]
    log, check = tmp_path / "log", SERVICES["mlflow"]["healthcheck"]["test"]
    with (
        log.open("wb") as said,
        processes.started(
            [sys.executable, "-m", "mlflow", "server", *given], cwd=tmp_path, stdout=said, stderr=said
        ) as process,
    ):
        until(lambda: healthy(check, port), alive=process, log=log)
        assert asked(port, "mlflow:5000") == 200
        assert asked(port, "evil.example") == 403
    assert SERVICES["nights"]["environment"]["MLFLOW_TRACKING_URI"] == "http://mlflow:5000"
    assert SERVICES["service"]["environment"]["MLFLOW_TRACKING_URI"] == "http://mlflow:5000"


def test_the_health_check_of_the_image_is_that_of_a_ready_service():
    check = json.loads(re.search(r"HEALTHCHECK .*\\\n\s+CMD (\[.*\])$", CONTAINERFILE, re.MULTILINE)[1])
    port = free_port()
    assert not healthy(check, port)
    server = "import http.server as h\nclass A(h.BaseHTTPRequestHandler):\n def do_GET(self):\n"
    server += "  self.send_response({'/readyz': 200}.get(self.path, 404)); self.end_headers()\n"
    server += f"h.HTTPServer(('127.0.0.1', {port}), A).serve_forever()"
    with ExitStack() as running:
        running.enter_context(processes.started([sys.executable, "-c", server], stderr=subprocess.DEVNULL))
        until(lambda: healthy(check, port))
