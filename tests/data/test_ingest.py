import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fairtune.columns import BlockName, Table
from fairtune.config import sections
from fairtune.data import ingest
from fairtune.data.sources import music_types
from fairtune.data.sources.base import Dataset, RawTables
from fairtune.data.sources.delimited import REJECTED
from fairtune.errors import BadTable

CHOSEN = sections.Ingest(
    max_rejected=1,
    min_items=1,
    max_types=5,
    regions={"United States": ("US",), "Europe": ("GB", "SE")},
    other_region="elsewhere",
)
DATASET = Dataset(
    name="made-up",
    item_kind=BlockName.ARTIST,
    counts=True,
    licence="none",
    citation="nobody",
    homepage="nowhere",
    read=lambda _: None,
)


@pytest.fixture
def raw():
    return RawTables(
        interactions=pd.DataFrame({"user_id": [7, 2, 2], "item_id": [1, 9, 1], "plays": [3, 4, 5]}),
        items=pd.DataFrame(
            {
                "item_id": [9, 1],
                "name": ["BallakÃ© Sissoko", "L'Âme"],
                "artist": ["BallakÃ© Sissoko", "L'Âme"],
                "artist_country": [None, "NA"],
                "artist_gender": [None, None],
            }
        ),
        users=pd.DataFrame(
            {
                "user_id": [7, 2, 11, 12],
                "country": ["UK", "us ", "Sweden", None],
                "gender": ["f", "m", None, None],
                "age": [9.0, 90.0, 91.0, np.nan],
                "signup": pd.to_datetime(["2007-03-27 19:50:20", None, None, None]),
            }
        ),
        tags=pd.DataFrame({"item_id": [1, 1], "tag": ["jazz", "seen live"], "taggers": [2, 1]}),
        friends=pd.DataFrame({"user_id": [7, 2], "friend_id": [2, 7]}),
        rejected=pd.DataFrame([("users.tsv", 4, "age", "is a whole number", "'x'")], columns=list(REJECTED)),
        notes={"rows of nothing": 3},
    )


@pytest.fixture
def result(raw):
    return ingest.ingest(raw, DATASET, music_types.vocabulary(), CHOSEN)


def nulls(column):
    return column.isna().tolist()


def test_tables_have_the_canonical_columns_types_and_order(result):
    types = {name: table.dtypes.astype(str).to_dict() for name, table in result.tables.items()}
    text = dict.fromkeys(["name", "artist", "artist_region", "artist_country", "artist_gender"], "str")
    assert types == {
        Table.INTERACTIONS: {"user_id": "int64", "item_id": "int64", "plays": "int64"},
        Table.ITEMS: {"item_id": "int64", **text},
        Table.USERS: {
            "user_id": "int64",
            **dict.fromkeys(["country", "region", "gender"], "str"),
            "age": "Int64",
            "signup": "datetime64[s]",
        },
        Table.ITEM_TYPES: {"item_id": "int64", "music_type": "str", "share": "float64"},
        Table.FRIENDS: {"user_id": "int64", "friend_id": "int64"},
    }
    assert result.tables[Table.INTERACTIONS].to_numpy().tolist() == [[2, 1, 5], [2, 9, 4], [7, 1, 3]]
    assert result.tables[Table.ITEMS]["item_id"].tolist() == [1, 9]
    assert result.tables[Table.USERS]["user_id"].tolist() == [2, 7, 11, 12]
    assert result.tables[Table.FRIENDS].to_numpy().tolist() == [[2, 7], [7, 2]]


def test_items_have_the_music_types_of_their_artists_where_those_are_tagged(raw):
    tags = pd.DataFrame(
        [
            ("BALLAKÉ sissoko", "kora", 1),
            ("Ballaké Sissoko", "kora", 2),
            ("Ballaké Sissoko", "jazz", 1),
            ("Somebody Else", "kora", 9),
        ],
        columns=["artist", "tag", "taggers"],
    )
    types = ingest.ingest(replace(raw, tags=tags), DATASET, music_types.vocabulary(), CHOSEN).tables[
        "item_types"
    ]
    assert types.dtypes.astype(str).tolist() == ["int64", "str", "float64"]
    assert types.to_numpy().tolist() == [[9, "jazz", 0.25], [9, "kora", 0.75]]
    # Artists without an item here don't make a music type a frequent one.
    twice = replace(CHOSEN, min_items=2)
    assert (
        ingest.ingest(replace(raw, tags=tags), DATASET, music_types.vocabulary(), twice)
        .tables["item_types"]
        .empty
    )


def test_countries_become_codes_and_regions(result):
    users = result.tables[Table.USERS]
    assert users["country"].tolist()[:2] == ["US", "GB"]
    assert users["region"].tolist()[:2] == ["United States", "Europe"]
    assert nulls(users["country"]) == nulls(users["region"]) == [False, False, True, True]


def test_namibia_is_a_country_of_the_other_region_and_no_country_is_no_region(result):
    items = result.tables[Table.ITEMS]
    assert items["artist_country"].tolist()[0] == "NA"
    assert items["artist_region"].tolist()[0] == "elsewhere"
    assert nulls(items["artist_region"]) == [False, True]


def test_ages_outside_10_to_90_are_unknown(result):
    ages = result.tables[Table.USERS]["age"]
    assert nulls(ages) == [False, True, True, True]
    assert ages[0] == 90
    assert result.about["notes"]["implausible ages, now unknown"] == 2


def test_mojibake_is_undone_and_right_names_stay(result):
    assert result.tables[Table.ITEMS]["name"].tolist() == ["L'Âme", "Ballaké Sissoko"]
    names = pd.Series(["Björk", "Sigur Rós", "OSKÃO", "Âme", "ABBA", "東京事変", "Ã", "MÃ¶tley CrÃ¼e"])
    assert ingest.repaired(names).tolist() == [*names[:-1], "Mötley Crüe"]


def test_timestamps_and_splits_are_kept(raw):
    played = raw.interactions.assign(split="train", timestamp=pd.to_datetime("2009-04-08"))
    result = ingest.ingest(replace(raw, interactions=played), DATASET, music_types.vocabulary(), CHOSEN)
    assert list(result.tables[Table.INTERACTIONS]) == ["user_id", "item_id", "plays", "timestamp", "split"]


def test_what_breaks_rules_between_tables_is_left_for_validation(raw):
    played = pd.DataFrame({"user_id": [2, 2, 2], "item_id": [1, 1, 666], "plays": [-1, 5, 1]})
    result = ingest.ingest(replace(raw, interactions=played), DATASET, music_types.vocabulary(), CHOSEN)
    assert result.tables[Table.INTERACTIONS].to_numpy().tolist() == [[2, 1, -1], [2, 1, 5], [2, 666, 1]]


def test_rejected_rows_have_file_line_and_reason(result):
    assert result.rejected.to_dict("records") == [
        {"file": "users.tsv", "line": 4, "reason": "age is a whole number, found 'x'"}
    ]


def test_more_rejected_rows_than_allowed_stop_the_run(raw):
    row = ("users.tsv", 5, "age", "is a whole number", "'y'")
    twice = pd.DataFrame([tuple(raw.rejected.iloc[0]), row], columns=list(REJECTED))
    with pytest.raises(BadTable) as caught:
        ingest.ingest(replace(raw, rejected=twice), DATASET, music_types.vocabulary(), CHOSEN)
    assert str(caught.value) == (
        "users.tsv: age: 2 rows break the rule: age is a whole number. Examples: line 4: 'x'; line 5: 'y'"
    )


def test_about_says_what_the_tables_hold(result):
    assert json.loads(json.dumps(result.about)) == {
        "dataset": "made-up",
        "item_kind": "artist",
        "counts": True,
        "source": "nowhere",
        "licence": "none",
        "citation": "nobody",
        "rows": {"interactions": 3, "items": 2, "users": 4, "item_types": 1, "friends": 2},
        "music_types": 1,
        "rejected": 1,
        "notes": {"rows of nothing": 3, "implausible ages, now unknown": 2, "names and artists repaired": 2},
        "coverage": {
            "artist_region": {"items": 0.5, "interactions": 0.666667, "plays": 0.666667},
            "music_types": {"items": 0.5, "interactions": 0.666667, "plays": 0.666667},
        },
    }
