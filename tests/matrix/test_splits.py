"""Which rows are learned from, tuned on and tested on."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairtune.columns import BATCH, ITEM, SPLIT, TIMESTAMP, USER
from fairtune.config.sections import MatrixParams
from fairtune.errors import BadSplit
from fairtune.matrix import splits

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), min_size=1, max_size=200, unique=True)


def frame(pairs):
    return pd.DataFrame(pairs, columns=[USER, ITEM])


def params(split):
    return MatrixParams(
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


BATCHES = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 30), st.integers(0, 4)),
    min_size=1,
    max_size=200,
    unique_by=lambda row: row[:2],
)


def grown(rows):
    """Give the pairs that came up to each batch, as `ingest` sorts them."""
    whole = pd.DataFrame(sorted(rows), columns=[USER, ITEM, BATCH])
    return [whole[whole[BATCH] <= number].reset_index(drop=True) for number in range(5)]


@given(BATCHES, st.integers(0, 2**70))
def test_random_never_moves_a_pair_as_data_grows_and_draws_the_first_pairs_as_without_batches(rows, seed):
    part = {}
    for number, there in enumerate(grown(rows)):
        if there.empty:
            continue
        labels = splits.random(there, valid_share=0.1, test_share=0.2, seed=seed)
        if number == 0:
            alone = splits.random(there[[USER, ITEM]], valid_share=0.1, test_share=0.2, seed=seed)
            assert (labels == alone).all()
        now = dict(zip(there[[USER, ITEM]].itertuples(index=False, name=None), labels, strict=True))
        assert part.items() <= now.items()
        part = now


@given(BATCHES, st.integers(0, 5))
def test_the_part_of_a_later_pair_is_its_own_whatever_else_came(rows, seed):
    there = grown(rows)[-1]
    shares = {"valid_share": 0.1, "test_share": 0.2, "seed": seed}
    labels = splits.pair_by_pair(there, **shares)
    shuffled = there.sample(frac=1, random_state=seed)
    texts = shuffled.astype({USER: "str", ITEM: "str"})

    assert (splits.pair_by_pair(shuffled, **shares) == labels[shuffled.index]).all()
    assert (splits.pair_by_pair(texts, **shares) == labels[shuffled.index]).all()


def test_later_pairs_are_shared_out_as_asked_and_otherwise_by_another_seed():
    there = pd.DataFrame([(u, i) for u in range(300) for i in range(300)], columns=[USER, ITEM])
    first, second = (
        splits.pair_by_pair(there, valid_share=0.1, test_share=0.2, seed=seed) for seed in (1, 2)
    )

    assert np.bincount(first) / len(first) == pytest.approx([0.7, 0.1, 0.2], abs=0.005)
    chance = 0.7**2 + 0.1**2 + 0.2**2  # that two independent draws agree
    assert (first == second).mean() == pytest.approx(chance, abs=0.005)
    for by in (USER, ITEM):
        tested = pd.Series(first == splits.TEST).groupby(there[by]).sum()
        assert tested.std() == pytest.approx(np.sqrt(300 * 0.2 * 0.8), rel=0.2)  # binomial


def timed(rows, seed):
    """Give growing data with times, of which some of a later batch are earlier."""
    whole = pd.DataFrame(sorted(rows), columns=[USER, ITEM, BATCH])
    rng = np.random.default_rng(seed)
    days = 100 * whole[BATCH] + rng.integers(0, 250, len(whole))
    whole[TIMESTAMP] = pd.Timestamp("2020-01-01") + pd.to_timedelta(days, "D")
    return [whole[whole[BATCH] <= number].reset_index(drop=True) for number in range(5)]


@settings(max_examples=30)  # each of five sizes
@given(BATCHES, st.integers(0, 50))
@pytest.mark.parametrize("split", ["leave_last", "temporal"])
def test_what_is_held_out_was_never_learned_from_before(split, rows, seed):
    learned = set()
    for there in timed(rows, seed):
        if there.empty:
            continue
        try:
            labels = splits.split(there, params(split), seed=0)
        except BadSplit:
            continue  # too few rows for two times
        pairs = pd.MultiIndex.from_frame(there[[USER, ITEM]])
        assert not learned & set(pairs[labels == splits.TEST])
        learned |= set(pairs[labels != splits.TEST])


def test_without_new_listening_batches_change_no_split():
    rows = frame([(i % 7, i) for i in range(100)]).assign(
        **{SPLIT: (["train"] * 7 + ["valid", "test", "test"]) * 10}
    )
    rows[TIMESTAMP] = pd.Timestamp("2020-01-01") + pd.to_timedelta(
        np.random.default_rng(0).permutation(100) // 2, "D"
    )
    for split in ("random", "leave_last", "temporal", "given"):
        labels = splits.split(rows, params(split), seed=4)
        assert (splits.split(rows.assign(**{BATCH: 0}), params(split), seed=4) == labels).all()


def test_given_draws_new_listening_as_random_does_and_takes_the_labels_of_the_rest():
    rows = frame([(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)])
    rows = rows.assign(**{SPLIT: ["test", "train", "valid", None, None], BATCH: [0, 0, 0, 1, 2]})

    labels = splits.split(rows, params("given"), seed=3)

    assert labels[:3].tolist() == [splits.TEST, splits.TRAIN, splits.VALID]
    drawn = splits.pair_by_pair(rows[3:], valid_share=0.1, test_share=0.2, seed=3)
    assert labels[3:].tolist() == drawn.tolist()


def test_given_still_refuses_a_row_of_the_data_set_without_a_label():
    rows = frame([(1, 1), (1, 2)]).assign(**{SPLIT: ["test", None], BATCH: [0, 0]})
    with pytest.raises(BadSplit, match="column 'split' holds"):
        splits.split(rows, params("given"), seed=0)
