import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import jensenshannon

from fairtune.validation.drift.distances import LARGEST, compared, shannon_terms, stability_terms
from fairtune.validation.drift.measures import Measure, distance, divergence

COUNTS = arrays(np.float64, 12, elements=st.integers(0, 10**9).map(float))


def js(before, after):
    return distance(Measure.JS, divergence(Measure.JS, np.asarray(before, float), np.asarray(after, float)))


def test_the_stability_index_is_what_a_hand_computes():
    found = stability_terms([20, 30, 50], [10, 30, 60])

    by_hand = [(0.1 - 0.2) * math.log(0.1 / 0.2), 0.0, (0.6 - 0.5) * math.log(0.6 / 0.5)]
    assert found == pytest.approx(by_hand)
    assert found.sum() == pytest.approx(0.08755, abs=1e-5)


def test_an_empty_bin_counts_as_a_share_of_one_in_ten_thousand_whatever_the_number_of_rows():
    few, many = stability_terms([100, 0], [99, 1]), stability_terms([10**8, 0], [99 * 10**6, 10**6])

    assert few == pytest.approx(many)
    assert few[1] == pytest.approx((0.01 - 0.0001) * math.log(0.01 / 0.0001))


def test_the_jensen_shannon_distance_is_1_without_a_category_in_common_and_known_in_between():
    assert js([1, 0], [0, 5]) == pytest.approx(1)
    # p = (1, 0), q = (1/2, 1/2): 1 - (3/4) log2(3) + 1/2
    assert js([7, 0], [2, 2]) ** 2 == pytest.approx(1.5 - 0.75 * math.log2(3))


def test_what_docs_say_of_the_limits_in_shares_of_men_and_women_holds():
    assert js([66, 34], [54, 46]) == pytest.approx(0.104, abs=5e-4)
    assert js([66, 34], [42, 58]) == pytest.approx(0.206, abs=5e-4)


@given(COUNTS, COUNTS)
def test_the_jensen_shannon_distance_is_that_of_scipy(before, after):
    assume(before.sum() > 0 and after.sum() > 0)
    assert js(before, after) == pytest.approx(jensenshannon(before, after, base=2), abs=1e-6)


@given(COUNTS, COUNTS)
def test_both_are_symmetric_and_not_negative_and_shannon_is_at_most_1(before, after):
    assume(before.sum() > 0 and after.sum() > 0)
    for measure in (Measure.PSI, Measure.JS, Measure.UNKNOWN):
        there, back = divergence(measure, before, after), divergence(measure, after, before)
        assert there == pytest.approx(back, abs=1e-12)
        assert there >= 0
    assert shannon_terms(before, after).sum() <= 1 + 1e-9


@given(COUNTS, st.integers(1, 1000))
def test_equal_shares_are_no_distance_apart(counts, factor):
    assume(counts.sum() > 0)
    for measure in (Measure.PSI, Measure.JS, Measure.UNKNOWN):
        assert divergence(measure, counts, factor * counts) == pytest.approx(0, abs=1e-12)


@given(COUNTS, COUNTS, COUNTS)
def test_the_jensen_shannon_distance_is_a_metric(one, two, three):
    assume(min(one.sum(), two.sum(), three.sum()) > 0)
    assert js(one, three) <= js(one, two) + js(two, three) + 1e-6


def test_the_largest_of_either_side_are_compared_one_by_one_and_the_tail_as_one():
    before = np.r_[np.full(LARGEST, 10.0), np.ones(1000), np.zeros(1000), 0.0]
    after = np.r_[np.full(LARGEST, 10.0), np.zeros(1000), np.ones(1000), 900.0]

    assert np.flatnonzero(compared(before, after)).tolist() == [*range(LARGEST), 2200]
    # the thousand small names are others altogether: only how much they are together counts
    assert js(before[:-1], after[:-1]) == pytest.approx(0)
    assert js(before, after) > 0.1
    assert jensenshannon(before[:-1], after[:-1], base=2) > 0.5
