from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_array

from fairtune.errors import BadRanking
from fairtune.metrics import ranking
from fairtune.metrics.ranking import NOTHING, rank


def ranked_by_hand(scores, known, k):
    lists = []
    for row, masked in zip(scores, known, strict=True):
        left = [item for item in range(len(row)) if not masked[item] and row[item] > -np.inf]
        best = sorted(left, key=lambda item: (-row[item], item))[:k]
        lists.append(best + [NOTHING] * (k - len(best)))
    return np.array(lists).reshape(len(scores), k)


@st.composite
def catalogues(draw):
    """Few distinct scores, so that nearly everything ties; some are -inf; any share of items is known."""
    shape = draw(st.tuples(st.integers(1, 6), st.integers(1, 12)))
    scores = draw(
        hnp.arrays(np.float32, shape, elements=st.sampled_from([-np.inf, -1.0, -0.0, 0.0, 0.5, 2.0]))
    )
    return scores, draw(hnp.arrays(bool, shape))


@given(catalogues(), st.integers(1, 15), st.integers(1, 4), st.integers(1, 3), st.integers(1, 13))
@settings(max_examples=500, deadline=None)
def test_lists_are_those_of_a_full_sort_with_ties_by_item_index(catalogue, k, block, threads, run):
    scores, known = catalogue
    with mock.patch.object(ranking, "RUN", run):
        lists = rank(lambda rows: scores[rows], csr_array(known), k, block=block, threads=threads)
    assert lists.dtype == np.int32
    np.testing.assert_array_equal(lists, ranked_by_hand(scores, known, k))


def test_real_valued_scores_give_the_same_lists_for_any_block_and_number_of_threads():
    rng = np.random.default_rng(3)
    scores = rng.standard_normal((50, 400)).astype(np.float32)
    known = rng.random((50, 400)) < 0.2
    by_hand = ranked_by_hand(scores, known, 20)
    for block, threads in ((None, 1), (1, 2), (7, 3), (50, 1)):
        lists = rank(lambda rows: scores[rows], csr_array(known), 20, block=block, threads=threads)
        np.testing.assert_array_equal(lists, by_hand)


def test_a_known_item_is_masked_whatever_its_stored_value():
    known = csr_array((np.array([0.0]), np.array([1]), np.array([0, 1])), shape=(1, 3))
    assert rank(lambda rows: np.array([[1.0, 9.0, 5.0]])[rows], known, 3).tolist() == [[2, 0, NOTHING]]


def test_only_the_listeners_asked_for_are_scored_and_keep_their_order():
    scores = np.arange(12, dtype=np.float32).reshape(4, 3)
    known = csr_array(np.array([[0, 0, 1], [0, 0, 0], [0, 0, 0], [1, 1, 1]], dtype=bool))
    seen = []

    def score(rows):
        seen.extend(rows.tolist())
        return scores[rows]

    lists = rank(score, known, 2, listeners=np.array([3, 0]))
    assert lists.tolist() == [[NOTHING, NOTHING], [1, 0]]
    assert seen == [3, 0]


def test_scores_that_a_model_keeps_are_not_written_to():
    popularity = np.array([3.0, 2.0, 1.0], dtype=np.float32)
    known = csr_array(np.eye(3, dtype=bool))
    lists = rank(lambda rows: np.broadcast_to(popularity, (len(rows), 3)), known, 1)
    assert lists.tolist() == [[1], [0], [0]]
    assert popularity.tolist() == [3.0, 2.0, 1.0]


def test_scores_that_are_nan_are_named_with_their_listener():
    scores = np.zeros((3, 2), dtype=np.float32)
    scores[2, 1] = np.nan
    with pytest.raises(BadRanking) as caught:
        rank(lambda rows: scores[rows], csr_array((3, 2)), 1, block=2)
    assert str(caught.value) == (
        "ranking: the scores of listener row 2 hold NaN: the model did not converge; "
        "raise regularization or lower alpha"
    )


def test_scores_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"scores have shape \(2, 5\), expected \(2, 4\)"):
        rank(lambda rows: np.zeros((len(rows), 5)), csr_array((2, 4)), 1)


def test_nobody_to_rank_gives_no_lists():
    assert rank(lambda rows: np.zeros((len(rows), 4)), csr_array((0, 4)), 3).shape == (0, 3)
