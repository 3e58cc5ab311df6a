"""Cell weights against the formula, cell by cell."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from fairtune.weights import BM25_B, BM25_K1, block_weights, scaled

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
