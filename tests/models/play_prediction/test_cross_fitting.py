"""Folds: every pair is held out once, and what is fitted on the rest knows nothing of it."""

import dataclasses

import numpy as np
from scipy.sparse import csr_array
from tests.toy import PLAYED, POINT, build

from fairtune.columns import Part
from fairtune.models.als import model as als
from fairtune.models.play_prediction import cross_fitting
from fairtune.models.play_prediction import predictor as play_predictor
from fairtune.models.play_prediction.cross_fitting import FOLDS

BUILT = build(PLAYED)


def folds_of(matrix):
    return list(cross_fitting.held_out(matrix, Part.TRAIN_VALID, folds=FOLDS, seed=3))


def test_each_pair_is_held_out_once_and_is_in_the_rest_otherwise():
    plays = BUILT.plays(Part.TRAIN_VALID).toarray()
    folds = folds_of(BUILT)
    assert (sum(fold.valid.toarray() for fold in folds) == plays).all()
    for fold in folds:
        assert (fold.train.toarray() + fold.valid.toarray() == plays).all()
        assert not ((fold.train.toarray() > 0) & (fold.valid.toarray() > 0)).any()
        assert (fold.test.toarray() == BUILT.test.toarray()).all()


def test_a_listener_has_as_many_pairs_in_each_fold_give_or_take_one():
    rng = np.random.default_rng(5)
    played = csr_array((rng.random((40, 200)) < 0.3).astype(np.int64))
    none = csr_array(played.shape, dtype=np.int64)
    many = dataclasses.replace(BUILT, train=played, valid=none, test=none)
    sizes = np.array([np.diff(fold.valid.indptr) for fold in folds_of(many)])
    assert np.ptp(sizes, axis=0).max() <= 1
    assert (sizes.sum(axis=0) == np.diff(played.indptr)).all()
    assert np.ptp(sizes.sum(axis=1)) < 0.05 * played.nnz  # the odd ones are spread over the folds


def test_features_of_a_held_out_pair_do_not_depend_on_its_plays():
    """Make one fold fifty times as loud: nothing that is known of its pairs changes."""
    fold = folds_of(BUILT)[0]
    louder = dataclasses.replace(fold, valid=csr_array(fold.valid * 50))
    known = []
    for held in (fold, louder):
        pairs = play_predictor.held_out_pairs(held, Part.TRAIN, seed=1)
        fitted = als.fit(held, Part.TRAIN, POINT, seed=1, threads=1)
        known.append(play_predictor.features(held, Part.TRAIN, fitted, pairs))
    assert len(pairs.y)
    assert all((known[0][name] == known[1][name]).all() for name in known[0])
