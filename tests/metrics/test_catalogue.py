import math

import numpy as np
import pytest
from scipy.sparse import csr_array

from fairtune.metrics import catalogue
from fairtune.metrics.bootstrap import Figure

LISTS = np.array([[0, 1], [0, 2], [0, -1], [-1, -1]], dtype=np.int32)  # of five items; the last list is empty


def test_coverage_and_gini_are_those_computed_by_hand():
    figures = catalogue.whole(LISTS, 5, [1, 2])
    assert figures["coverage@1"] == Figure.exact(1 / 5)
    assert figures["coverage@2"] == Figure.exact(3 / 5)
    # counts 0 0 1 1 3: sum (2i - 6) count = 0 + 2 + 4 * 3 = 14, over 5 items times 5 places
    assert figures["gini@2"].value == pytest.approx(14 / 25)


def test_gini_is_half_the_relative_mean_difference_between_items():
    lists = np.random.default_rng(1).permuted(np.tile(np.arange(30), (40, 1)), axis=1)[:, :4] // 2 * 2
    lists = np.array([[*sorted(set(row)), -1, -1, -1, -1][:4] for row in lists], dtype=np.int32)
    counts = np.bincount(lists[lists >= 0], minlength=30)
    difference = np.abs(counts[:, None] - counts[None, :]).mean()
    assert catalogue.whole(lists, 30, [4])["gini@4"].value == pytest.approx(difference / (2 * counts.mean()))


def test_gini_is_zero_when_every_item_is_listed_equally_often_and_one_when_nothing_is_listed():
    assert catalogue.whole(np.array([[0, 1], [2, 3]]), 4, [2])["gini@2"].value == 0
    assert catalogue.whole(np.full((2, 2), -1), 4, [2])["gini@2"].value == 1


def test_novelty_is_the_mean_self_information_of_a_list_in_bits():
    known = csr_array(np.array([[7, 1, 0, 0, 0], [2, 0, 0, 0, 0], [1, 0, 0, 0, 0], [5, 0, 0, 0, 0]]))
    figures = catalogue.novelty(LISTS, known, [2])["novelty@2"]
    # item 0 is known to all four (0 bits), item 1 to one (2 bits), item 2 to nobody (counts as one)
    np.testing.assert_allclose(figures, [1, 1, 0, math.nan])


def test_shares_average_memberships_over_each_list():
    membership = np.array([[1, 0], [0, 1], [0.5, 0.5], [0, 1], [0, 1]])
    shares = catalogue.shares(LISTS, membership, 2)
    np.testing.assert_allclose(shares, [[0.5, 0.5], [0.75, 0.25], [1, 0], [math.nan, math.nan]])
