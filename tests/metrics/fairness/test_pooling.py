import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fairtune.columns import OTHER, UNKNOWN
from fairtune.metrics.fairness.pooling import pool


def pooled(sizes, min_group):
    pooling = pool(list(sizes), np.array(list(sizes.values()), dtype=float), min_group)
    merged = np.array(list(sizes.values())) @ pooling.merge
    return dict(zip(pooling.names, zip(merged, pooling.compared, strict=True), strict=True))


def test_small_groups_are_pooled_and_together_may_be_large_enough_to_compare():
    assert pooled({"US": 50, "UK": 6, "JP": 4, UNKNOWN: 3}, 10) == {
        "US": (50, True),
        OTHER: (10, True),
        UNKNOWN: (3, False),
    }


def test_what_is_pooled_but_still_small_is_shown_and_not_compared():
    assert pooled({"US": 50, "UK": 6, "DE": 20}, 10) == {
        "US": (50, True),
        "DE": (20, True),
        OTHER: (6, False),
    }


def test_unknown_is_never_compared_however_large_and_comes_last():
    assert list(pooled({UNKNOWN: 90, "a": 50, "b": 1}, 10)) == ["a", OTHER, UNKNOWN]
    assert pooled({UNKNOWN: 90, "a": 50}, 10)[UNKNOWN] == (90, False)


def test_groups_without_a_member_are_not_shown():
    assert pooled({"a": 0, UNKNOWN: 0, "b": 0.5}, 0.25) == {"b": (0.5, True)}


def test_a_group_that_is_called_other_already_takes_the_small_ones_in():
    assert pooled({OTHER: 12, "a": 50, "b": 1}, 10) == {"a": (50, True), OTHER: (13, True)}


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d", OTHER, UNKNOWN]), st.integers(0, 30), min_size=1))
def test_pooling_loses_nobody_and_puts_everybody_in_one_group(sizes):
    pooling = pool(list(sizes), np.array(list(sizes.values()), dtype=float), 10)
    assert (pooling.merge.sum(axis=1) == [size > 0 for size in sizes.values()]).all()
    assert sum(size for size, _ in pooled(sizes, 10).values()) == sum(sizes.values())
