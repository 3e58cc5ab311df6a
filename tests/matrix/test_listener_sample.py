"""A sample of listeners has the proportions of all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fairtune.matrix.listener_sample import draw


@given(
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=6),
    share=st.floats(0.05, 0.95),
    seed=st.integers(0, 2**31 - 1),
)
def test_every_group_has_its_share_to_the_nearest_listener(sizes, share, seed):
    rng = np.random.default_rng(seed)
    labels = np.repeat([f"group {place}" for place in range(len(sizes))], sizes)
    labels = labels[rng.permutation(len(labels))]
    n_listeners = len(labels)
    size = max(1, int(share * n_listeners))
    rows = draw({"region": labels}, n_listeners, size, seed=seed)
    if rows is None:
        assert size == n_listeners
        return
    assert len(rows) == size
    assert (np.diff(rows) > 0).all()
    for group in np.unique(labels):
        expected = np.count_nonzero(labels == group) * size / n_listeners
        assert abs(np.count_nonzero(labels[rows] == group) - expected) < 1


def test_groups_within_groups_have_their_share_and_the_seed_decides_who_it_is():
    region = np.repeat(["north", "south"], 200)
    gender = np.tile(["f", "m"], 200)
    rows = draw({"region": region, "gender": gender}, 400, 40, seed=1)
    assert np.unique(np.char.add(region, gender)[rows], return_counts=True)[1].tolist() == [10, 10, 10, 10]
    assert rows.tolist() == draw({"region": region, "gender": gender}, 400, 40, seed=1).tolist()
    assert rows.tolist() != draw({"region": region, "gender": gender}, 400, 40, seed=2).tolist()


def test_as_many_as_there_are_is_everybody_and_nothing_is_drawn():
    assert draw({}, 10, None, seed=1) is draw({}, 10, 10, seed=1) is draw({}, 10, 11, seed=1) is None
    assert draw({}, 10, 3, seed=1).shape == (3,)
