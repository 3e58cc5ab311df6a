"""prefect.yaml on a real server: its deployment fires on its schedule.

With the wrong sqlalchemy Prefect runs flows, but no schedule ever fires: nothing else would notice.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml
from tests import toy_pipeline

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds; it takes about 25


@pytest.fixture
def project(tmp_path):
    """Give the toy pipeline with the flow and the first deployment of prefect.yaml, due every second."""
    toy = toy_pipeline.create(tmp_path)
    shutil.copytree(ROOT / "flows", tmp_path / "flows", ignore=shutil.ignore_patterns("__pycache__"))
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    nightly, *_ = declared["deployments"]
    often = {**nightly, "parameters": {"dataset": "small"}, "schedules": [{"interval": 1}]}
    (tmp_path / "prefect.yaml").write_text(yaml.safe_dump({**declared, "deployments": [often]}))
    return toy


def test_a_deployment_fires_on_its_schedule(project, tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = {
        **os.environ,
        "PREFECT_HOME": str(tmp_path_factory.mktemp("prefect")),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "1",
    }

    def prefect(command):
        whole = [sys.executable, "-m", "prefect", "--no-prompt", *command.split()]
        return subprocess.Popen(whole, cwd=project.root, env=environment, stdout=subprocess.DEVNULL)

    with ending(prefect(f"server start --host 127.0.0.1 --port {port} --no-ui")):
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/api/health"))
        assert prefect("work-pool create --type process fairtune").wait() == 0
        assert prefect("deploy --all").wait() == 0
        with ending(prefect("worker start --pool fairtune --limit 1")):
            wait_for((project.root / "reports/small/shipped").exists)


@contextmanager
def ending(process):
    """End the process with the block, gently, so that it ends what it started."""
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)


def answers(url):
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False
