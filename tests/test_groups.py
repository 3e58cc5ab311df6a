"""Who belongs where, worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from tests.toy import build

from fairtune import groups
from fairtune.columns import BlockName, Part

HEARD = {(1, 0): 10, (1, 1): 30, (1, 2): 60, (2, 3): 5}


def test_a_track_has_one_region_and_null_is_unknown():
    of = groups.regions(build(HEARD), BlockName.TRACK, Part.ALL)
    assert of.names == ("north", "south", "unknown")
    assert of.membership.argmax(axis=1).tolist() == [0, 0, 1, 2, 2, 1]
    assert (of.membership.sum(axis=1) == 1).all()


def test_a_music_type_belongs_to_a_region_to_the_extent_that_its_plays_do():
    built = build(HEARD)
    of = groups.regions(built, BlockName.MUSIC_TYPE, Part.ALL)
    row = dict(zip(built.columns[BlockName.MUSIC_TYPE]["name"], of.membership, strict=True))
    # jazz: half of track 1 (north, 30 plays) and all of track 2 (south, 60 plays)
    assert row["jazz"] == pytest.approx([15 / 75, 60 / 75, 0])
    # rock: track 0 (north, 10), half of track 1 (north, 30), a tenth of track 3 (unknown, 5)
    assert row["rock"] == pytest.approx([25 / 25.5, 0, 0.5 / 25.5])


def test_a_music_type_nobody_played_belongs_where_its_artists_are():
    built = build({(1, 0): 10})
    of = groups.regions(built, BlockName.MUSIC_TYPE, Part.ALL)
    row = dict(zip(built.columns[BlockName.MUSIC_TYPE]["name"], of.membership, strict=True))
    assert row["jazz"] == pytest.approx([0.5 / 1.5, 1 / 1.5, 0])


def test_tiers_cut_where_the_shares_of_all_plays_are_reached():
    # listeners of the columns: 4, 3, 2, 1, 0 of 10 cells
    plays = csr_array(np.array([[1, 1, 1, 1, 0], [1, 1, 1, 0, 0], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0]]))
    tier = groups.tiers(plays, head_share=0.4, tail_share=0.3)
    assert tier.membership.argmax(axis=1).tolist() == [0, 1, 2, 2, 2]


def test_listeners_are_labelled_by_what_is_known_of_them():
    built = build({(u, 0): u * u for u in range(1, 6)} | {(u, 1): u for u in range(1, 6)})
    people = pd.DataFrame(
        {
            "user_id": [1, 2, 3, 4, 5],
            "region": ["north", None, "south", "north", None],
            "gender": [None] * 5,
            "age": [17, 18, 24, 60, None],
        }
    )
    labels = groups.listeners(
        type(built)(**{**built.__dict__, "listeners": people}), Part.ALL, age_bands=(18, 25, 50)
    )
    assert labels["region"].tolist() == ["north", "unknown", "south", "north", "unknown"]
    assert "gender" not in labels  # nobody's is known
    assert labels["age_band"].tolist() == ["under 18", "18-24", "18-24", "50+", "unknown"]
    assert labels["activity"].tolist() == [
        "less active",
        "less active",
        "active",
        "most active",
        "most active",
    ]
