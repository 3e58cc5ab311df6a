"""Taste groups: planted ones are found, with their number, and none where there are too few listeners."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from fairtune.evaluation.taste.clustering import FEWEST, MOST, agreement, group


def planted(sizes, *, noise, factors=16, seed=0):
    """Listeners around a direction a group, and the group of each: in mixed order.

    All share a direction, as by popularity, and are of any length: neither must make a group.
    """
    rng = np.random.default_rng(seed)
    directions = np.linalg.qr(rng.standard_normal((factors, len(sizes))))[0].T
    of = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    taste = 1.0 + directions[of] * 3 + noise * rng.standard_normal((len(of), factors))
    return (taste * rng.uniform(0.2, 5, (len(of), 1))).astype(np.float32), of


@pytest.mark.parametrize("number", [5, 7, 9])
def test_planted_groups_are_found_with_their_number(number):
    factors, of = planted([100 - 5 * at for at in range(number)], noise=0.15)
    found = group(factors, min_group=30, seed=1)
    assert found.number == number
    assert adjusted_rand_score(found.labels, of) > 0.98
    assert max(found.stability, key=found.stability.get) == number


def test_groups_are_in_the_order_of_their_sizes_and_the_same_twice():
    factors, _ = planted([40, 90, 60, 50], noise=0.3)
    found = group(factors, min_group=20, seed=4)
    assert (np.diff(np.bincount(found.labels)) <= 0).all()
    again = group(factors, min_group=20, seed=4)
    np.testing.assert_array_equal(found.labels, again.labels)
    assert found.stability == again.stability


def test_a_group_that_is_too_small_goes_to_its_neighbours():
    factors, of = planted([80, 80, 80, 80, 12], noise=0.1)
    found = group(factors, min_group=40, seed=0)
    assert np.bincount(found.labels).min() >= 40
    assert found.number <= 4
    assert (found.labels[of == 4] >= 0).all()


def test_listeners_without_factors_are_in_no_group():
    factors, _ = planted([50, 50, 50, 50], noise=0.2)
    factors[[3, 77]] = 0
    found = group(factors, min_group=20, seed=0)
    assert (found.labels[[3, 77]] == -1).all()
    assert (np.delete(found.labels, [3, 77]) >= 0).all()


@pytest.mark.parametrize(
    ("listeners", "tried"), [(59, []), (60, [2]), (119, [3]), (400, range(FEWEST, MOST + 1))]
)
def test_no_more_groups_are_tried_than_listeners_can_fill(listeners, tried):
    rng = np.random.default_rng(3)
    found = group(rng.standard_normal((listeners, 8)).astype(np.float32), min_group=30, seed=0)
    assert list(found.stability) == list(tried)
    assert (found.labels >= 0).all() == bool(tried)


def test_alike_listeners_do_not_stop_the_grouping():
    found = group(np.ones((40, 4), dtype=np.float32), min_group=5, seed=0)
    assert set(found.labels) == {0}


def test_agreement_is_the_adjusted_rand_index():
    rng = np.random.default_rng(1)
    for groups in (1, 2, 6):
        one, other = rng.integers(0, groups, (2, 200))
        mixed = np.where(rng.random(200) < 0.5, one, other)
        assert agreement(one, mixed) == pytest.approx(adjusted_rand_score(one, mixed))
    assert agreement(one, 5 - one) == 1
