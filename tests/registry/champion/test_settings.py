"""The champion's settings are kept where that is asked for, and only there."""

import os
from dataclasses import asdict

import pytest
from tests.toy import POINT

from fairtune import files
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.errors import RegistryFailed
from fairtune.registry.champion import settings as champion_settings
from fairtune.registry.client import connection

MODEL = "fairtune-demo-track"


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv(champion_settings.VARIABLE, "1")
    return tmp_path


def crown(root, best):
    """Make a version with this best.json champion."""
    files.write_json(root / "best.json", best)
    with connection.connected(root) as client:
        run = client.create_run(connection.experiment(client, root))
        client.log_artifact(run.info.run_id, str(root / "best.json"))
        client.create_registered_model(MODEL)
        source = f"runs:/{run.info.run_id}/model"
        client.create_model_version(MODEL, source=source, run_id=run.info.run_id)
        client.set_registered_model_alias(MODEL, "champion", "1")


def test_without_a_registry_nothing_is_kept_and_none_is_made(root):
    assert champion_settings.kept(MODEL, root=root) is None
    assert list(root.iterdir()) == []


def test_the_champions_settings_are_kept_only_where_that_is_asked_for(root, monkeypatch):
    crown(root, {"hyperparameters": asdict(POINT)})
    assert champion_settings.kept(MODEL, root=root) == (POINT, 1)
    monkeypatch.delenv(champion_settings.VARIABLE)
    assert champion_settings.kept(MODEL, root=root) is None


def test_damaged_settings_are_named(root):
    crown(root, {"hyperparameters": {"factors": "many"}})
    with pytest.raises(RegistryFailed) as error:
        champion_settings.kept(MODEL, root=root)
    assert str(error.value) == (
        "best.json of the champion, version 1 of fairtune-demo-track, is damaged (ValidationError): restore "
        "it among the registry's artifacts, or search anew"
    )


def test_a_search_that_keeps_settings_tries_them_beside_the_librarys_and_nothing_else():
    tune = params.load().dataset("demo").tune
    kept = champion_settings.instead_of_search(tune, POINT)
    assert (kept.trials, dict(kept.space), kept.limits) == (2, {}, tune.limits)
    assert asdict(kept.start) == {**asdict(POINT), "iterations": tune.start.iterations}


def test_while_a_run_keeps_settings_the_stages_know_and_a_search_forgets_what_was_kept(root, monkeypatch):
    monkeypatch.delenv(champion_settings.VARIABLE)
    paths = Paths("demo", root)
    files.write_json(paths.best, {"number": 1, "kept_from": 3})
    with champion_settings.keeping(paths, search=False):
        assert os.environ[champion_settings.VARIABLE] == "1"
    assert paths.best.exists()
    with champion_settings.keeping(paths, search=True):
        assert os.environ[champion_settings.VARIABLE] == "0"
    assert champion_settings.VARIABLE not in os.environ
    assert not paths.best.exists()


def test_what_a_search_chose_is_not_searched_for_again(root):
    paths = Paths("demo", root)
    files.write_json(paths.best, {"number": 4})
    champion_settings.forget(paths)
    assert paths.best.exists()
