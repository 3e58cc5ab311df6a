"""Features of pairs, counted again by hand and by loops."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from tests.floats import summed
from tests.toy import PLAYED, POINT, build

from fairtune.columns import BlockName, Part
from fairtune.models.als import model as als
from fairtune.models.play_prediction import factor_affinity, pair_features
from fairtune.models.play_prediction.play_statistics import Pairs, listening

BUILT = build(PLAYED)
FITTED = als.fit(BUILT, Part.TRAIN, POINT, seed=1, threads=1)
OBSERVED = listening(BUILT, Part.TRAIN)
ROWS, ITEMS = (index.ravel() for index in np.indices((5, 6)))
PAIRS = Pairs(ROWS, ITEMS, np.zeros(30))
PLAYS = BUILT.plays(Part.TRAIN).toarray()


def unit(factors):
    factors = factors.astype(float)
    return factors / np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-9)


def cosines():
    return unit(FITTED.listener_factors) @ unit(FITTED.listener_factors).T


def test_listeners_alike_are_the_sum_over_all_that_play_the_item():
    known = pair_features.tastes(OBSERVED, FITTED, BlockName.TRACK, PAIRS)
    surprise = OBSERVED.cells(OBSERVED.surprise).toarray()
    alike = cosines() @ (PLAYS > 0)
    surplus = cosines() @ surprise * OBSERVED.spread[:, None] / OBSERVED.density
    assert known["als_alike"] == summed(np.log1p(np.maximum(alike, 0)).ravel())
    assert known["als_alike_surplus"] == summed(surplus.ravel())


def test_an_affinity_is_the_ridge_regression_of_a_listeners_surprises_on_item_factors():
    """And of an item's surprises on listener factors."""
    known = pair_features.tastes(OBSERVED, FITTED, BlockName.TRACK, PAIRS)
    spread = OBSERVED.spread[:, None]
    surprise = OBSERVED.cells(OBSERVED.surprise).toarray()
    listeners, items = unit(FITTED.listener_factors), unit(FITTED.column_factors[BlockName.TRACK])
    by_listener = [ridge(items, surprise[u], PLAYS[u]) for u in range(5)]
    by_item = [ridge(listeners, surprise[:, i], PLAYS[:, i]) for i in range(6)]
    assert known["als_leaning_listener"] == summed((np.array(by_listener) * spread).ravel())
    assert known["als_leaning_item"] == summed((np.array(by_item).T * spread).ravel())
    assert np.abs(known["als_leaning_item"]).max() > 0.01


def ridge(factors, surprise, plays):
    if not plays.any():
        return np.zeros(len(factors))
    model = Ridge(alpha=factor_affinity.RIDGE, fit_intercept=False)
    return model.fit(factors[plays > 0], surprise[plays > 0]).predict(factors)


def test_who_plays_what_everybody_plays_reaches_for_it():
    heard = OBSERVED.known
    amount = np.log1p((PLAYS > 0).sum(axis=0))
    amount -= amount.mean()
    reach = ((PLAYS > 0) @ amount) / ((PLAYS > 0).sum(axis=1) + 1)
    assert heard["user_reach"] == pytest.approx(reach)
    beyond = pair_features.statistics(OBSERVED, PAIRS)["spread_beyond_reach"]
    expected = (amount[None, :] - reach[:, None]) * OBSERVED.spread[:, None]
    assert beyond == pytest.approx(expected.ravel())


def test_chunks_change_nothing(monkeypatch):
    whole = pair_features.tastes(OBSERVED, FITTED, BlockName.TRACK, PAIRS)
    monkeypatch.setattr(factor_affinity, "CHUNK", 4)
    again = pair_features.tastes(OBSERVED, FITTED, BlockName.TRACK, PAIRS)
    assert all(whole[name] == summed(again[name]) for name in whole)
