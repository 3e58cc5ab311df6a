from dataclasses import replace

import numpy as np
import pytest
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_array, csr_matrix, hstack
from tests.tiny import ARTIST_MODEL, TRACK_MODEL, make_matrix, train

from fairtune.columns import BlockName, Part
from fairtune.serving.fold_in import fold_in
from fairtune.serving.histories import confidences, of_listener
from fairtune.serving.new_listeners import Likes, share_named
from fairtune.serving.recommender import Recommender
from fairtune.serving.requests import explaining, gram


def fold(recommender, row):
    listening = of_listener(recommender.release, row)
    folded, _ = explaining(recommender.release, listening)
    return folded


@pytest.mark.parametrize(("scaling", "delta"), [("binary", 0), ("log", 0), ("bm25", 0), ("log", 0.5)])
def test_confidences_are_those_the_model_was_fitted_with(tmp_path, scaling, delta):
    matrix = make_matrix(BlockName.MUSIC_TYPE, ARTIST_MODEL)
    fitted = train(tmp_path, matrix, scaling=scaling, delta=delta)
    release = Recommender.load(tmp_path).release
    for block in ARTIST_MODEL:
        expected = fitted.weights[block].confidence(matrix.block(block, Part.ALL), fitted.listener_weights)
        for row in (0, 17, 59):
            cells = of_listener(release, row)[block]
            again = confidences(release, block, cells, weight=release.listener_weight(row))
            assert np.allclose(again, expected[[row]].data, rtol=1e-5)


def test_a_folded_in_factor_is_what_implicit_recalculates(track_release):
    recommender = Recommender.load(track_release)
    release = recommender.release
    matrix = make_matrix(BlockName.TRACK, TRACK_MODEL)
    cells = []
    for block in release.blocks:
        plays = matrix.block(block, Part.ALL).tocsr()
        values = [
            confidences(release, block, of_listener(release, row)[block]) for row in range(plays.shape[0])
        ]
        cells.append(csr_matrix((np.concatenate(values), plays.indices, plays.indptr), shape=plays.shape))
    everything = csr_matrix(hstack(cells), dtype=np.float32)
    implicit = AlternatingLeastSquares(
        factors=8, regularization=release.regularization, alpha=1.0, num_threads=1
    )
    implicit.item_factors = np.concatenate([release.factors(block) for block in release.blocks]).astype("f4")
    implicit.user_factors = release.listener_factors
    rows = np.arange(everything.shape[0])
    expected = implicit.recalculate_user(rows, everything)
    assert np.allclose([fold(recommender, row).factor for row in rows], expected, atol=1e-4)


def test_contributions_add_up_to_the_score():
    rng = np.random.default_rng(3)
    catalogue = rng.normal(size=(30, 5))
    folded = fold_in(
        gram=catalogue.T @ catalogue,
        columns=catalogue[[2, 5, 11]],
        confidences=np.array([3.0, 1.5, 9.0]),
        regularization=0.7,
    )
    scores = catalogue @ folded.factor
    assert np.allclose(folded.contributions(catalogue).sum(axis=1), scores)


@pytest.mark.parametrize("zero_confidence", [1.0, 0.2])
def test_a_factor_minimises_the_weighted_squares_it_stands_for(zero_confidence):
    rng = np.random.default_rng(4)
    catalogue, played = rng.normal(size=(12, 3)), np.array([1, 4, 7])
    confidence, preference = np.full(12, zero_confidence), np.zeros(12)
    confidence[played], preference[played] = [4.0, 2.0, 8.0], 1.0
    folded = fold_in(
        gram=catalogue.T @ catalogue,
        columns=catalogue[played],
        confidences=confidence[played],
        regularization=0.3,
        zero_confidence=zero_confidence,
    )

    def loss(factor):
        return (confidence * (preference - catalogue @ factor) ** 2).sum() + 0.3 * factor @ factor

    steps = 1e-3 * np.concatenate([np.eye(3), -np.eye(3)])
    assert all(loss(folded.factor) < loss(folded.factor + step) for step in steps)


def test_somebody_who_plays_nothing_has_no_taste():
    nobody = fold_in(gram=np.eye(2), columns=np.empty((0, 2)), confidences=np.empty(0), regularization=0.1)
    assert np.array_equal(nobody.factor, np.zeros(2))


def test_likes_are_the_share_of_listening_that_is_named(track_release):
    release = Recommender.load(track_release).release
    matrix = make_matrix(BlockName.TRACK, TRACK_MODEL)
    artists, tracks = (
        np.diff(matrix.block(block, Part.ALL).indptr).mean() for block in (BlockName.ARTIST, BlockName.TRACK)
    )
    assert share_named(release, Likes(artists=(1,))) == pytest.approx(1 / artists)
    assert share_named(release, Likes(artists=(1, 2), tracks=(3,))) == pytest.approx(2 / artists + 1 / tracks)
    assert share_named(release, Likes(tracks=tuple(range(48)))) == 1


def test_new_listeners_are_fitted_to_columns_with_listeners_alone(tmp_path):
    """Factors of what nobody plays come after the fit, from content: they were no zeros to learn from."""
    matrix = make_matrix(BlockName.MUSIC_TYPE, ARTIST_MODEL)
    others = (np.arange(16) != 5).astype(np.int64)  # 5: Aphex Twin
    parts = ("train", "valid", "test")
    heard = {part: csr_array(getattr(matrix, part).toarray() * others) for part in parts}
    fitted = train(tmp_path, replace(matrix, **heard))
    assert np.abs(fitted.column_factors[BlockName.ARTIST][5]).max() > 0
    factors = [f.astype(np.float64) for f in fitted.column_factors.values()]
    everything = sum(f.T @ f for f in factors)
    unplayed = fitted.column_factors[BlockName.ARTIST][5].astype(np.float64)
    assert np.allclose(gram(Recommender.load(tmp_path).release), everything - np.outer(unplayed, unplayed))
