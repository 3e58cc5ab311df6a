"""What is unusual about plays, against an additive truth and plays of known spread."""

import dataclasses

import numpy as np
import pytest
from scipy.sparse import csr_array
from tests.toy import PLAYED, build

from fairtune.columns import Part
from fairtune.models.play_prediction.play_statistics import biases, listening

BUILT = build(PLAYED)


def test_biases_recover_an_additive_truth():
    rng = np.random.default_rng(0)
    listeners, items = rng.normal(size=300), rng.normal(size=200)
    rows, columns = np.nonzero(rng.random((300, 200)) < 0.5)
    y = listeners[rows] + items[columns]
    y -= y.mean()
    by_listener, by_item = biases(rows, columns, y, shape=(300, 200))
    error = y - by_listener[rows] - by_item[columns]
    assert error.std() < 0.1 * y.std()


def test_standing_is_in_standard_deviations_of_the_listener():
    rng = np.random.default_rng(2)
    scale = np.repeat([0.3, 1.5], 50)
    plays = np.exp(4 + scale[:, None] * rng.normal(size=(100, 400))).astype(np.int64) + 1
    none = csr_array(plays.shape, dtype=np.int64)
    many = dataclasses.replace(BUILT, train=csr_array(plays), valid=none, test=none)
    heard = listening(many, Part.TRAIN)
    assert heard.spread == pytest.approx(np.log1p(plays).std(axis=1), rel=0.1)
    assert heard.cells(heard.standing).toarray().std(axis=1) == pytest.approx(np.ones(100), rel=0.1)


def test_what_is_usual_looks_usual_in_a_fuller_part():
    full = dataclasses.replace(BUILT, train=csr_array(np.ones((5, 6), dtype=np.int64)))
    half = dataclasses.replace(BUILT, train=csr_array(np.tile([1, 0, 1, 0, 1, 0], (5, 1))))
    for matrix in (full, half):
        known = listening(matrix, Part.TRAIN).known
        assert known["user_items"] == pytest.approx(np.zeros(5))


def test_the_floor_is_how_far_below_their_mean_a_listeners_least_plays_are():
    plays = np.array([[7, 7, 7, 7], [1, 7, 7, 400]])
    none = csr_array(plays.shape, dtype=np.int64)
    two = dataclasses.replace(BUILT, train=csr_array(plays), valid=none, test=none)
    floor = listening(two, Part.TRAIN).known["user_floor"]
    y = np.log1p(plays)
    mean = (y - y.mean()).sum(axis=1) / 5
    assert floor == pytest.approx(np.minimum((y - y.mean() - mean[:, None]).min(axis=1), 0))
    assert floor[1] < floor[0]


def test_a_listener_is_pulled_to_what_many_play_if_that_stands_high_with_them():
    plays = np.ones((40, 10), dtype=np.int64)
    plays[2:, 5:] = 0  # items 0 to 4 have forty listeners, the others two
    plays[0, :5] = plays[1, 5:] = 100
    none = csr_array(plays.shape, dtype=np.int64)
    pull = listening(dataclasses.replace(BUILT, train=csr_array(plays), valid=none, test=none), Part.TRAIN)
    assert pull.known["user_pull"][0] > 0.1
    assert pull.known["user_pull"][1] < -0.1
