"""What is kept of a good run: dvc.lock with the registered version, results on a branch."""

import hashlib
from pathlib import Path

import pytest
from tests import processes

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.errors import NotThere
from fairtune.pipeline import publish
from fairtune.registry.client import connection, versions

MODEL = "fairtune-demo-track"
LOCK = "schema: '2.0'\nstages:\n  train@demo:\n    cmd: a\n  train@other:\n    cmd: b\n"


@pytest.fixture
def paths(tmp_path, monkeypatch):
    """Give a project whose registry has version 1 of a model, and a receipt of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with connection.connected(tmp_path) as client:
        run = client.create_run(connection.experiment(client, tmp_path))
        client.create_registered_model(MODEL)
        client.create_model_version(MODEL, source=run.info.artifact_uri, run_id=run.info.run_id)
    paths = Paths("demo")
    Path("dvc.lock").write_text(LOCK, encoding="utf-8")
    files.write_json(paths.registration, {"model": MODEL, "version": 1})
    return paths


def kept(folder):
    """Give tag and file of version 1."""
    with connection.connected(Path()) as client:
        version = versions.version(client, MODEL, 1)
        file = versions.fetch(client, version, "dvc.lock", folder)
        return version.tags.get("fairtune.dvc_lock"), file and file.read_text(encoding="utf-8")


def test_the_final_dvc_lock_is_kept_with_the_version_once(paths, tmp_path_factory):
    digest = hashlib.sha256(LOCK.encode()).hexdigest()

    assert publish.record(paths) == f"{MODEL} version 1: dvc.lock recorded, sha256 {digest}"
    assert kept(tmp_path_factory.mktemp("first")) == (digest, LOCK)
    assert publish.record(paths) == f"{MODEL} version 1 has its dvc.lock already"

    other = LOCK.replace("cmd: b", "cmd: another")  # a run of another data set
    Path("dvc.lock").write_text(other, encoding="utf-8")
    assert publish.record(paths) == f"{MODEL} version 1 has its dvc.lock already"

    own = other.replace("cmd: a\n", "cmd: anew\n")
    Path("dvc.lock").write_text(own, encoding="utf-8")
    publish.record(paths)
    assert kept(tmp_path_factory.mktemp("second")) == (hashlib.sha256(own.encode()).hexdigest(), own)


def test_a_version_that_is_gone_is_told(paths):
    files.write_json(paths.registration, {"model": MODEL, "version": 9})

    with pytest.raises(NotThere) as gone:
        publish.record(paths)

    assert str(gone.value) == f"{MODEL} version 9 isn't in the registry: run stage register again"
    assert not paths.recorded.exists()


def test_the_commit_of_results_names_data_set_and_version(paths):
    for command in ("init -q", "config user.name test", "config user.email test@example.org"):
        processes.run(["git", *command.split()], check=True)
    processes.run(["git", "commit", "-qm", "Start", "--allow-empty"], check=True)
    files.write_json(paths.metrics, {"seed": 0})

    told = publish.commit(paths, "nightly")

    shown = ["git", "show", "--format=%s", "--name-only", "nightly"]
    lines = processes.run(shown, check=True, capture_output=True, text=True).stdout.split("\n")
    assert told.startswith("branch nightly: ")
    assert lines == [f"Retrain demo: {MODEL} version 1", "", "dvc.lock", "reports/demo/metrics.json", ""]
    assert publish.commit(paths, "nightly") == "branch nightly has these results already"
