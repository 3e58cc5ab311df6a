"""New listening in the tables of a data set, by hand."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairtune.columns import BlockName
from fairtune.config.custom_tables import EVENT_COLUMNS
from fairtune.data.custom import dataset as custom_dataset
from fairtune.data.events import merge
from fairtune.data.sources.base import RawTables

NOTHING = pd.DataFrame()


def raw(**more):
    played = {"user_id": [1, 1, 2], "item_id": [10, 20, 10], "plays": [5, 6, 7], **more}
    return RawTables(
        interactions=pd.DataFrame(played),
        items=pd.DataFrame({"item_id": [10, 20], "name": ["a", "b"], "artist": ["A", "B"]}, dtype="object")
        .assign(artist_country=None, artist_gender=None)
        .astype({"item_id": "int64"}),
        users=pd.DataFrame({"user_id": [1, 2]}).assign(country=None, gender=None, age=None, signup=None),
        tags=NOTHING,
        friends=NOTHING,
        rejected=NOTHING,
    )


def events(*rows):
    """Give events by what they tell: batch, user, item, day, plays and more."""
    columns = ["batch", "user_id", "item_id", "timestamp", "plays"]
    frame = pd.DataFrame(
        [{**dict(zip(columns, row, strict=False)), **(row[5] if row[5:] else {})} for row in rows]
    )
    frame = frame.reindex(columns=[*EVENT_COLUMNS, "batch"])
    texts = dict.fromkeys(["name", "artist", "artist_country", "artist_gender", "country", "gender"], "str")
    return frame.assign(timestamp=pd.to_datetime(frame["timestamp"])).astype(texts)


def dataset(kind=BlockName.TRACK, *, counts=True):
    return custom_dataset.dataset("toy", item_kind=kind, counts=counts)


def rows(frame, *columns):
    return frame[list(columns)].to_numpy().tolist()


EVENTS = events(
    (1, 1, 10, "2020-01-05", 2),
    (1, 2, 20, "2020-01-07", 3),
    (2, 2, 20, "2020-01-02", 1),
    (2, 3, 30, "2020-01-03", 4, {"country": "SE", "age": 30}),
    (2, 3, 10, "2020-01-04", 1, {"country": "GB", "gender": "Female", "name": "ignored: it has one"}),
    (3, 1, 30, "2020-01-01", 9, {"name": "c", "artist": "C", "artist_country": "uk"}),
)


def test_plays_are_added_and_new_pairs_are_rows_of_the_batch_they_first_came_in():
    made = merge.grow(raw(), EVENTS, dataset())

    assert rows(made.interactions, "user_id", "item_id", "plays", "batch") == [
        [1, 10, 7, 0],
        [1, 20, 6, 0],
        [2, 10, 7, 0],
        [1, 30, 9, 3],
        [2, 20, 4, 1],
        [3, 10, 1, 2],
        [3, 30, 4, 2],
    ]
    assert made.events == {"batches": 3, "events": 6, "new_pairs": 4, "new_listeners": 1, "new_items": 1}


def test_a_pair_keeps_the_time_with_which_it_first_came():
    times = pd.to_datetime(["2019-01-01", "2019-01-02", "2019-01-03"])
    made = merge.grow(raw(timestamp=times), EVENTS, dataset()).interactions.set_index(["user_id", "item_id"])

    assert made["timestamp"].loc[[(1, 10), (2, 20), (3, 30)]].dt.strftime("%F").tolist() == [
        "2019-01-01",
        "2020-01-07",
        "2020-01-03",
    ]


def test_a_data_set_without_counts_times_and_splits_gets_none():
    played = merge.grow(raw(), EVENTS, dataset(counts=False)).interactions
    assert list(played) == ["user_id", "item_id", "plays", "batch"]
    assert played["plays"][3:].tolist() == [1] * 4
    assert played["plays"][:3].tolist() == [5, 6, 7]

    labelled = merge.grow(raw(split=["train", "valid", "test"]), EVENTS, dataset()).interactions
    assert labelled["split"].isna().tolist() == [False] * 3 + [True] * 4


def test_new_listeners_and_items_have_what_is_told_of_them_first():
    made = merge.grow(raw(), EVENTS, dataset())

    listener, item = made.users.iloc[-1], made.items.iloc[-1]
    assert (listener["user_id"], listener["country"], listener["gender"], listener["age"]) == (
        3,
        "SE",
        "f",
        30,
    )
    assert pd.isna(listener["signup"])
    assert (item["item_id"], item["name"], item["artist"], item["artist_country"]) == (30, "c", "C", "uk")
    assert made.items["name"].tolist() == ["a", "b", "c"]


@pytest.mark.parametrize(("kind", "artist"), [(BlockName.TRACK, None), (BlockName.ARTIST, "30")])
def test_what_nobody_names_any_more_goes_by_its_id(kind, artist):
    made = merge.grow(raw(), EVENTS[EVENTS["batch"] < 3], dataset(kind))

    assert rows(made.items.tail(1), "item_id", "name") == [[30, "30"]]
    assert made.items["artist"].astype("object").where(made.items["artist"].notna(), None).iloc[-1] == artist


def test_ids_are_of_the_data_sets_types():
    made = merge.grow(raw(), EVENTS, dataset())
    assert made.interactions["user_id"].dtype == made.users["user_id"].dtype == "int64"
    assert made.interactions["plays"].dtype == "int64"
    assert made.items["item_id"].dtype == "int64"


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from([10, 20, 30]), st.integers(1, 9), st.integers(1, 9)),
        min_size=1,
        max_size=30,
        unique_by=lambda row: row[:3],
    ),
    st.integers(1, 5),
)
def test_however_events_are_cut_into_batches_every_play_is_counted_once(told, size):
    rows = [
        (number // size + 1, user, item, f"2020-01-0{day}", plays)
        for number, (user, item, day, plays) in enumerate(told)
    ]
    expected = {(1, 10): 5, (1, 20): 6, (2, 10): 7}
    first = dict.fromkeys(expected, 0)
    for batch, user, item, _, plays in rows:
        expected[user, item] = expected.get((user, item), 0) + plays
        first.setdefault((user, item), batch)

    made = merge.grow(raw(), events(*rows), dataset()).interactions.set_index(["user_id", "item_id"])

    assert made["plays"].to_dict() == expected
    assert made["batch"].to_dict() == first
