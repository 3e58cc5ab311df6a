"""A project's folder that moved, or was copied: its models load, and the original keeps its own."""

import hashlib
import shutil

import pytest

from fairtune.registry.client import connection, versions
from fairtune.registry.promotion import promote
from fairtune.registry.registration import register as registration
from fairtune.registry.registration import smoke_test
from fairtune.registry.registration.entry import Entry
from fairtune.serving.recommender import Recommender

pytestmark = [  # MLflow's own, about its types and about pandas 4
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]
NAME = "fairtune-tiny-music_type"


@pytest.fixture
def registered(project, release, other_release):
    """A project in a folder of its own, whose second version is champion."""
    home = project / "home"
    home.mkdir()
    for name in ("mlflow.db", "dvc.lock"):
        shutil.move(project / name, home / name)
    for each in (release, other_release):
        registration.register(Entry(model=NAME, release=each, metrics={}, passed=True), root=home)
    return home


def load(root, alias, folder):
    with connection.connected(root) as client:
        version = versions.version(client, NAME, alias)
        release = versions.fetch_release(client, version, folder)
        assert release is not None
        return Recommender.load(release).for_listener(2, n=3).as_dict()


def try_out(release):
    return lambda version: smoke_test.try_out(version.model, version.number, release)


def test_after_a_move_models_load_and_versions_move(registered, release, other_release, tmp_path, capsys):
    expected = load(registered, "champion", tmp_path / "before")
    moved = registered.rename(tmp_path / "another place, with blanks")
    capsys.readouterr()

    assert load(moved, "champion", tmp_path / "after") == expected
    told = capsys.readouterr().err
    assert told.startswith(f"registry: this folder was {registered} when its models were registered: ")
    assert told.endswith(" paths in mlflow.db now lead here\n")
    assert len(told.splitlines()) == 1

    load(moved, "previous", tmp_path / "again")
    assert capsys.readouterr().err == ""  # told once
    by = promote.Mover(who="me", why="tried")
    with connection.connected(moved) as client:
        promote.rollback(client, NAME, by, trial=try_out(release))
        assert versions.version(client, NAME, "champion").number == 1
        second = versions.version(client, NAME, 2)
        forced = promote.Mover(who="me", why="tried", forced=True)
        promote.promote(client, second, forced, trial=try_out(other_release), judge=None)
    third = Entry(model=f"{NAME}-2", release=release, metrics={}, passed=True)
    assert registration.register(third, root=moved).promoted


def test_a_copy_is_on_its_own_and_leaves_the_original_alone(registered, other_release, tmp_path):
    copy = shutil.copytree(registered, tmp_path / "copy")
    before = digests(registered)

    load(copy, "champion", tmp_path / "kept")
    shutil.rmtree(registered / "mlartifacts" / "models")  # the copy doesn't need it
    load(copy, "previous", tmp_path / "kept too")
    entry = Entry(model=f"{NAME}-2", release=other_release, metrics={}, passed=True)
    registration.register(entry, root=copy)

    after = digests(registered)
    assert after == {name: digest for name, digest in before.items() if "mlartifacts/models/" not in name}


def test_without_its_artifacts_a_registry_has_no_release(registered, tmp_path, capsys):
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(registered / "mlflow.db", alone)
    shutil.rmtree(registered)

    with connection.connected(alone) as client:
        version = versions.version(client, NAME, "champion")
        assert versions.fetch_release(client, version, tmp_path / "none") is None
    assert capsys.readouterr().err == ""  # nothing was corrected


def test_a_registry_elsewhere_is_left_alone(registered, tmp_path, monkeypatch):
    """Two projects may share a registry by its address: it keeps the places that it has."""
    other = tmp_path / "other"
    (other / "mlartifacts").mkdir(parents=True)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{registered / 'mlflow.db'}")

    load(other, "champion", tmp_path / "shared")

    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    load(registered, "champion", tmp_path / "own")


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
