"""A project with an empty registry."""

import shutil
from pathlib import Path

import pytest
from tests.registry.comparison.crowd import Project

from fairtune.registry.client import connection


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory) -> Path:
    """An MLflow database without a row: creating its tables takes seconds, copying it doesn't."""
    root = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("MLFLOW_TRACKING_URI", raising=False)
        with connection.connected(root) as client:
            assert client.search_registered_models() == []
    return root / "mlflow.db"


@pytest.fixture
def project(tmp_path, monkeypatch, empty_store) -> Project:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    return Project(tmp_path)
