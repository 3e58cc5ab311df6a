"""Releases of a tiny world, and a project with an empty registry."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import mlflow_server, postgres

from fairtune.registry.client import connection


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory) -> Path:
    """An MLflow database without a row: creating its tables takes seconds, copying it doesn't."""
    root = tmp_path_factory.mktemp("store")
    with connection.connected(root) as client:
        assert client.search_registered_models() == []
    return root / "mlflow.db"


@pytest.fixture
def project(tmp_path, monkeypatch, empty_store) -> Path:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    (tmp_path / "report.html").write_text("<p>fine</p>", encoding="utf-8")
    (tmp_path / "dvc.lock").write_text("schema: '2.0'\n", encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[str]:
    """URL of an MLflow server on PostgreSQL; where that isn't installed, its tests are skipped but in CI."""
    programs = postgres.programs()
    if programs is None:
        why = "PostgreSQL is not installed: a registry on an MLflow server was not tried"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    with mlflow_server.serving(programs, tmp_path_factory.mktemp("mlflow")) as url:
        yield url


@pytest.fixture(params=["SQLite", "server"])
def anywhere(request, project, monkeypatch) -> Path:
    """Give a project whose registry is SQLite, and one whose registry is a server on PostgreSQL."""
    if request.param == "server":
        (project / "mlflow.db").unlink()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", request.getfixturevalue("server"))
    return project
