import json
import os
import sys

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from tests import processes, toy
from tests.validation.drift import listening

from fairtune import files
from fairtune.columns import Table
from fairtune.config import params
from fairtune.validation.drift.measures import Measure
from fairtune.validation.drift.profile import LISTED, Key, Profile, profile
from fairtune.validation.drift.profile_columns import DOUBLINGS, bin_name, doublings

PLAYED = {(1, 0): 1, (1, 1): 2, (2, 1): 3, (2, 3): 4, (3, 1): 5, (4, 4): 16}


def small():
    """The toy's tables with six pairs; of the listeners one is known, of the others something."""
    users = pd.DataFrame(
        {
            "user_id": range(1, 6),
            "region": ["north", "north", None, None, "south"],
            "country": ["NO", "NO", None, None, "ZA"],
            "gender": ["f", None, None, "m", "f"],
            "age": pd.array([17, 18, None, 50, 49], dtype="Int64"),
            "signup": pd.to_datetime(["2009-01-01", None, None, None, None]),
        }
    )
    return {**toy.tables(PLAYED), Table.USERS: users}


def counts(found, column, of, measure):
    return dict(found.columns[Key(column, of, measure)].counts)


def test_a_profile_counts_what_a_hand_counts():
    found = profile(small())

    assert found.rows == {"interactions": 6, "items": 6, "users": 5, "item_types": 6, "friends": 3}
    # bins: 0, 1, 2, 3 to 4, 5 to 8, 9 to 16
    assert counts(found, "plays", "pairs", Measure.PSI) == {"1": 1, "2": 1, "3": 2, "4": 1, "5": 1}
    assert counts(found, "items per listener", "listeners", Measure.PSI) == {"0": 1, "1": 2, "2": 2}
    assert counts(found, "listeners per item", "items", Measure.PSI) == {"1": 3, "3": 1}  # two are unheard
    assert counts(found, "age", "listeners", Measure.PSI) == {"0": 1, "1": 1, "3": 1, "4": 1}
    assert counts(found, "artist", "pairs", Measure.JS) == {"a": 4, "c": 2}
    assert counts(found, "artist", "plays", Measure.JS) == {"a": 11, "c": 20}
    assert counts(found, "artist region", "pairs", Measure.JS) == {"north": 4}
    assert counts(found, "artist gender", "plays", Measure.JS) == {"f": 11}
    assert counts(found, "music type", "pairs", Measure.JS) == {"folk": 0.9, "jazz": 1.5, "rock": 2.6}
    assert counts(found, "listener country", "listeners", Measure.JS) == {"NO": 2, "ZA": 1}
    assert counts(found, "listener gender", "listeners", Measure.JS) == {"f": 2, "m": 1}
    unknown = {
        (key.column, key.of): column.counts.get("1", 0) / column.total
        for key, column in found.columns.items()
        if key.measure is Measure.UNKNOWN
    }
    assert unknown == {
        ("listener country", "listeners"): 0.4,
        ("listener gender", "listeners"): 0.4,
        ("age", "listeners"): 0.2,
        ("signup", "listeners"): 0.8,
        ("artist", "items"): 0,
        ("artist", "pairs"): 0,
        ("artist region", "items"): 2 / 6,
        ("artist region", "pairs"): 2 / 6,
        ("artist country", "items"): 2 / 6,
        ("artist country", "pairs"): 2 / 6,
        ("artist gender", "items"): 2 / 6,
        ("artist gender", "pairs"): 2 / 6,
        ("music type", "items"): 2 / 6,
        ("music type", "pairs"): 1 / 6,
        ("time", "pairs"): 1,
    }


def test_without_counts_of_plays_nothing_is_said_of_shares_of_plays():
    found = profile({**small(), Table.INTERACTIONS: small()[Table.INTERACTIONS].assign(plays=1)})

    assert {key.of for key in found.columns} == {"pairs", "listeners", "items"}


def test_it_is_the_same_after_a_file_and_in_another_process(tmp_path):
    found = profile(listening.tables())
    files.write_json(tmp_path / "profile.json", found.to_json())

    assert Profile.from_json(files.read_json(tmp_path / "profile.json")) == found
    script = (
        "import sys; from pathlib import Path; from fairtune import files;"
        "from fairtune.validation.drift.profile import profile; from tests.validation.drift import listening;"
        "files.write_json(Path(sys.argv[1]), profile(listening.tables()).to_json())"
    )
    root = str(params.project_root())
    processes.run(
        [sys.executable, "-c", script, str(tmp_path / "again.json")],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": os.pathsep.join([f"{root}/src", root])},
        check=True,
    )
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "profile.json").read_bytes()


def test_another_format_is_not_read():
    assert Profile.from_json({**profile(small()).to_json(), "format": 0}) is None


def test_it_names_no_listener_and_no_item():
    text = {
        table: frame.astype({"user_id": "str"} if "user_id" in frame else {})
        for table, frame in small().items()
    }
    for table in (Table.USERS, Table.INTERACTIONS):
        text[table] = text[table].assign(user_id="listener-" + text[table]["user_id"])

    written = json.dumps(profile(text).to_json())

    assert "listener-" not in written
    assert "track 1" not in written


def test_of_a_hundred_thousand_artists_it_lists_a_thousand_and_stays_small(tmp_path):
    size = 100_000
    rng = np.random.default_rng(1)
    items = small()[Table.ITEMS].iloc[[0]].loc[lambda frame: frame.index.repeat(size)].reset_index(drop=True)
    items = items.assign(item_id=range(size), artist=[f"Artist number {number}" for number in range(size)])
    popular = np.minimum((rng.pareto(0.8, 300_000) * 20).astype(int), size - 1)
    plays = pd.DataFrame({"user_id": rng.integers(1, 6, 300_000), "item_id": popular, "plays": 2})

    found = profile({**small(), Table.ITEMS: items, Table.INTERACTIONS: plays})

    artists = found.columns[Key("artist", "pairs", Measure.JS)]
    assert len(artists.counts) == LISTED
    assert artists.total == 300_000
    assert artists.rest == 300_000 - np.sort(np.bincount(popular))[-LISTED:].sum()
    files.write_json(tmp_path / "profile.json", found.to_json())
    assert (tmp_path / "profile.json").stat().st_size < 300_000


@given(st.integers(0, 2**38))
def test_a_number_lies_in_the_bin_that_is_named_for_it(number):
    position = int(doublings(np.array([number]))[0])
    ends = bin_name("plays", position).replace(",", "").removesuffix("s").removesuffix(" play").split(" to ")

    assert int(ends[0]) <= number <= int(ends[-1])
    assert position < DOUBLINGS
