"""Every rule is kept by good tables, and broken by the smallest change that breaks it."""

from dataclasses import replace

import pandas as pd
import pytest
from markupsafe import escape

from fairtune.columns import BlockName, Table
from fairtune.config.sections import Validate
from fairtune.data.sources.base import Dataset
from fairtune.validation.expectations import data_docs, derived_columns, suites
from fairtune.validation.expectations.runner import check, check_table, start

LENIENT = Validate(max_unknown_region=0.5, row_count_tolerance=0.0)
PLAYED, ITEMS, USERS, TYPES, FRIENDS = (
    Table.INTERACTIONS,
    Table.ITEMS,
    Table.USERS,
    Table.ITEM_TYPES,
    Table.FRIENDS,
)


def dataset(**changes):
    plain = Dataset(
        name="toy",
        item_kind=BlockName.ARTIST,
        counts=True,
        licence="",
        citation="",
        homepage="",
        read=lambda _: None,
    )
    return replace(plain, **changes)


def good():
    times = pd.to_datetime(["2008-01-01", "2009-05-06", "2010-02-03", "2011-12-31"]).astype("datetime64[s]")
    return {
        PLAYED: pd.DataFrame(
            {"user_id": [1, 1, 2, 3], "item_id": [10, 20, 10, 30], "plays": [5, 1, 2, 9], "timestamp": times}
        ),
        ITEMS: pd.DataFrame(
            {
                "item_id": [10, 20, 30],
                "name": pd.Series(["Björk", "Кино", "!!!"], dtype="str"),
                "artist": pd.Series(["Björk", "Кино", "!!!"], dtype="str"),
                "artist_region": pd.Series(["other Europe", "other Europe", None], dtype="str"),
                "artist_country": pd.Series(["IS", "RU", None], dtype="str"),
                "artist_gender": pd.Series(["f", None, None], dtype="str"),
            }
        ),
        USERS: pd.DataFrame(
            {
                "user_id": [1, 2, 3],
                "country": pd.Series(["NA", "XK", None], dtype="str"),
                "region": pd.Series(["rest of the world", "other Europe", None], dtype="str"),
                "gender": pd.Series(["m", "f", None], dtype="str"),
                "age": pd.Series([10, 90, None], dtype="Int64"),
                "signup": times[:3].to_series(index=range(3)).where([True, True, False]),
            }
        ),
        TYPES: pd.DataFrame(
            {
                "item_id": [10, 10, 20],
                "music_type": pd.Series(["rock", "pop", "rock"], dtype="str"),
                "share": [0.3, 0.7, 1.0],
            }
        ),
        FRIENDS: pd.DataFrame({"user_id": [1, 2], "friend_id": [2, 1]}),
    }


def broken(tables, *, of=None, chosen=LENIENT):
    """Give the critical rules that are broken, as (table, sentence, count), the cause first."""
    judgement = check(tables, of or dataset(), chosen).judgement
    return [(table, outcome.rule.sentence, outcome.count) for table, outcome in judgement.critical]


def test_good_tables_keep_every_rule():
    assert broken(good()) == []


def test_a_data_set_without_tags_friends_and_demographics_is_good():
    tables = good()
    unknown = ["country", "region", "gender", "age", "signup"]
    tables |= {TYPES: tables[TYPES][:0], FRIENDS: tables[FRIENDS][:0]}
    tables[USERS] = tables[USERS].assign(**{name: tables[USERS][name].where([False] * 3) for name in unknown})

    assert broken(tables) == []


def test_ids_may_be_texts():
    tables = good()
    for table, columns in derived_columns.IDS.items():
        tables[table] = tables[table].astype(dict.fromkeys(columns, "str"))

    assert broken(tables) == []


def test_ids_that_are_neither_numbers_nor_texts_are_refused():
    tables = good()
    tables[PLAYED] = tables[PLAYED].astype({"user_id": "float64"})

    assert (PLAYED, "user_id is a whole number or a text", 4) in broken(tables)


CHANGES = [
    (PLAYED, "plays", 0, 0, "plays are at least 1", 1),
    (PLAYED, "item_id", 1, 10, "a listener and an item meet once", 2),
    (PLAYED, "item_id", 1, 99, "every item_id is in the table items", 1),
    (PLAYED, "user_id", 1, 99, "every user_id is in the table users", 1),
    (PLAYED, "timestamp", 1, pd.Timestamp("1970-01-15"), "timestamp lies between 1990 and 2100", 1),
    (ITEMS, "item_id", 2, 20, "no item_id comes twice", 2),
    (ITEMS, "name", 1, "????", "no name has lost its letters to question marks (????)", 1),
    (ITEMS, "name", 1, "K\ufffdno", "no name has lost letters to a wrong encoding", 1),
    (ITEMS, "artist", 1, "Kino ", "no artist is empty or has blanks around it", 1),
    (ITEMS, "artist", 1, "", "no artist is empty or has blanks around it", 1),
    (ITEMS, "name", 1, "a\tb", "no name holds a tab or another control character", 1),
    (ITEMS, "name", 1, None, "name is never empty", 1),
    (ITEMS, "artist_country", 1, "UK", "artist_country is a code of ISO 3166-1, or empty", 1),
    (ITEMS, "artist_gender", 1, "male", "artist_gender is m or f where it is known", 1),
    (USERS, "user_id", 1, 1, "no user_id comes twice", 2),
    (USERS, "country", 0, "ZZ", "country is a code of ISO 3166-1, or empty", 1),
    (USERS, "region", 0, None, "region is known where country is", 1),
    (USERS, "gender", 0, "x", "gender is m or f where it is known", 1),
    (USERS, "age", 0, 9, "age is between 10 and 90 where it is known", 1),
    (USERS, "age", 0, 91, "age is between 10 and 90 where it is known", 1),
    (
        USERS,
        "signup",
        0,
        pd.Timestamp("1970-01-15"),
        "signup lies between 1990 and 2100 where it is known",
        1,
    ),
    (TYPES, "share", 2, 0.0, "a share is above 0 and at most 1", 1),
    (TYPES, "share", 0, 0.2, "the shares of an item sum to 1", 2),
    (TYPES, "music_type", 0, "pop", "an item has a music type once", 2),
    (TYPES, "music_type", 0, " pop", "no music_type is empty or has blanks around it", 1),
    (TYPES, "item_id", 2, 99, "every item_id is in the table items", 1),
    (FRIENDS, "friend_id", 0, 1, "nobody is a friend of oneself", 1),
    (FRIENDS, "friend_id", 0, 3, "every friendship is listed in both directions", 2),
]


def with_batches():
    """Give good tables of which the last row of each came as new listening."""
    tables = good()
    batch = [0] * (len(tables[PLAYED]) - 1) + [1]
    tables[PLAYED] = tables[PLAYED].assign(batch=batch)
    return tables


def test_new_listening_keeps_every_rule_and_may_have_no_split():
    tables = with_batches()
    assert broken(tables) == []

    split = [*["train"] * (len(tables[PLAYED]) - 1), None]
    tables[PLAYED] = tables[PLAYED].assign(split=split)
    assert broken(tables) == []

    tables[PLAYED] = tables[PLAYED].assign(split=split[::-1])
    assert broken(tables) == [(PLAYED, "split is empty in new listening alone", 1)]


def test_batches_are_whole_numbers_from_0():
    tables = with_batches()
    tables[PLAYED] = tables[PLAYED].assign(batch=tables[PLAYED]["batch"] - 1)
    assert broken(tables) == [(PLAYED, "batch is at least 0", len(tables[PLAYED]) - 1)]

    tables[PLAYED] = tables[PLAYED].astype({"batch": "float64"})
    assert (PLAYED, "batch is a whole number", len(tables[PLAYED])) in broken(tables)


@pytest.mark.parametrize(("table", "column", "row", "value", "rule", "count"), CHANGES)
def test_one_changed_value_breaks_the_rule_that_names_it(table, column, row, value, rule, count):
    tables = good()
    changed = tables[table].copy()
    changed.loc[row, column] = value
    tables[table] = changed
    rules = suites.rules(dataset(), LENIENT, {name: tuple(frame) for name, frame in tables.items()})

    result, _ = check_table(start(), table, changed, derived_columns.add(tables)[table], rules[table])

    first = next(outcome for outcome in result.outcomes if not outcome.kept)
    assert (first.rule.sentence, first.rule.critical, first.count) == (rule, True, count)


def test_friends_are_users():
    tables = good()
    tables[FRIENDS] = pd.DataFrame({"user_id": [1, 7], "friend_id": [7, 1]})

    assert broken(tables) == [
        (FRIENDS, "every user_id is in the table users", 1),
        (FRIENDS, "every friend_id is in the table users", 1),
    ]


def test_a_friendship_listed_twice_is_refused():
    tables = good()
    tables[FRIENDS] = pd.DataFrame({"user_id": [1, 1, 2], "friend_id": [2, 2, 1]})

    assert broken(tables) == [(FRIENDS, "a friendship is listed once in each direction", 2)]


def test_an_empty_table_is_refused_where_a_model_needs_rows():
    tables = {table: frame[:0] for table, frame in good().items()}

    assert broken(tables) == [(table, "the table has rows", 1) for table in (PLAYED, ITEMS, USERS)]


def test_a_missing_column_is_named_and_nothing_else_is_looked_at():
    tables = good()
    tables[PLAYED] = tables[PLAYED].drop(columns=["plays", "timestamp"])

    assert broken(tables) == [
        (PLAYED, "the table has the columns user_id, item_id, plays, if need be also timestamp and split", 1)
    ]


def test_a_wrong_type_is_named_before_what_follows_from_it():
    tables = good()
    tables[PLAYED] = tables[PLAYED].astype({"plays": "str"})

    assert broken(tables)[0] == (PLAYED, "plays is a whole number", 4)


def test_row_counts_are_the_publishers_within_the_tolerance():
    rule = "the table has the 5 rows that its publisher counts"
    stated = dataset(rows={PLAYED: 5})

    assert broken(good(), of=stated) == [(PLAYED, rule, 1)]
    assert broken(good(), of=stated, chosen=replace(LENIENT, row_count_tolerance=0.2)) == []


def test_the_share_of_unknown_regions_has_the_limit_of_the_owner():
    strict = replace(LENIENT, max_unknown_region=0.3)

    assert broken(good(), chosen=strict) == [(ITEMS, "at most 30% of the items have no artist_region", 1)]


def test_without_counts_plays_are_1():
    tables = good()
    rule = "plays are 1 in a data set without counts"

    assert broken(tables, of=dataset(counts=False)) == [(PLAYED, rule, 3)]
    tables[PLAYED] = tables[PLAYED].assign(plays=1)
    assert broken(tables, of=dataset(counts=False)) == []


def test_a_given_split_names_its_parts():
    tables = good()
    tables[PLAYED] = tables[PLAYED].assign(split=["train", "train", "test", "holdout"])

    assert broken(tables) == [(PLAYED, "split is one of train, valid, test", 1)]


def test_no_listener_of_last_fm_2k_has_more_artists_than_its_publisher_kept():
    tables = good()
    items = pd.concat([tables[ITEMS].iloc[[2]]] * 51, ignore_index=True).assign(item_id=range(51))
    tables[ITEMS] = items
    tables[PLAYED] = pd.DataFrame({"user_id": [1] * 51, "item_id": range(51), "plays": 1})
    tables[TYPES] = tables[TYPES][:0]
    allowing = replace(LENIENT, max_unknown_region=1.0)

    assert broken(tables, chosen=allowing) == []
    assert broken(tables, of=dataset(name="lastfm-2k"), chosen=allowing) == [
        (USERS, "a listener has at most 50 items, where the publisher cut the lists", 1)
    ]


def test_lost_rows_are_named_before_the_references_to_them():
    tables = good()
    tables[ITEMS] = tables[ITEMS][:2]

    assert [found[:2] for found in broken(tables, of=dataset(rows={ITEMS: 3}))] == [
        (ITEMS, "the table has the 3 rows that its publisher counts"),
        (PLAYED, "every item_id is in the table items"),
    ]


def test_oddities_are_warnings_that_let_the_data_pass():
    tables = good()
    names = pd.Series(["www.björk.example", "WWW.BJÖRK.example", "!!!"], dtype="str")
    tables[ITEMS] = tables[ITEMS].assign(name=names, artist=names)
    tables[PLAYED] = tables[PLAYED][:2]

    judgement = check(tables, dataset(), LENIENT).judgement

    assert judgement.success
    failures = judgement.summary("toy", rejected=0)["tables"]["items"]["failures"]
    assert [(failure["rule"], failure["critical"], failure["count"]) for failure in failures] == [
        ("at least 90% of the items are played by somebody", False, 1),
        ("at least 99% of the items differ in more than upper and lower case", False, 2),
        ("at least 99% of the names hold no web address", False, 2),
    ]


def test_checking_leaves_the_tables_as_they_are():
    tables = good()

    check(tables, dataset(), LENIENT)

    for table, before in good().items():
        pd.testing.assert_frame_equal(tables[table], before)


def test_pages_show_every_rule_and_load_nothing():
    tables = good()
    tables[ITEMS].loc[1, "name"] = "<script>alert(1)</script>????"
    checked = check(tables, dataset(), LENIENT)

    found = data_docs.render(checked, dataset="toy")

    assert set(found) == {"index.html", *(f"{table}.html" for table in Table)}
    for table, result in checked.judgement.tables.items():
        page = found[f"{table}.html"]
        assert all(str(escape(outcome.rule.sentence)) in page for outcome in result.outcomes)
        assert f'href="{table}.html"' in found["index.html"]
    assert not any(sign in page for page in found.values() for sign in ("http:", "https:", "src=", "<script"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;????" in found["items.html"]


def test_pages_of_the_same_tables_are_the_same():
    first, second = (data_docs.render(check(good(), dataset(), LENIENT), dataset="toy") for _ in range(2))

    assert first == second
