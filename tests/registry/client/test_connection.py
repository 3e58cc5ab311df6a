"""Where the registry is: relative files are the project's, and asking makes none."""

import pytest

from fairtune.registry.client import connection


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (None, "sqlite:///{root}/mlflow.db"),
        ("sqlite:///mine.db", "sqlite:///{root}/mine.db"),
        ("sqlite:///deep/mine.db", "sqlite:///{root}/deep/mine.db"),
        ("sqlite:////srv/mine.db", "sqlite:////srv/mine.db"),
        ("mlruns", "{root}/mlruns"),
        ("/srv/mlruns", "/srv/mlruns"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("postgresql://me@db/mlflow", "postgresql://me@db/mlflow"),
        ("databricks", "databricks"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
    ],
)
def test_a_relative_address_is_the_project_s_from_whatever_folder(tmp_path, monkeypatch, named, expected):
    if named is None:
        monkeypatch.delenv(connection.URI, raising=False)
    else:
        monkeypatch.setenv(connection.URI, named)
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    assert connection.uri(tmp_path) == expected.format(root=tmp_path.resolve())


def test_a_file_that_nobody_made_is_no_registry_and_asking_makes_none(tmp_path, monkeypatch):
    monkeypatch.setenv(connection.URI, "sqlite:///mine.db")
    assert not connection.exists(tmp_path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "mine.db").touch()
    assert connection.exists(tmp_path)
    monkeypatch.setenv(connection.URI, "http://127.0.0.1:1")
    assert connection.exists(tmp_path)
