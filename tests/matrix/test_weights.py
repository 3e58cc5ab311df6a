"""Cell weights against the formula, cell by cell."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from fairtune.matrix.weights import BM25_B, BM25_K1, block_weights, listener_weights, scaled

PLAYS = csr_array(np.array([[3, 0, 1], [10, 2, 0], [1, 0, 0]]))
GROUPS = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
LISTENERS = [3, 1, 1]


def test_beta_and_gamma_of_zero_and_binary_plays_are_plain_als():
    weights = block_weights(PLAYS, weight=4, beta=0, gamma=0, scaling="binary", membership=GROUPS)
    assert weights.confidence(PLAYS).data.tolist() == [5.0] * PLAYS.nnz


@given(st.floats(0, 2), st.floats(0, 2), st.floats(0.1, 40))
def test_every_cell_follows_the_formula(beta, gamma, weight):
    found = block_weights(PLAYS, weight=weight, beta=beta, gamma=gamma, scaling="log", membership=GROUPS)
    confidence = found.confidence(PLAYS).toarray()
    # r(g): interactions per column of g; group 0 has columns 0 and half of 2, group 1 column 1 and half of 2
    rate = [(3 + 0.5 * 1) / 1.5, (1 + 0.5 * 1) / 1.5]
    of = [rate[0], rate[1], (rate[0] + rate[1]) / 2]
    logs = [math.log(4), math.log(2), math.log(11), math.log(3), math.log(2)]
    for row, column in zip(*PLAYS.nonzero(), strict=True):
        s = math.log1p(PLAYS[row, column]) / (sum(logs) / 5)
        popularity = (LISTENERS[column] / (5 / 3)) ** -beta
        group = (of[column] / (sum(of) / 3)) ** -gamma
        assert confidence[row, column] == pytest.approx(1 + weight * s * popularity * group, rel=1e-5)


def test_bm25_saturates_counts_and_discounts_what_everybody_plays():
    cells = csr_array((scaled(PLAYS, "bm25"), PLAYS.indices, PLAYS.indptr), shape=PLAYS.shape).toarray()
    assert cells[1, 0] == cells[0, 0] == 0  # all three listeners play column 0: ln(3) - ln(1 + 3) < 0
    length = 1 - BM25_B + BM25_B * 12 / (17 / 3)
    expected = 2 * (BM25_K1 + 1) / (BM25_K1 * length + 2) * (math.log(3) - math.log(2))
    assert cells[1, 1] == pytest.approx(expected)


def test_columns_nobody_plays_get_a_finite_weight():
    plays = csr_array(np.array([[1, 0], [2, 0]]))
    weights = block_weights(plays, weight=1, beta=0.5, gamma=0.5, scaling="log", membership=np.eye(2))
    assert np.isfinite(weights.multipliers).all()


def test_delta_of_one_gives_every_group_of_listeners_the_same_weight_in_all():
    plays = csr_array(np.array([[1, 1, 1], [1, 0, 0], [1, 1, 0], [0, 1, 0]]))
    groups = np.array([0, 1, 0, -1])
    weights = listener_weights(plays, delta=1, groups=groups)
    assert weights[0] * 3 + weights[2] * 2 == pytest.approx(weights[1] * 1)
    assert weights[3] == 1  # unknown
    # q: 5, 1, 5 interactions, mean 11 / 3
    assert listener_weights(plays, delta=0.5, groups=groups)[:3] == pytest.approx(
        [(15 / 11) ** -0.5, (3 / 11) ** -0.5, (15 / 11) ** -0.5]
    )


def test_without_groups_everybody_is_balanced_by_what_they_play_themselves():
    weights = listener_weights(PLAYS, delta=1)
    assert (weights * np.diff(PLAYS.indptr)).tolist() == pytest.approx([5 / 3] * 3)
    assert listener_weights(PLAYS, delta=0).tolist() == [1, 1, 1]


def test_the_weight_of_a_listener_multiplies_that_of_their_cells():
    found = block_weights(PLAYS, weight=2, beta=0.3, gamma=0.0, scaling="log")
    plain = found.confidence(PLAYS).toarray() - 1
    listeners = np.array([1.0, 0.5, 3.0], dtype=np.float32)
    weighed = found.confidence(PLAYS, listeners).toarray() - 1
    assert weighed[PLAYS.nonzero()] == pytest.approx((plain * listeners[:, None])[PLAYS.nonzero()], rel=1e-5)
