"""The champion's settings, as the registry has them."""

from dataclasses import asdict

import pytest
from tests.registry.champion.crowned import MODEL, crown
from tests.toy import POINT

from fairtune.errors import RegistryFailed
from fairtune.registry.champion import settings


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path


def test_without_a_registry_there_are_none_and_no_registry_is_made(root):
    assert settings.read(MODEL, root=root) is None
    assert list(root.iterdir()) == []


def test_they_come_with_the_version_that_has_them(root):
    crown(root, {"hyperparameters": asdict(POINT)})
    assert settings.read(MODEL, root=root) == (POINT, 1)


def test_damaged_settings_are_named(root):
    crown(root, {"hyperparameters": {"factors": "many"}})
    with pytest.raises(RegistryFailed) as error:
        settings.read(MODEL, root=root)
    assert str(error.value) == (
        "best.json of the champion, version 1 of fairtune-demo-track, is damaged (ValidationError): restore "
        "it among the registry's artifacts, or search anew"
    )
