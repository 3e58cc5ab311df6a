"""Limits that make no sense are refused when params.yaml is read, with the place and a way out."""

import math
from pathlib import Path

import pytest
import yaml
from tests.refusals import without_line

from fairtune.config import gate_limits, params
from fairtune.config.gate_limits import Place
from fairtune.errors import BadParams
from fairtune.matrix import provider_groups

ROOT = Path(__file__).parents[2]
ITEMS = (
    "region, country, tier, emerging, artist_gender, and also.<block>.<grouping> for lists beside the target"
)
LISTENERS = (
    "region, country, gender, age_band, activity, mainstreamness, taste, "
    "and also.<block>.<grouping> for lists beside the target"
)


@pytest.fixture
def refused(tmp_path):
    """Give the message for the project's params.yaml with a changed section `gate` of lastfm-2k."""

    def read(**changed):
        values = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        values["datasets"] = {"lastfm-2k": values["datasets"]["lastfm-2k"]}
        values["datasets"]["lastfm-2k"]["gate"].update(changed)
        (tmp_path / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
        with pytest.raises(BadParams) as caught:
            params.load(tmp_path)
        return without_line(caught.value)

    return read


@pytest.mark.parametrize(
    ("section", "value", "message"),
    [
        (
            "max_dp_disparity",
            {"regoin": 0.4},
            f"max_dp_disparity: no grouping of items is called 'regoin': there are {ITEMS}",
        ),
        (
            "max_eo_disparity",
            {"gender": 0.4},
            f"max_eo_disparity: no grouping of items is called 'gender': there are {ITEMS}",
        ),
        (
            "min_eo_ratio",
            {"tier": 0.4},
            f"min_eo_ratio: no grouping of listeners is called 'tier': there are {LISTENERS}",
        ),
        (
            "min_eo_ratio",
            {"": 0.4},
            f"min_eo_ratio: no grouping of listeners is called '': there are {LISTENERS}",
        ),
        (
            "min_eo_ratio",
            {"also.artist": 0.4},
            "min_eo_ratio: no grouping of listeners is called 'also.artist'",
        ),
        (
            "max_dp_disparity",
            {"tier.tail": 0.4},
            "max_dp_disparity: 'tier.tail' names a group: these limits are on whole groupings of items",
        ),
        (
            "min_share",
            {"tier": 0.1},
            "min_share: 'tier' names no group: write <grouping>.<group>, such as tier.tail",
        ),
        (
            "min_share",
            {"tier.tial": 0.1},
            "min_share: there is no tier 'tial': there are head, middle, tail",
        ),
        (
            "min_share",
            {"tier.head": 0.6, "tier.tail": 0.5},
            "min_share: the shares of groups by tier sum to more than 1: no list can hold them",
        ),
        (
            "max_dp_disparity",
            {"region": -0.1},
            "max_dp_disparity.region: Input should be greater than or equal to 0",
        ),
        (
            "max_eo_disparity",
            {"region": math.inf},
            "max_eo_disparity.region: Input should be a finite number",
        ),
        ("max_eo_disparity", {"region": math.nan}, "max_eo_disparity.region: Input should be "),
        ("max_dp_disparity", {"region": True}, "max_dp_disparity.region: Input should be a valid number"),
        ("min_eo_ratio", {"activity": 1.2}, "min_eo_ratio.activity: Input should be less than or equal to 1"),
        ("min_eo_ratio", {"activity": 0}, "min_eo_ratio.activity: Input should be greater than 0"),
        ("min_share", {"tier.tail": 1.5}, "min_share.tier.tail: Input should be less than or equal to 1"),
        ("min_rmse_skill", 1, "min_rmse_skill: Input should be less than 1"),
        ("min_rmse_skill", math.nan, "min_rmse_skill: Input should be "),
        ("tolerance_absolute", -0.1, "tolerance_absolute: Input should be greater than or equal to 0"),
        ("tolerance_relative", 3, "tolerance_relative: Input should be less than 1"),
    ],
)
def test_a_limit_that_makes_no_sense_is_named_with_its_place(refused, section, value, message):
    assert refused(**{section: value}).startswith(f"params.yaml: datasets.lastfm-2k.gate.{message}")


@pytest.mark.parametrize(
    ("section", "value", "message"),
    [
        (
            "beats",
            ["item_knnn"],
            (
                "gate.beats: 'item_knnn' is not among train.alternatives: autoencoder, item_knn, linear, "
                "plain_als, popularity, tutorial_als"
            ),
        ),
        (
            "max_dp_disparity",
            {"also.album.tier": 0.4},
            (
                "gate.max_dp_disparity: 'also.album.tier': beside the target there are no lists of 'album', "
                "but of: artist"
            ),
        ),
        (
            "min_share",
            {"also.music_type.tier.tail": 0.1},
            (
                "gate.min_share: 'also.music_type.tier.tail': beside the target there are no lists of "
                "'music_type', but of: artist"
            ),
        ),
        (
            "min_eo_ratio",
            {"also.friend.gender": 0.4},
            (
                "gate.min_eo_ratio: 'also.friend.gender': beside the target there are no lists of 'friend', "
                "but of: artist"
            ),
        ),
    ],
)
def test_a_limit_on_what_is_not_evaluated_is_named_with_its_data_set(refused, section, value, message):
    assert refused(**{section: value}) == f"params.yaml: datasets.lastfm-2k: {message}"


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("region", Place(None, "region", None)),
        ("region.St. Helena", Place(None, "region", "St. Helena")),
        ("also.artist.region", Place("artist", "region", None)),
        ("also.artist.tier.tail", Place("artist", "tier", "tail")),
    ],
)
def test_a_limit_says_what_it_is_about(written, place):
    assert Place.parse(written) == place


def test_groups_known_beforehand_are_those_that_are_measured():
    assert gate_limits.GROUPS == {"tier": provider_groups.TIERS, "emerging": provider_groups.EMERGING}
