"""Which rows are learned from, tuned on and tested on."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairtune import splits
from fairtune.columns import ITEM, SPLIT, TIMESTAMP, USER
from fairtune.errors import BadSplit
from fairtune.params import Matrix

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), min_size=1, max_size=200, unique=True)


def frame(pairs):
    return pd.DataFrame(pairs, columns=[USER, ITEM])


def params(split):
    return Matrix(
        target="artist", blocks=("artist",), split=split, valid_share=0.1, test_share=0.2, min_share=0
    )


@given(PAIRS, st.integers(0, 5))
def test_random_gives_each_listener_the_shares_rounded_to_the_nearest_pair(pairs, seed):
    rows = frame(pairs)
    labels = splits.random(rows, valid_share=0.1, test_share=0.2, seed=seed)
    for _, of in pd.Series(labels).groupby(rows[USER]):
        assert (of == splits.TEST).sum() == int(len(of) * 0.2 + 0.5)
        assert (of == splits.VALID).sum() == int(len(of) * 0.1 + 0.5)


@given(PAIRS)
def test_random_is_seeded_and_keeps_every_row_of_a_pair_together(pairs):
    rows = frame(pairs + pairs[: len(pairs) // 2])
    labels = splits.random(rows, valid_share=0.1, test_share=0.2, seed=3)
    assert (labels == splits.random(rows, valid_share=0.1, test_share=0.2, seed=3)).all()
    assert pd.Series(labels).groupby([rows[USER], rows[ITEM]]).nunique().max() == 1


def test_leave_last_tests_the_latest_row_and_tunes_on_the_one_before():
    rows = frame([(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)])
    rows[TIMESTAMP] = pd.to_datetime(["2020-03-01", "2020-01-01", "2020-02-01", "2020-01-01", "2020-02-01"])
    assert splits.leave_last(rows).tolist() == [
        splits.TEST,
        splits.TRAIN,
        splits.VALID,
        splits.TRAIN,
        splits.TRAIN,
    ]


def test_temporal_puts_nothing_of_the_test_part_before_anything_learned_from():
    rows = frame([(i % 7, i) for i in range(100)])
    rows[TIMESTAMP] = pd.Timestamp("2020-01-01") + pd.to_timedelta(
        np.random.default_rng(0).permutation(100), "D"
    )
    labels = splits.temporal(rows, valid_share=0.1, test_share=0.2)
    times = rows[TIMESTAMP].groupby(labels)
    assert times.max()[splits.TRAIN] < times.min()[splits.VALID]
    assert times.max()[splits.VALID] < times.min()[splits.TEST]
    assert np.bincount(labels).tolist() == [70, 10, 20]


def test_given_takes_the_labels_of_the_data():
    rows = frame([(1, 1), (1, 2), (1, 3)]).assign(**{SPLIT: ["test", "train", "valid"]})
    assert splits.split(rows, params("given"), seed=0).tolist() == [splits.TEST, splits.TRAIN, splits.VALID]


@pytest.mark.parametrize(
    ("split", "column", "message"),
    [
        (
            "temporal",
            {},
            (
                "matrix.split: 'temporal' needs a time stamp on every play and this data set has none: "
                "use 'random' or 'given'"
            ),
        ),
        (
            "leave_last",
            {},
            (
                "matrix.split: 'leave_last' needs a time stamp on every play and this data set has none: "
                "use 'random' or 'given'"
            ),
        ),
        (
            "temporal",
            {TIMESTAMP: pd.to_datetime(["2020-01-01"] * 3)},
            (
                "matrix.split: 'temporal' finds no two times that cut off the validation and the test part: "
                "too many plays carry the same time stamp; use 'random'"
            ),
        ),
        (
            "given",
            {},
            "matrix.split: 'given' needs a column 'split' in the interactions: use 'random'",
        ),
        (
            "given",
            {SPLIT: ["train", "valid", "dev"]},
            "matrix.split: column 'split' holds 'dev'; it may hold train, valid, test",
        ),
        (
            "given",
            {SPLIT: ["train", "train", "test"]},
            "matrix.split: column 'split' names no row 'valid': every part needs some",
        ),
    ],
)
def test_a_split_that_the_data_cannot_support_is_refused_with_the_reason(split, column, message):
    rows = frame([(1, 1), (1, 2), (1, 3)]).assign(**column)
    with pytest.raises(BadSplit) as error:
        splits.split(rows, params(split), seed=0)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("rows", "train", "valid", "test"),
    [(1, 1, 0, 0), (2, 1, 0, 1), (3, 1, 1, 1), (9, 7, 1, 1), (19, 17, 1, 1), (20, 16, 2, 2), (50, 40, 5, 5)],
)
def test_a_ratio_split_rounds_down_but_leaves_no_part_empty_like_recbole(rows, train, valid, test):
    played = pd.DataFrame({"user_id": 7, "item_id": range(rows), "plays": 1})

    labels = splits.by_ratio(played, valid_share=0.1, test_share=0.1, seed=5)

    assert np.bincount(labels, minlength=3).tolist() == [train, valid, test]


def test_a_ratio_split_draws_for_each_listener_and_repeats_by_seed():
    played = pd.DataFrame({"user_id": np.repeat([1, 2], 50), "item_id": [*range(50)] * 2, "plays": 1})
    drawn = [splits.by_ratio(played, valid_share=0.1, test_share=0.1, seed=seed) for seed in (0, 0, 1)]

    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()
    assert (drawn[0][:50] != drawn[0][50:]).any()
    for labels in drawn:
        assert np.bincount(labels[:50]).tolist() == np.bincount(labels[50:]).tolist() == [40, 5, 5]
