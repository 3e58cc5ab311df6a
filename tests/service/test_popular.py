"""The popular list: every region has its share of the places at each length."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fairtune.service.popular import balanced

columns = st.lists(st.tuples(st.integers(0, 50), st.sampled_from("abc")), min_size=1, max_size=40)


def test_places_go_by_the_share_of_listening_and_within_a_region_by_listeners():
    listeners = np.array([40, 30, 20, 5, 5])
    assert balanced(listeners, ["a", "a", "a", "b", "b"], 5) == [0, 1, 2, 3, 4]
    assert balanced(np.array([30, 30, 20, 20]), ["a", "a", "b", "b"], 4) == [0, 2, 1, 3]


@given(columns, st.integers(1, 20))
def test_a_list_holds_each_column_once_and_none_that_nobody_plays(drawn, n):
    listeners = np.array([number for number, _ in drawn])
    chosen = balanced(listeners, [group for _, group in drawn], n)
    assert len(chosen) == len(set(chosen)) == min(n, int((listeners > 0).sum()))
    assert all(listeners[column] > 0 for column in chosen)


@given(columns, st.integers(1, 20))
def test_a_shorter_list_is_the_beginning_of_a_longer_one(drawn, n):
    listeners, groups = np.array([number for number, _ in drawn]), [group for _, group in drawn]
    assert balanced(listeners, groups, n) == balanced(listeners, groups, n + 5)[:n]
