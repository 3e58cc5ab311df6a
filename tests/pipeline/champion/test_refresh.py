"""What a run takes from the champion: for the stages that are about to run, and for no other."""

from dataclasses import asdict, replace

import pytest
from tests.registry.champion.crowned import MODEL, crown
from tests.taken import Stages, take
from tests.toy import POINT

from fairtune import files
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.errors import NotThere
from fairtune.pipeline.champion import fits, settings
from fairtune.pipeline.champion.refresh import Refresh
from fairtune.pipeline.stages import champion

OTHER = replace(POINT, factors=2 * POINT.factors)


@pytest.fixture
def chosen():
    return params.load().dataset("demo")


@pytest.fixture
def paths(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    paths = Paths("demo", tmp_path)
    crown(tmp_path, {"hyperparameters": asdict(POINT)})
    return paths


def taken(paths):
    """The files of the champion's, by name."""
    return {
        path.name: files.read_json(path) for path in sorted(paths.champion_settings.parent.glob("*.json"))
    }


def test_where_every_stage_is_up_to_date_nothing_is_taken_and_no_registry_is_asked(
    chosen, tmp_path, monkeypatch
):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    paths = Paths("demo", tmp_path)
    assert not take(chosen, paths, keep=True).looked_again
    assert taken(paths) == {}


def test_settings_are_kept_where_that_is_asked_for(chosen, paths):
    lines = []
    assert take(chosen, paths, "tune", keep=True, say=lines.append).looked_again
    assert settings.read(paths) == settings.Kept(POINT, 1)
    assert lines == ["champion: settings of version 1"]
    take(chosen, paths, "tune")
    assert settings.read(paths) is None


def test_a_promotion_alone_changes_no_file(chosen, paths):
    take(chosen, paths, "tune", keep=True)
    before = taken(paths)
    crown(paths.root, {"hyperparameters": asdict(OTHER)})
    take(chosen, paths, keep=True)
    assert taken(paths) == before
    take(chosen, paths, "matrix", keep=True)  # other data: then tune runs as well, by the present champion
    assert settings.read(paths) == settings.Kept(OTHER, 2)


def test_a_search_is_made_also_where_settings_were_kept(chosen, paths):
    take(chosen, paths, "tune", keep=True)
    take(chosen, paths, keep=True, search=True)
    assert settings.read(paths) is None


def test_what_is_forced_is_taken_anew(chosen, paths):
    take(chosen, paths, force=True)
    assert taken(paths) == {"fits.json": {}, "profile.json": {}, "settings.json": {}}


def test_before_other_stages_nothing_happens(chosen, paths):
    stages = Stages("validate", "tune", "train")
    _, other, *_ = stages.steps("demo")
    Refresh(stages, chosen, paths).before(other, say=print)
    assert taken(paths) == {}


def test_the_stage_writes_what_is_missing_and_leaves_the_rest(chosen, paths):
    take(chosen, paths, "tune", keep=True)
    before = taken(paths)["settings.json"]
    champion.run(chosen, paths, seed=1)
    assert taken(paths) == {"fits.json": {}, "profile.json": {}, "settings.json": before}


def test_fits_that_are_not_those_described_are_an_error(paths):
    fit = paths.champion_fits / "train" / "listener_factors.npy"
    fit.parent.mkdir(parents=True)
    fit.write_bytes(b"factors")
    fits.write(paths, {"model": MODEL, "version": 1, "digest": "d"})
    fit.write_bytes(b"others")
    with pytest.raises(NotThere) as error:
        fits.read(paths)
    assert str(error.value) == (
        f"{paths.champion_fits} is not what fits.json describes: "
        "`fairtune run demo` takes the champion's fits anew"
    )


def test_kept_settings_are_tried_beside_the_librarys_and_nothing_else(chosen):
    kept = settings.instead_of_search(chosen.tune, POINT)
    assert (kept.trials, dict(kept.space), kept.limits) == (2, {}, chosen.tune.limits)
    assert asdict(kept.start) == {**asdict(POINT), "iterations": chosen.tune.start.iterations}
