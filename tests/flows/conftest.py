"""A real Prefect server for a module, with a database of its own, and the toy pipeline to run on it."""

import os
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from tests import processes, toy_pipeline

from fairtune.pipeline.schedule import prefect_server

ROOT = Path(__file__).parents[2]
LIMITS = {"demo": {"limit": 100}, "lfm-2b": {"limit": 1}}  # the first passes its gate, the second doesn't
BRISK = {
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "1",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
}
PATIENT = (  # what a busy machine would break off
    "PREFECT_API_REQUEST_TIMEOUT",
    "PREFECT_SERVER_DATABASE_TIMEOUT",
    "PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS",
)


@pytest.fixture(scope="session")
def database(tmp_path_factory):
    """Give an empty database of Prefect's: making one takes half a minute, copying it doesn't."""
    home = tmp_path_factory.mktemp("database")
    made = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
    processes.run(made, env={**os.environ, "PREFECT_HOME": str(home)}, check=True, capture_output=True)
    return home / "prefect.db"


@pytest.fixture(scope="module", autouse=True)
def api(database, tmp_path_factory):
    """Give the URL of a server that this module's runs, and the commands it starts, talk to."""
    from prefect.context import refresh_global_settings_context

    home = tmp_path_factory.mktemp("prefect")
    shutil.copy(database, home)
    with pytest.MonkeyPatch.context() as patch:
        patient = dict.fromkeys(PATIENT, str(round(processes.PATIENCE)))
        for name, value in {**BRISK, **patient, "PREFECT_HOME": str(home)}.items():
            patch.setenv(name, value)
        patch.setattr(prefect_server, "PATIENCE", processes.PATIENCE)
        patch.setattr(prefect_server, "END", processes.GRACE)
        with prefect_server.running(home, say=lambda _: None, port=0) as url:
            patch.setenv("PREFECT_API_URL", url)
            refresh_global_settings_context()
            yield url
    refresh_global_settings_context()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Give the toy pipeline as working folder, with the flow beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copytree(ROOT / "flows", tmp_path / "flows", ignore=shutil.ignore_patterns("__pycache__"))
    values = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    toy = toy_pipeline.create(tmp_path, limits=LIMITS, params=values)
    for command in (
        "config user.name test",
        "config user.email test@example.org",
        "add dvc.yaml",
        "commit -qm Start",
    ):
        processes.run(["git", *command.split()], cwd=tmp_path, check=True)
    return toy
