import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from fairtune.metrics import beyond_accuracy
from fairtune.metrics.bootstrap import Figure

LISTS = np.array([[0, 1], [0, 2], [0, -1], [-1, -1]], dtype=np.int32)  # of five items; the last list is empty


def test_coverage_and_gini_are_those_computed_by_hand():
    figures = beyond_accuracy.whole(LISTS, 5, [1, 2])
    assert figures["coverage@1"] == Figure.exact(1 / 5)
    assert figures["coverage@2"] == Figure.exact(3 / 5)
    # counts 0 0 1 1 3: sum (2i - 6) count = 0 + 2 + 4 * 3 = 14, over 5 items times 5 places
    assert figures["gini@2"].value == pytest.approx(14 / 25)


def test_gini_is_half_the_relative_mean_difference_between_items():
    lists = np.random.default_rng(1).permuted(np.tile(np.arange(30), (40, 1)), axis=1)[:, :4] // 2 * 2
    lists = np.array([[*sorted(set(row)), -1, -1, -1, -1][:4] for row in lists], dtype=np.int32)
    counts = np.bincount(lists[lists >= 0], minlength=30)
    difference = np.abs(counts[:, None] - counts[None, :]).mean()
    assert beyond_accuracy.whole(lists, 30, [4])["gini@4"].value == pytest.approx(
        difference / (2 * counts.mean())
    )


def test_gini_is_zero_when_every_item_is_listed_equally_often_and_one_when_nothing_is_listed():
    assert beyond_accuracy.whole(np.array([[0, 1], [2, 3]]), 4, [2])["gini@2"].value == 0
    assert beyond_accuracy.whole(np.full((2, 2), -1), 4, [2])["gini@2"].value == 1


def test_bits_are_the_self_information_of_an_item():
    known = csr_array(np.array([[7, 1, 0, 0, 0], [2, 0, 0, 0, 0], [1, 0, 0, 0, 0], [5, 0, 0, 0, 0]]))
    # item 0 is known to all four (0 bits), item 1 to one (2 bits), the others to nobody (count as one)
    assert beyond_accuracy.bits(known).tolist() == [0, 2, 2, 2, 2]
    novelty = beyond_accuracy.shares(LISTS, beyond_accuracy.bits(known)[:, None], 2)[:, 0]
    np.testing.assert_allclose(novelty, [1, 1, 0, math.nan])


def test_shares_average_memberships_over_each_list():
    membership = np.array([[1, 0], [0, 1], [0.5, 0.5], [0, 1], [0, 1]])
    shares = beyond_accuracy.shares(LISTS, membership, 2)
    np.testing.assert_allclose(shares, [[0.5, 0.5], [0.75, 0.25], [1, 0], [math.nan, math.nan]])


def unit(rows):
    rows = np.array(rows, dtype=float)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return csr_array(np.divide(rows, length, out=np.zeros_like(rows), where=length > 0))


def test_diversity_of_three_lists_is_that_computed_by_hand():
    profiles = unit([[1, 0], [0, 1], [1, 1], [0, 0]])  # item 3: nothing is known of it
    lists = np.array([[0, 1, 2], [0, 1, 3], [0, 3, -1]], dtype=np.int32)
    by_hand = [1 - (0 + 2 * math.sqrt(0.5)) / 3, 1, math.nan]
    np.testing.assert_allclose(beyond_accuracy.diversity(lists, profiles, 3), by_hand)
    np.testing.assert_allclose(beyond_accuracy.diversity(lists, profiles, 2), [1, 1, math.nan])


@given(st.integers(0, 10**6), st.integers(2, 8), st.sampled_from([3, 40]))
@settings(deadline=None, max_examples=40)
def test_diversity_is_one_minus_the_mean_cosine_over_all_pairs(seed, k, n_features):
    rng = np.random.default_rng(seed)
    rows = rng.random((12, n_features)) * (rng.random((12, n_features)) < 0.5)
    lists = rng.permuted(np.tile(np.arange(12), (5, 1)), axis=1)[:, :k].astype(np.int32)
    expected = []
    for items in lists:
        known = [rows[item] for item in items if rows[item].any()]
        cosines = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in itertools.combinations(known, 2)]
        expected.append(1 - np.mean(cosines) if cosines else math.nan)
    np.testing.assert_allclose(beyond_accuracy.diversity(lists, unit(rows), k), expected, atol=1e-12)


@given(st.integers(1, 6), st.integers(2, 20))
def test_diversity_of_artists_is_the_share_of_pairs_by_different_ones(n_artists, k):
    artist = np.arange(k) % n_artists
    lists = np.arange(k, dtype=np.int32)[None, :]
    alike = sum(a == b for a, b in itertools.combinations(artist, 2))
    expected = 1 - alike / math.comb(k, 2)
    assert beyond_accuracy.diversity(lists, unit(np.eye(n_artists)[artist]), k)[0] == pytest.approx(expected)


def test_diversity_does_not_depend_on_how_listeners_are_cut_into_blocks(monkeypatch):
    profiles, lists = unit(np.random.default_rng(0).random((9, 4))), np.arange(36).reshape(-1, 3) % 9
    whole = beyond_accuracy.diversity(lists, profiles, 3)
    monkeypatch.setattr(beyond_accuracy, "LISTENERS_PER_BLOCK", 5)
    np.testing.assert_array_equal(beyond_accuracy.diversity(lists, profiles, 3), whole)


def test_diversity_without_profiles_is_not_known():
    assert np.isnan(beyond_accuracy.diversity(LISTS, None, 2)).all()
