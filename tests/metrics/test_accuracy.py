import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from implicit.evaluation import ranking_metrics_at_k
from scipy.sparse import csr_array, csr_matrix
from sklearn.metrics import ndcg_score

from fairtune.errors import BadRanking
from fairtune.metrics.accuracy import per_listener


def sparse(truths, n_items):
    dense = np.zeros((len(truths), n_items))
    for row, items in enumerate(truths):
        dense[row, list(items)] = 1
    return csr_array(dense)


# Five listeners: two hits of three, a perfect list, nothing found, a list of one item, no truth at all.
LISTS = np.array([[4, 1, 2], [0, 3, 5], [0, 1, 2], [5, -1, -1], [0, 1, 2]], dtype=np.int32)
TRUTH = [{1, 2, 0}, {0, 3, 5, 1}, {5}, {5, 4}, set()]
BEST_3 = 1 + 1 / math.log2(3) + 1 / 2
BEST_2 = 1 + 1 / math.log2(3)
NAN = math.nan
BY_HAND = {
    "recall@3": [2 / 3, 3 / 4, 0, 1 / 2, NAN],
    "precision@3": [2 / 3, 1, 0, 1 / 3, NAN],
    "hit@3": [1, 1, 0, 1, NAN],
    "mrr@3": [1 / 2, 1, 0, 1, NAN],
    "map@3": [(1 / 2 + 2 / 3) / 3, 1, 0, 1 / 2, NAN],
    "ndcg@3": [(1 / math.log2(3) + 1 / 2) / BEST_3, 1, 0, 1 / BEST_2, NAN],
    "recall@1": [0, 1 / 4, 0, 1 / 2, NAN],
    "precision@1": [0, 1, 0, 1, NAN],
    "hit@1": [0, 1, 0, 1, NAN],
    "mrr@1": [0, 1, 0, 1, NAN],
    "map@1": [0, 1, 0, 1, NAN],
    "ndcg@1": [0, 1, 0, 1, NAN],
}


def test_five_listeners_have_the_figures_computed_by_hand():
    figures = per_listener(LISTS, sparse(TRUTH, 6), [1, 3])
    assert set(figures) == set(BY_HAND)
    for name, expected in BY_HAND.items():
        np.testing.assert_allclose(figures[name], expected, err_msg=name)


@st.composite
def evaluations(draw):
    n_items = draw(st.integers(3, 9))
    row = st.permutations(range(n_items)).map(tuple)
    lists = np.array(draw(st.lists(row, min_size=1, max_size=5)))
    truth = [draw(st.sets(st.integers(0, n_items - 1), min_size=1)) for _ in lists]
    return lists.astype(np.int32), truth, n_items


@given(evaluations())
@settings(deadline=None)
def test_ndcg_is_that_of_scikit_learn(evaluation):
    lists, truth, n_items = evaluation
    scores = np.empty(lists.shape)
    np.put_along_axis(scores, lists, np.broadcast_to(-np.arange(n_items, dtype=float), lists.shape), axis=1)
    dense = sparse(truth, n_items)
    figures = per_listener(lists, dense, [1, 2, 3])
    for k in (1, 2, 3):
        expected = ndcg_score(dense.toarray(), scores, k=k)
        assert figures[f"ndcg@{k}"].mean() == pytest.approx(expected)


@dataclass
class Recommender:
    """What implicit's evaluation asks of a model: the lists, as they are."""

    lists: np.ndarray

    def recommend(self, rows, _known, N):  # noqa: N803 - implicit's name
        return self.lists[rows][:, :N], None


@given(evaluations())
@settings(deadline=None)
def test_ndcg_and_map_are_those_of_implicit(evaluation):
    lists, truth, n_items = evaluation
    wanted = csr_matrix(sparse(truth, n_items + 1))  # its AUC needs an item that nobody wants
    known = csr_matrix(wanted.shape)
    ours = per_listener(lists, sparse(truth, n_items), [3])
    theirs = ranking_metrics_at_k(Recommender(lists), known, wanted, K=3, show_progress=False, num_threads=1)
    assert ours["ndcg@3"].mean() == pytest.approx(theirs["ndcg"])
    assert ours["map@3"].mean() == pytest.approx(theirs["map"])


@given(evaluations(), st.integers(1, 3))
@settings(deadline=None)
def test_figures_keep_the_identities_between_them(evaluation, k):
    lists, truth, n_items = evaluation
    figures = per_listener(lists, sparse(truth, n_items), [k, n_items])
    size = np.array([len(items) for items in truth])
    recall, precision, ndcg, average, reciprocal, hit = (
        figures[f"{name}@{k}"] for name in ("recall", "precision", "ndcg", "map", "mrr", "hit")
    )
    np.testing.assert_allclose(recall * size, precision * k)
    np.testing.assert_array_equal(hit == 1, recall > 0)
    np.testing.assert_array_equal(reciprocal > 0, hit == 1)
    assert (reciprocal <= hit).all()
    assert (average <= ndcg + 1e-12).all()
    assert (ndcg <= 1 + 1e-12).all()
    np.testing.assert_allclose(
        figures[f"recall@{n_items}"], 1
    )  # everything is listed, so everything is found


@given(evaluations())
@settings(deadline=None)
def test_listing_the_truth_first_is_perfect(evaluation):
    _, truth, n_items = evaluation
    ideal = np.array([sorted(items) + sorted(set(range(n_items)) - items) for items in truth], dtype=np.int32)
    figures = per_listener(ideal, sparse(truth, n_items), [3])
    for name in ("ndcg@3", "map@3", "mrr@3", "hit@3"):
        np.testing.assert_allclose(figures[name], 1)


def test_listeners_without_any_truth_are_all_nan():
    figures = per_listener(LISTS, csr_array((5, 6)), [2])
    assert all(np.isnan(values).all() for values in figures.values())


def test_an_item_twice_in_a_list_is_named():
    with pytest.raises(BadRanking) as caught:
        per_listener(np.array([[0, 1], [3, 3]], dtype=np.int32), sparse([{0}, {3}], 4), [2])
    assert str(caught.value) == (
        "ranking: the list of row 1 names item 3 twice: "
        "a list holds each item once, and ends in -1 where it is shorter"
    )


def test_a_figure_deeper_than_the_lists_is_refused():
    with pytest.raises(ValueError, match="lists have 3 places, figures at 4 need as many"):
        per_listener(LISTS, sparse(TRUTH, 6), [4])
