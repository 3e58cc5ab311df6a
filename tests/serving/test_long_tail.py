"""Lists that keep places for the long tail: against every list there could be, and on a model."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from fairtune.columns import BlockName
from fairtune.serving import long_tail, requests, starting_points
from fairtune.serving.item_types import types_of
from fairtune.serving.recommender import Recommender
from fairtune.serving.top_k import best

COLUMNS = 7


@settings(deadline=None, max_examples=80)
@given(
    scores=st_numpy.arrays(np.float32, (2, COLUMNS), elements=st.integers(-4, 4).map(float)),
    known=st_numpy.arrays(bool, (2, COLUMNS)),
    tail=st_numpy.arrays(bool, COLUMNS),
    n=st.integers(0, 5),
    share=st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0]),
)
def test_of_all_lists_with_so_many_places_for_the_tail_it_scores_most(scores, known, tail, n, share):
    listed = long_tail.best_with(scores, known, n, tail=tail, share=share)

    assert listed.shape == (2, n)
    for row, columns in enumerate(listed):
        chosen = columns[columns >= 0]
        open_columns = np.flatnonzero(~known[row])
        assert len(chosen) == len(set(chosen.tolist())) == min(n, len(open_columns))
        assert set(chosen) <= set(open_columns)
        assert np.all(columns[len(chosen) :] == -1)
        due = min(long_tail.places(share, n), int(tail[open_columns].sum()))
        assert tail[chosen].sum() >= due
        values = scores[row, chosen]
        assert np.all(np.diff(values) <= 0)
        possible = [
            scores[row, list(each)].sum()
            for each in combinations(open_columns, len(chosen))
            if tail[list(each)].sum() >= due
        ]
        assert values.sum() == max(possible)
    if share == 0:
        np.testing.assert_array_equal(listed, best(scores, known, n))


@pytest.mark.parametrize(("share", "n", "places"), [(0.3, 10, 3), (0.31, 10, 4), (0.0, 10, 0), (1.0, 3, 3)])
def test_a_share_of_the_places_is_rounded_up(share, n, places):
    assert long_tail.places(share, n) == places


@pytest.fixture
def recommender(release):
    return Recommender.load(release)


def listed(recommender, share, *, kind, n=10):
    asker = requests.known_listener(recommender.release, recommender.release.listener_ids[0])
    return next(recommender.for_all([asker], n=n, kind=kind, strict=False, long_tail=share)).items


def test_a_list_keeps_the_share_and_its_scores(recommender):
    everything = listed(recommender, 0.0, kind="artist", n=10_000)
    scores = {item.item_id: item.score for item in everything}
    there_are = sum(item.emerging for item in everything)
    assert there_are >= 2

    for share in (0.2, 0.5, 1.0):
        items = listed(recommender, share, kind="artist")
        assert sum(item.emerging for item in items) >= min(share * len(items), there_are)
        assert [item.rank for item in items] == list(range(1, len(items) + 1))
        assert {item.item_id: item.score for item in items}.items() <= scores.items()
    assert listed(recommender, 0.0, kind="artist") == listed(recommender, 1e-12, kind="artist")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_under_music_types_the_share_holds_for_all_places(recommender, share):
    release = recommender.release
    width = release.width(BlockName.ARTIST)
    scores = np.linspace(1, 0.1, width, dtype=np.float32)
    known = np.zeros(width, dtype=bool)
    types = list(range(release.width(BlockName.MUSIC_TYPE)))
    plain = starting_points.start_with(release, types, scores=scores, known=known, per_type=2)
    tail = np.ones(width, dtype=bool)
    tail[np.concatenate([columns for columns, _ in plain])] = False

    chosen = starting_points.start_with(
        release, types, scores=scores, known=known, per_type=2, tail=tail, tail_share=share
    )

    by_type = release.once("types", lambda: types_of(release, BlockName.ARTIST).transposed())
    placed = in_tail = 0
    for music_type, (columns, values) in zip(types, chosen, strict=True):
        of_type = by_type.row(music_type)[0]
        due = min(long_tail.places(share, placed + 2) - in_tail, int(tail[of_type].sum()), 2)
        assert tail[columns].sum() >= due
        assert len(columns) == min(2, len(of_type))
        assert np.all(np.diff(values) <= 0)
        placed, in_tail = placed + len(columns), in_tail + int(tail[columns].sum())
    assert (in_tail > 0) == (share > 0)


def test_what_is_left_out_is_in_no_list(recommender):
    release = recommender.release
    first = listed(recommender, 0.0, kind="artist")[0]
    column = release.columns(BlockName.ARTIST).ids.index(first.item_id)
    plain = requests.known_listener(release, release.listener_ids[0])
    asker = requests.Request(**{**vars(plain), "left_out": {BlockName.ARTIST: [column]}})

    items = next(recommender.for_all([asker], n=9, kind="artist")).items

    assert [item.item_id for item in items] == [
        item.item_id for item in listed(recommender, 0.0, kind="artist")[1:]
    ]
