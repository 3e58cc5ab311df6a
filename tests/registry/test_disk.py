"""A registration that runs out of room, on a small file system made for the test."""

import os
from contextlib import contextmanager

import pytest
from tests import processes

from fairtune.errors import RegistryFailed
from fairtune.registry.client import connection, versions
from fairtune.registry.registration.entry import Entry
from fairtune.registry.registration.register import register

pytestmark = [  # MLflow's own, about its types and about pandas 4
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]
NAME = "fairtune-tiny-music_type"


@contextmanager
def small(folder, size):
    """Let `folder` be a file system of so many bytes."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    done = processes.run(mount, check=False, capture_output=True, text=True)
    if done.returncode:
        assert os.geteuid() != 0 or "permission denied" in done.stderr, done.stderr
        pytest.skip(f"no file system can be mounted here, this test did not run: {done.stderr.strip()}")
    try:
        yield
    finally:
        processes.run(["umount", "--lazy", str(folder)], check=True)  # MLflow keeps its database open


def entry(release):
    return Entry(model=NAME, release=release, metrics={}, passed=True)


def loads(root):
    import mlflow.pyfunc

    with connection.connected(root) as client:
        assert versions.aliases(client, NAME)["champion"] == 1
        model = mlflow.pyfunc.load_model(f"models:/{NAME}@champion")
        return len(model.predict([{"user_id": "2"}], params={"n": 2})) == 2


def test_a_full_disk_is_named_and_nothing_is_left_of_the_model_on_it(
    project, release, other_release, tmp_path_factory
):
    register(entry(release), root=project)
    with connection.connected(project) as client:
        models = project / "mlartifacts" / "models"
        kept = tmp_path_factory.mktemp("kept") / "models"
        models.rename(kept)
        with small(models, 65_536):
            with pytest.raises(RegistryFailed) as error:
                register(entry(other_release), root=project)
            assert list(models.iterdir()) == []
        models.rmdir()
        kept.rename(models)
        assert [version.number for version in versions.versions(client, NAME)] == [1]
    assert str(error.value) == (
        "fairtune-tiny-music_type: its files can't be written (No space left on device): nothing was "
        "registered, and the champion stays; make room where MLflow keeps files, then register again"
    )
    assert loads(project)
    assert register(entry(other_release), root=project).version == 2


def test_a_full_disk_under_the_database_is_named(project, release, other_release, tmp_path):
    register(entry(release), root=project)
    size = (project / "mlflow.db").stat().st_size
    with small(tmp_path / "small", size + 20_000):
        (tmp_path / "small" / "mlflow.db").write_bytes((project / "mlflow.db").read_bytes())
        with pytest.raises(RegistryFailed) as error:
            register(entry(other_release), root=tmp_path / "small")
    assert str(error.value) == (
        f"registry sqlite:///{tmp_path}/small/mlflow.db: the disk is full; the champion stays: make room "
        "there, and try again"
    )
    assert loads(project)
