"""A data set of the user's own files: what they say, completed, becomes the canonical tables."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairtune.columns import BlockName, Table
from fairtune.data.custom import dataset, record, table_reader
from fairtune.errors import BadFile, BadTable

PLAYS = "user_id,item_id,plays\nada,t1,3\nada,t2,1\nbo,t2,4\n"


@pytest.fixture
def raw(tmp_path):
    """Give a raw folder of CSV files, a text a table, and their record."""

    def write(item_kind="track", *, log=False, **texts):
        copied = {}
        for name, text in texts.items():
            (tmp_path / f"{name}.csv").write_text(text)
            columns = table_reader.columns(tmp_path / f"{name}.csv", Table(name), {})
            copied[name] = {
                "file": f"{name}.csv",
                "source": f"mine/my-{name}.csv",
                "sha256": "5e1f",
                "columns": columns,
                "log": log and name == "interactions",
            }
        stated = {"item_kind": item_kind, "licence": "ours", "tables": copied}
        (tmp_path / record.RECORD).write_text(json.dumps(stated))
        return tmp_path

    return write


def test_plays_alone_are_enough_and_everything_else_is_unknown(raw):
    told = dataset.read(raw(interactions=PLAYS))

    assert told.interactions.to_numpy().tolist() == [["ada", "t1", 3], ["ada", "t2", 1], ["bo", "t2", 4]]
    assert told.users["user_id"].tolist() == ["ada", "bo"]
    assert told.users[["country", "gender", "age", "signup"]].isna().all(axis=None)
    assert told.items[["item_id", "name"]].to_numpy().tolist() == [["t1", "t1"], ["t2", "t2"]]
    assert told.items["artist"].isna().all()
    assert told.item_types.empty
    assert told.friends.empty
    assert told.notes == {}


def test_without_a_column_of_plays_nothing_is_counted_and_plays_are_1(raw):
    folder = raw(interactions="user_id,item_id\nada,t1\nbo,t2\n")

    assert dataset.read(folder).interactions["plays"].tolist() == [1, 1]
    assert not dataset.describe("mine", folder).counts


LOG = (
    "user_id,item_id,timestamp\n"
    "ada,t1,2009-04-08T10:00:00\nbo,t2,2009-04-08T09:00:00\n"
    "ada,t1,2009-04-07T08:00:00\nada,t1,2009-04-09T08:00:00\n"
)


def test_a_log_of_plays_is_summed_by_pair_with_its_first_time(raw):
    folder = raw(interactions=LOG, log=True)
    told = dataset.read(folder)

    assert told.interactions[["user_id", "item_id", "plays"]].to_numpy().tolist() == [
        ["ada", "t1", 3],
        ["bo", "t2", 1],
    ]
    assert told.interactions["timestamp"].astype("str").tolist() == [
        "2009-04-07 08:00:00",
        "2009-04-08 09:00:00",
    ]
    assert dataset.describe("mine", folder).counts
    assert told.notes == {"plays of the log that repeat a pair, summed": 2}


def test_rows_of_a_log_may_be_several_plays_each(raw):
    log = "user_id,item_id,plays\nada,t1,2\nada,t1,3\nbo,t1,1\n"
    told = dataset.read(raw(interactions=log, log=True))
    assert told.interactions["plays"].tolist() == [5, 1]


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(1, 9)), min_size=1, max_size=40
    )
)
def test_summing_is_what_a_loop_would_do(rows):
    expected: dict = {}
    for user, item, plays in rows:
        expected[user, item] = expected.get((user, item), 0) + plays
    summed = dataset.summed(pd.DataFrame(rows, columns=["user_id", "item_id", "plays"]))
    assert {(user, item): plays for user, item, plays in summed.to_numpy().tolist()} == expected


def test_a_log_that_nobody_called_one_is_told_as_one(raw):
    with pytest.raises(BadFile) as error:
        dataset.read(raw(interactions=LOG))
    assert str(error.value) == (
        "my-interactions.csv: this is a log of plays: 2 of 4 rows repeat a pair of listener and item: say "
        "`log: true` beside its file in params.yaml (--log to check it), and they are summed"
    )


def test_a_data_set_is_described_by_its_record(raw):
    described = dataset.describe("mine", raw(interactions=PLAYS))

    assert (described.name, described.item_kind, described.counts) == ("mine", BlockName.TRACK, True)
    assert (described.licence, described.homepage) == ("ours", "mine/my-interactions.csv")
    assert len(described.read(raw(interactions=PLAYS)).interactions) == 3


@pytest.mark.parametrize(
    ("ids", "kind"),
    [
        (("7", "12"), "int64"),
        (("7", "x"), "str"),
        (("7", "007"), "str"),
        (("7", "-1"), "str"),
        (("7", "1" * 19), "str"),
    ],
)
def test_ids_are_numbers_only_if_all_tables_write_them_so(raw, ids, kind):
    folder = raw(
        interactions=f"user_id,item_id\n{ids[0]},1\n{ids[0]},2\n", users=f"user_id\n{ids[0]}\n{ids[1]}\n"
    )
    told = dataset.read(folder)

    assert told.interactions["user_id"].dtype == told.users["user_id"].dtype == kind
    assert told.interactions["item_id"].dtype == told.items["item_id"].dtype == "int64"


def test_who_has_no_row_in_an_optional_table_is_unknown_and_counted(raw):
    told = dataset.read(
        raw(
            interactions=PLAYS,
            users="user_id,country,gender,age\nbo,SE,Male,31\ncleo,GB,n,\n",
            items="item_id,name,artist,artist_country,artist_gender\nt2,Song,Band,IS,F\n",
        )
    )

    assert told.users[["user_id", "country", "gender"]].fillna("?").to_numpy().tolist() == [
        ["bo", "SE", "m"],
        ["cleo", "GB", "?"],
        ["ada", "?", "?"],
    ]
    assert told.items[["item_id", "name", "artist", "artist_country"]].fillna("?").to_numpy().tolist() == [
        ["t2", "Song", "Band", "IS"],
        ["t1", "t1", "?", "?"],
    ]
    assert told.items["artist_gender"].fillna("?").tolist() == ["f", "?"]
    assert told.notes == {
        "listeners of whom no table tells more": 1,
        "items of which no table tells more": 1,
        "genders other than m and f, now unknown": 1,
    }


def test_artists_as_items_are_their_own_artists(raw):
    told = dataset.read(raw("artist", interactions=PLAYS, items="item_id,name\nt1,Björk\n"))

    assert told.items[["name", "artist"]].to_numpy().tolist() == [["Björk", "Björk"], ["t2", "t2"]]


def test_music_types_become_shares_by_weight_or_alike(raw):
    types = "item_id,music_type,weight\nt1,rock,1\nt1,jazz,3\nt1,rock,1\nt2,pop,9\nt9,pop,1\n"
    told = dataset.read(raw(interactions=PLAYS, item_types=types))

    assert told.item_types.to_numpy().tolist() == [
        ["t1", "jazz", 0.6],
        ["t1", "rock", 0.4],
        ["t2", "pop", 1.0],
    ]
    assert told.notes == {"music types of unknown items, left out": 1}
    alike = dataset.read(raw(interactions=PLAYS, item_types="item_id,music_type\nt1,rock\nt1,jazz\n"))
    assert alike.item_types["share"].tolist() == [0.5, 0.5]


def test_friendships_go_both_ways_once(raw):
    told = dataset.read(
        raw(interactions=PLAYS, friends="user_id,friend_id\nada,bo\nbo,ada\nada,ada\nada,zoe\n")
    )

    assert sorted(told.friends.to_numpy().tolist()) == [["ada", "bo"], ["bo", "ada"]]
    assert told.notes == {"friendships with unknown listeners or oneself, left out": 2}


def test_wrong_rows_are_set_aside_under_the_name_that_the_user_knows(raw):
    told = dataset.read(raw(interactions=PLAYS + "cleo,t1,many\n", users="user_id,age\nbo,young\nada,30\n"))

    assert told.rejected.to_numpy().tolist() == [
        ["my-interactions.csv", 5, "plays", "is a whole number, at most 1,000,000,000", "'many'"],
        ["my-users.csv", 2, "age", "is a number above 0", "'young'"],
    ]
    assert "cleo" not in told.users["user_id"].tolist()


def test_a_table_with_other_ids_than_the_plays_is_refused(raw):
    with pytest.raises(BadTable) as caught:
        dataset.read(raw(interactions=PLAYS, users="user_id,country\n1,SE\n2,GB\n"))

    assert str(caught.value) == (
        "my-users.csv: user_id: 2 rows break the rule: user_id is what the interactions call it. Examples: "
        "'1' here, 'ada' in the interactions"
    )


def test_plays_of_which_no_row_can_be_read_are_refused(raw):
    with pytest.raises(BadTable) as caught:
        dataset.read(raw(interactions="user_id,item_id,plays\nada,t1,x\nbo,t2,y\n"))

    assert str(caught.value) == (
        "my-interactions.csv: plays: 2 rows break the rule: plays is a whole number, at most 1,000,000,000. "
        "Examples: line 2: 'x'; "
        "line 3: 'y'"
    )


def test_what_is_wrong_between_rows_is_left_for_validation(raw):
    told = dataset.read(raw(interactions=PLAYS + "ada,t1,0\n"))

    assert told.interactions["plays"].tolist() == [3, 1, 4, 0]
    assert isinstance(told.interactions, pd.DataFrame)
