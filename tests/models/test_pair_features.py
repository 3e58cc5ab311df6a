"""Features of pairs, counted again by hand and by loops."""

import dataclasses

import numpy as np
import pytest
from scipy.sparse import csr_array
from tests.toy import PLAYED, POINT, build

from fairtune.columns import BlockName, Part
from fairtune.models import als, pair_features

BUILT = build(PLAYED)
FITTED = als.fit(BUILT, Part.TRAIN, POINT, seed=1, threads=1)
HEARD = pair_features.listening(BUILT, Part.TRAIN)
ROWS, ITEMS = (index.ravel() for index in np.indices((5, 6)))
PAIRS = pair_features.Pairs(ROWS, ITEMS, np.zeros(30))
PLAYS = BUILT.plays(Part.TRAIN).toarray()


def cosines():
    factors = FITTED.listener_factors.astype(float)
    unit = factors / np.linalg.norm(factors, axis=1, keepdims=True)
    return unit @ unit.T


def test_biases_recover_an_additive_truth():
    rng = np.random.default_rng(0)
    listeners, items = rng.normal(size=300), rng.normal(size=200)
    rows, columns = np.nonzero(rng.random((300, 200)) < 0.5)
    y = listeners[rows] + items[columns]
    y -= y.mean()
    by_listener, by_item = pair_features.biases(rows, columns, y, shape=(300, 200))
    error = y - by_listener[rows] - by_item[columns]
    assert error.std() < 0.1 * y.std()


def test_standing_is_in_standard_deviations_of_the_listener():
    rng = np.random.default_rng(2)
    scale = np.repeat([0.3, 1.5], 50)
    plays = np.exp(4 + scale[:, None] * rng.normal(size=(100, 400))).astype(np.int64) + 1
    none = csr_array(plays.shape, dtype=np.int64)
    many = dataclasses.replace(BUILT, train=csr_array(plays), valid=none, test=none)
    heard = pair_features.listening(many, Part.TRAIN)
    assert heard.spread == pytest.approx(np.log1p(plays).std(axis=1), rel=0.1)
    assert heard.cells(heard.standing).toarray().std(axis=1) == pytest.approx(np.ones(100), rel=0.1)


def test_what_is_usual_looks_usual_in_a_fuller_part():
    full = dataclasses.replace(BUILT, train=csr_array(np.ones((5, 6), dtype=np.int64)))
    half = dataclasses.replace(BUILT, train=csr_array(np.tile([1, 0, 1, 0, 1, 0], (5, 1))))
    for matrix in (full, half):
        known = pair_features.listening(matrix, Part.TRAIN).known
        assert known["user_items"] == pytest.approx(np.zeros(5))


def test_listeners_alike_are_the_sum_over_all_that_play_the_item():
    known = pair_features.tastes(HEARD, FITTED, BlockName.TRACK, PAIRS)
    surprise = HEARD.cells(HEARD.surprise).toarray()
    alike = cosines() @ (PLAYS > 0)
    surplus = cosines() @ surprise * HEARD.spread[:, None] / HEARD.density
    assert known["als_alike"] == pytest.approx(np.log1p(np.maximum(alike, 0)).ravel(), abs=1e-5)
    assert known["als_alike_surplus"] == pytest.approx(surplus.ravel(), abs=1e-5)


def test_friends_count_if_they_play_the_item_and_weigh_what_they_are_alike():
    known = pair_features.influencers(HEARD, BUILT, FITTED, PAIRS)
    friends = BUILT.sides[BlockName.FRIEND].toarray()
    playing = friends @ (PLAYS > 0)
    weighed = (friends * np.maximum(cosines(), 0) ** 3) @ (PLAYS > 0)
    assert known["influencer_friend_count"] == pytest.approx(np.log1p(playing).ravel())
    assert known["influencer_friend_alike"] == pytest.approx(np.log1p(weighed).ravel(), abs=1e-5)
    assert playing.any()


def test_affinity_is_the_share_of_the_listeners_items_in_the_items_columns():
    known = pair_features.influencers(HEARD, BUILT, FITTED, PAIRS)
    heard = (PLAYS > 0) / np.maximum((PLAYS > 0).sum(axis=1, keepdims=True), 1)
    shares = BUILT.shares[BlockName.MUSIC_TYPE].toarray()
    assert known["influencer_music_type_affinity"] == pytest.approx((heard @ shares @ shares.T).ravel())
    assert known["influencer_music_type_width"] == pytest.approx(np.tile((shares > 0).sum(axis=1), 5))


def test_chunks_change_nothing(monkeypatch):
    whole = pair_features.tastes(HEARD, FITTED, BlockName.TRACK, PAIRS)
    monkeypatch.setattr(pair_features, "CHUNK", 4)
    again = pair_features.tastes(HEARD, FITTED, BlockName.TRACK, PAIRS)
    assert all(whole[name] == pytest.approx(again[name]) for name in whole)
