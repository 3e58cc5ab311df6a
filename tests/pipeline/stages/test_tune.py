from types import SimpleNamespace

import psutil
import pytest
from tests import trained

from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.errors import TooLarge
from fairtune.pipeline.stages import tune


def test_an_alternative_without_room_is_refused_before_anything_is_fitted(tmp_path, monkeypatch):
    root = trained.project(tmp_path)
    chosen = params.load(root)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=5_000))
    monkeypatch.setattr(tune.objective, "prepare", pytest.fail)
    with pytest.raises(TooLarge) as error:
        tune.run(chosen.datasets["demo"], Paths("demo", root), seed=chosen.seed)
    assert str(error.value) == (
        "autoencoder: 48 columns take 0.0 GiB of memory and 0.0 GiB are free, enough for 20 columns: take "
        "`autoencoder` out of train.alternatives, or free memory"
    )
    assert not (root / "models/demo/alternatives.json").exists()
