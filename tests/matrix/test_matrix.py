"""No play on both sides; blocks and truth add up to what a loop over rows says."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.toy import ITEMS, TYPES, build, cells, params, tables

from fairtune.columns import BlockName, Part, Table
from fairtune.errors import BadParams
from fairtune.matrix import build as matrix_build

PLAYED = st.dictionaries(
    st.tuples(st.integers(1, 5), st.integers(0, ITEMS - 1)), st.integers(1, 1000), min_size=1, max_size=30
)


@settings(max_examples=60, deadline=None)
@given(PLAYED)
def test_no_play_is_on_both_sides_and_none_is_lost(played):
    built = build(played)
    parts = [cells(part) for part in (built.train, built.valid, built.test)]
    assert sum(len(part) for part in parts) == len(played)
    users = built.listeners["user_id"].tolist()
    together = {(users[r], c): plays for part in parts for (r, c), plays in part.items()}
    assert together == played
    for block in built.item_blocks:
        for part in (Part.TRAIN, Part.TRAIN_VALID):
            assert not set(cells(built.truth(block, part))) & set(cells(built.block(block, part)))


@settings(max_examples=60, deadline=None)
@given(PLAYED)
def test_changing_the_held_out_plays_changes_nothing_that_is_learned_from(played):
    built = build(played)
    held = cells(built.test)
    users = built.listeners["user_id"].tolist()
    louder = {
        (user, item): plays * 7 if (users.index(user), item) in held else plays
        for (user, item), plays in played.items()
    }
    again = build(louder)
    for block in built.blocks:
        before, after = built.block(block, Part.TRAIN_VALID), again.block(block, Part.TRAIN_VALID)
        assert cells(before) == cells(after)


@settings(max_examples=60, deadline=None)
@given(PLAYED)
def test_music_types_are_the_types_of_the_parts_own_plays(played):
    built = build(played)
    names = built.columns[BlockName.MUSIC_TYPE]["name"].tolist()
    expected = {}
    for (row, item), plays in cells(built.train).items():
        for kind, share in TYPES.get(item, {}).items():
            key = row, names.index(kind)
            expected[key] = expected.get(key, 0) + plays * share
    found = cells(built.block(BlockName.MUSIC_TYPE, Part.TRAIN))
    assert found == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(PLAYED)
def test_truth_for_music_types_is_new_types_with_enough_of_the_held_out_plays(played):
    built = build(played)
    names = built.columns[BlockName.MUSIC_TYPE]["name"].tolist()
    known = set(cells(built.block(BlockName.MUSIC_TYPE, Part.TRAIN_VALID)))
    amounts = {}
    for (row, item), plays in cells(built.test).items():
        for kind, share in TYPES.get(item, {}).items():
            amounts[row, names.index(kind)] = amounts.get((row, names.index(kind)), 0) + plays * share
    total = {row: sum(v for (r, _), v in amounts.items() if r == row) for row, _ in amounts}
    wanted = {cell for cell, v in amounts.items() if v / total[cell[0]] >= 0.2 - 1e-12} - known
    close = {cell for cell, v in amounts.items() if abs(v / total[cell[0]] - 0.2) < 1e-9}
    assert set(cells(built.truth(BlockName.MUSIC_TYPE, Part.TRAIN_VALID))) - close == wanted - close


def test_friends_without_plays_are_left_out():
    built = build({(1, 0): 3, (2, 1): 4})
    assert cells(built.block(BlockName.FRIEND, Part.TRAIN)) == {(0, 1): 1, (1, 0): 1}


def test_an_artist_block_adds_up_the_plays_of_its_tracks():
    built = build({(1, 0): 3, (1, 1): 4})
    assert cells(built.block(BlockName.ARTIST, Part.ALL)) == {(0, 0): 7}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"target": "artist", "blocks": ("artist",)},
            "matrix.blocks: 'track' must be there: it is what this data set counts plays of",
        ),
    ],
)
def test_blocks_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(BadParams) as error:
        build({(1, 0): 3}, **changes)
    assert str(error.value) == message


def test_a_block_without_its_table_is_refused():
    data = tables({(1, 0): 3})
    data[Table.FRIENDS] = data[Table.FRIENDS].iloc[:0]
    with pytest.raises(BadParams) as error:
        matrix_build.build(data, params(), item_block=BlockName.TRACK, counts=True, seed=1)
    assert str(error.value) == "matrix.blocks: 'friend' is not possible, this data set has no friends"


def test_an_item_was_first_seen_after_a_share_of_all_pairs_that_are_fitted():
    data = tables({(user, item): 1 for user in range(1, 6) for item in range(6)})
    days = pd.to_timedelta(
        data[Table.INTERACTIONS]["item_id"] * 10 + data[Table.INTERACTIONS]["user_id"], "D"
    )
    data[Table.INTERACTIONS]["timestamp"] = pd.Timestamp("2009-01-01") + days
    built = matrix_build.build(data, params(), item_block=BlockName.TRACK, counts=True, seed=1)
    fitted = (built.train + built.valid).toarray().sum(axis=0)  # tracks come one after the other
    expected = (np.cumsum(fitted) - fitted) / fitted.sum()
    np.testing.assert_allclose(built.columns[BlockName.TRACK]["first_seen"], expected)


def test_without_time_stamps_nobody_knows_when_an_item_was_first_seen():
    built = build({(1, 0): 1, (2, 0): 1})
    assert built.columns[BlockName.TRACK]["first_seen"].isna().all()


def test_seventeen_million_cells_need_no_dense_array():
    """As many items as the 360K set has: a dense array for these listeners alone would be 10 GiB."""
    rng = np.random.default_rng(0)
    n_users, n_items = 359_347, 292_363
    pairs = pd.DataFrame(
        {"user_id": rng.integers(0, n_users, 5_000), "item_id": rng.integers(0, n_items, 5_000)}
    )
    data = {
        Table.INTERACTIONS: pairs.drop_duplicates().assign(plays=1),
        Table.ITEMS: pd.DataFrame(
            {
                "item_id": np.arange(n_items),
                "name": "x",
                "artist": "y",
                "artist_region": "z",
                "artist_country": "DE",
                "artist_gender": None,
            }
        ),
        Table.USERS: pd.DataFrame({"user_id": np.arange(n_users)}),
        Table.ITEM_TYPES: pd.DataFrame({"item_id": [1], "music_type": ["rock"], "share": [1.0]}),
        Table.FRIENDS: pd.DataFrame(
            {"user_id": pd.Series(dtype="int64"), "friend_id": pd.Series(dtype="int64")}
        ),
    }
    built = matrix_build.build(
        data,
        params(blocks=("artist", "music_type"), target="music_type"),
        item_block=BlockName.ARTIST,
        counts=True,
        seed=0,
    )
    stored = sum(part.nnz for part in (built.train, built.valid, built.test))
    assert stored == len(data[Table.INTERACTIONS])
    assert built.truth(BlockName.ARTIST, Part.TRAIN_VALID).nnz == built.test.nnz
