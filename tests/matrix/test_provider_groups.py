"""Who belongs where, worked out by hand."""

import dataclasses

import numpy as np
import pytest
from scipy.sparse import csr_array
from tests.toy import build

from fairtune.columns import BlockName, Part
from fairtune.config.params import load, project_root
from fairtune.matrix import provider_groups

HEARD = {(1, 0): 10, (1, 1): 30, (1, 2): 60, (2, 3): 5}


def test_a_track_has_one_region_and_null_is_unknown():
    of = provider_groups.regions(build(HEARD), BlockName.TRACK, Part.ALL)
    assert of.names == ("north", "south", "unknown")
    assert of.membership.argmax(axis=1).tolist() == [0, 0, 1, 2, 2, 1]
    assert (of.membership.sum(axis=1) == 1).all()


def test_a_music_type_belongs_to_a_region_to_the_extent_that_its_plays_do():
    built = build(HEARD)
    of = provider_groups.regions(built, BlockName.MUSIC_TYPE, Part.ALL)
    row = dict(zip(built.columns[BlockName.MUSIC_TYPE]["name"], of.membership, strict=True))
    # jazz: half of track 1 (north, 30 plays) and all of track 2 (south, 60 plays)
    assert row["jazz"] == pytest.approx([15 / 75, 60 / 75, 0])
    # rock: track 0 (north, 10), half of track 1 (north, 30), a tenth of track 3 (unknown, 5)
    assert row["rock"] == pytest.approx([25 / 25.5, 0, 0.5 / 25.5])


def test_a_music_type_nobody_played_belongs_where_its_artists_are():
    built = build({(1, 0): 10})
    of = provider_groups.regions(built, BlockName.MUSIC_TYPE, Part.ALL)
    row = dict(zip(built.columns[BlockName.MUSIC_TYPE]["name"], of.membership, strict=True))
    assert row["jazz"] == pytest.approx([0.5 / 1.5, 1 / 1.5, 0])


def test_genders_of_music_types_are_those_of_the_artists_who_are_played():
    built = build(HEARD)
    of = provider_groups.grouping(built, BlockName.MUSIC_TYPE, Part.ALL, "artist_gender")
    assert of.names == ("f", "m", "unknown")
    row = dict(zip(built.columns[BlockName.MUSIC_TYPE]["name"], of.membership, strict=True))
    assert row["jazz"] == pytest.approx([15 / 75, 60 / 75, 0])
    assert row["rock"] == pytest.approx([25 / 25.5, 0, 0.5 / 25.5])


@pytest.mark.parametrize("block", [BlockName.TRACK, BlockName.ARTIST, BlockName.MUSIC_TYPE])
@pytest.mark.parametrize("name", ["region", "country", "artist_gender", "tier"])
def test_every_grouping_shares_every_column_of_every_block(name, block):
    built = build(HEARD)
    of = provider_groups.grouping(built, block, Part.ALL, name)
    assert of.membership.shape == (len(built.columns[block]), len(of.names))
    np.testing.assert_allclose(of.membership.sum(axis=1), 1)


def test_tiers_cut_where_the_shares_of_all_plays_are_reached():
    # listeners of the columns: 4, 3, 2, 1, 0 of 10 cells
    plays = csr_array(np.array([[1, 1, 1, 1, 0], [1, 1, 1, 0, 0], [1, 1, 0, 0, 0], [1, 0, 0, 0, 0]]))
    tier = provider_groups.tiers(plays, head_share=0.4, tail_share=0.3)
    assert tier.membership.argmax(axis=1).tolist() == [0, 1, 2, 2, 2]


def test_the_largest_countries_stand_by_themselves_and_the_rest_is_other():
    built = build(HEARD)  # NO has two tracks, ZA and BW one each, two are unknown
    of = provider_groups.countries(built, BlockName.TRACK, Part.ALL, largest=2)
    assert of.names == ("BW", "NO", "other", "unknown")
    assert of.membership.argmax(axis=1).tolist() == [1, 1, 2, 3, 3, 0]
    assert of.unknown == pytest.approx(1 / 3)


def test_countries_of_music_types_are_those_of_their_plays():
    built = build(HEARD)
    of = provider_groups.countries(built, BlockName.MUSIC_TYPE, Part.ALL, largest=9)
    row = dict(zip(built.columns[BlockName.MUSIC_TYPE]["name"], of.membership, strict=True))
    assert dict(zip(of.names, row["jazz"], strict=True)) == pytest.approx(
        {"BW": 0, "NO": 15 / 75, "ZA": 60 / 75, "unknown": 0}
    )


def emerging(built, block, **limits):
    of = provider_groups.emerging(built, block, Part.ALL, **{"listeners": 1, "period": 0.1, **limits})
    assert of.names == ("emerging", "established")
    return of.membership[:, 0].tolist()


def test_an_artist_with_few_listeners_is_emerging_with_all_tracks():
    # artists a (tracks 0, 1): listeners 1 and 2; b (2): 1; c (3, 4): 1 and 3; d (5): none
    built = build({(1, 0): 1, (2, 1): 1, (1, 2): 1, (1, 3): 1, (3, 4): 1})
    assert emerging(built, BlockName.TRACK) == [0, 0, 1, 0, 0, 1]
    assert emerging(built, BlockName.ARTIST) == [0, 1, 0, 1]


def test_an_artist_that_was_first_played_late_is_emerging():
    built = build({(u, i): 1 for u in range(1, 6) for i in range(6)})
    assert emerging(built, BlockName.TRACK) == [0] * 6
    seen = [0.2, 0.95, 0.9, 0.91, np.nan, np.nan]
    columns = {**built.columns, BlockName.TRACK: built.columns[BlockName.TRACK].assign(first_seen=seen)}
    late = dataclasses.replace(built, columns=columns)
    assert emerging(late, BlockName.TRACK) == [0, 0, 1, 1, 1, 0]  # by the first track of each artist


def test_whether_a_track_of_nobody_knows_whom_is_of_an_emerging_artist_is_unknown():
    built = build({(u, i): 1 for u in range(1, 3) for i in range(6)} | {(3, 0): 1})
    some = built.columns[BlockName.TRACK]
    some = some.assign(artist=some["artist"].where(some.index != 3))
    built = dataclasses.replace(built, columns={**built.columns, BlockName.TRACK: some})
    groups = provider_groups.emerging(built, BlockName.TRACK, Part.ALL, listeners=2, period=0.1)
    assert groups.names == ("emerging", "established", "unknown")
    assert groups.membership.tolist() == [[0, 1, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0], [1, 0, 0]]


def test_without_artists_emergence_is_no_grouping():
    built = build({(u, i): 1 for u in range(1, 3) for i in range(6)} | {(3, 0): 1})
    nameless = built.columns[BlockName.TRACK].assign(artist=None)
    built = dataclasses.replace(built, columns={**built.columns, BlockName.TRACK: nameless})
    everything = load(project_root()).dataset("demo").evaluate
    assert "emerging" not in provider_groups.provider_groupings(built, BlockName.TRACK, Part.ALL, everything)
    assert "tier" in provider_groups.provider_groupings(built, BlockName.TRACK, Part.ALL, everything)


def test_without_unknown_columns_none_are_unknown():
    assert provider_groups.ProviderGroups(("a",), np.ones((3, 1))).unknown == 0
