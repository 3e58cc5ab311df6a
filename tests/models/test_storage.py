"""What is written comes back as it was, in the same bytes each time."""

import hashlib
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from tests.toy import PLAYED, POINT, build

from fairtune import files
from fairtune.columns import BlockName, Part
from fairtune.matrix import storage as matrix_storage
from fairtune.models import release
from fairtune.models import storage as model_storage
from fairtune.models.als import model as als
from fairtune.models.baselines.catalogue import ALTERNATIVES
from fairtune.models.play_prediction import predictor as play_predictor
from fairtune.models.play_prediction import regression
from fairtune.models.play_prediction import storage as predictor_storage


def digest(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_matrix_comes_back_as_it_was(tmp_path):
    built = build(PLAYED)
    matrix_storage.write_matrix(tmp_path / "a", built)
    matrix_storage.write_matrix(tmp_path / "b", build(PLAYED))
    read = matrix_storage.read_matrix(tmp_path / "a")
    for part in Part:
        for block in built.blocks:
            assert (read.block(block, part).toarray() == built.block(block, part).toarray()).all()
    assert read.columns[BlockName.TRACK]["name"].tolist() == built.columns[BlockName.TRACK]["name"].tolist()
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


@pytest.mark.parametrize("delta", [0.0, 0.5])
def test_a_fit_comes_back_as_it_was(tmp_path, delta):
    built = build(PLAYED)
    fitted = als.fit(built, Part.ALL, replace(POINT, delta=delta), seed=1, threads=1)
    model_storage.write_als(tmp_path, fitted)
    read = model_storage.read_als(tmp_path)
    rows = np.arange(5)
    assert (read.listener_weights is None) == (delta == 0)
    if delta:
        assert read.listener_weights.tolist() == fitted.listener_weights.tolist() != [1] * 5
    for block in built.item_blocks:
        assert (read.scores(rows, block) == fitted.scores(rows, block)).all()
        plays = built.block(block, Part.ALL)
        again = read.weights[block].confidence(plays).data
        assert (again == fitted.weights[block].confidence(plays).data).all()


@pytest.mark.parametrize("scaling", ["binary", "log"])
def test_neighbours_come_back_as_they_were_and_go_with_the_model_that_had_them(tmp_path, scaling):
    built = build(PLAYED)
    chosen = replace(POINT, share=0.4, neighbour_inputs="items", neighbour_scaling=scaling)
    fitted = als.fit(built, Part.ALL, chosen, seed=1, threads=1)
    model_storage.write_als(tmp_path, fitted)
    first = digest(tmp_path)
    read = model_storage.read_als(tmp_path)
    assert (read.scores(np.arange(5), BlockName.TRACK) == fitted.scores(np.arange(5), BlockName.TRACK)).all()
    assert read.neighbours.inputs == fitted.neighbours.inputs
    model_storage.write_als(tmp_path, read)
    assert digest(tmp_path) == first
    model_storage.write_als(tmp_path, als.fit(built, Part.ALL, POINT, seed=1, threads=1))
    assert model_storage.read_als(tmp_path).neighbours is None
    assert not list(tmp_path.glob("neighbour*"))


@pytest.mark.parametrize(
    "name", [name for name in ALTERNATIVES if name != "variational_autoencoder" or find_spec("torch")]
)
def test_an_alternative_comes_back_as_it_was(tmp_path, name):
    kind = ALTERNATIVES[name]
    fitted = kind.fit(build(PLAYED), Part.TRAIN, seed=1, threads=1)
    model_storage.write_model(tmp_path, fitted)
    read = model_storage.read_model(tmp_path, kind)
    assert (read.scores(np.arange(5)) == fitted.scores(np.arange(5))).all()


def test_a_play_predictor_comes_back_as_it_was(tmp_path):
    built = build(PLAYED)
    predictor = play_predictor.learn(
        built,
        Part.TRAIN_VALID,
        lambda held: als.fit(held, Part.TRAIN, POINT, seed=1, threads=1),
        folds=10,
        seed=1,
    )
    predictor_storage.write_play_predictor(tmp_path / "a.json", predictor)
    read = predictor_storage.read_play_predictor(tmp_path / "a.json")
    assert list(read.rungs) == list(predictor.rungs)
    predictor_storage.write_play_predictor(tmp_path / "b.json", read)
    assert digest(tmp_path)["a.json"] == digest(tmp_path)["b.json"]
    known = {name: np.linspace(-1, 1, 5) for name in predictor.rungs["bias_als_influencers"].names}
    rung = predictor.without[BlockName.FRIEND]
    assert (
        regression.predict(read.without[BlockName.FRIEND], known, 5) == regression.predict(rung, known, 5)
    ).all()


def test_a_release_holds_the_confidences_that_the_model_was_fitted_with(tmp_path):
    built = build(PLAYED)
    fitted = als.fit(built, Part.ALL, POINT, seed=1, threads=1)
    release.write_release(tmp_path, fitted, built, POINT, dataset="toy", seed=1)
    manifest = files.read_json(tmp_path / "manifest.json")
    assert manifest["blocks"] == ["track", "artist", "music_type", "friend"]
    for block in built.blocks:
        plays = files.read_sparse(tmp_path / f"plays_{block}.npz")
        scaling = manifest["scaling"][block]
        multipliers = files.read_array(tmp_path / f"multipliers_{block}.npy")
        confidence = 1 + multipliers[plays.indices] * np.log1p(plays.data) / scaling["scale"]
        assert confidence == pytest.approx(fitted.weights[block].confidence(plays).data, rel=1e-5)
    columns = files.read_table(tmp_path / "columns_artist.parquet")
    assert columns["name"].tolist() == ["a", "b", "c", "d"]
    assert columns["listeners"].tolist() == [
        len({user for user, item in PLAYED if item in of}) for of in ({0, 1}, {2}, {3, 4}, {5})
    ]
