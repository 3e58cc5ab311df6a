"""Limits on what the data doesn't tell are refused before a search, all at once."""

from dataclasses import replace

import pytest
from tests.toy import PLAYED, build

from fairtune.config.params import load, project_root
from fairtune.errors import BadParams
from fairtune.evaluation.gate import feasibility

DEMO = load(project_root()).dataset("demo")
EVALUATE = replace(DEMO.evaluate, min_group=2, min_provider_group=1)
NONE = replace(DEMO.gate, max_dp_disparity={}, max_eo_disparity={}, min_eo_ratio={}, min_share={})
MATRIX = build(PLAYED)
MATRIX = replace(MATRIX, listeners=MATRIX.listeners.assign(gender=None, age=None))


def refused(evaluate=EVALUATE, **limits):
    with pytest.raises(BadParams) as error:
        feasibility.check(MATRIX, replace(NONE, **limits), evaluate)
    return str(error.value)


def test_limits_that_a_model_may_keep_pass():
    feasibility.check(
        MATRIX,
        replace(
            NONE,
            max_dp_disparity={"region": 0.1, "also.artist.region": 0.1},
            min_eo_ratio={"activity": 0.5, "taste": 0.5},
            min_share={"tier.tail": 0.1},
        ),
        EVALUATE,
    )


def test_what_nothing_is_known_of_is_named_with_the_way_out():
    way_out = "no model can keep this limit: take it out of params.yaml, or bring data that tells"
    assert refused(min_eo_ratio={"gender": 0.8, "region": 0.8}) == (
        f"gate.min_eo_ratio.gender: nothing is known of listeners by gender in this data: {way_out}; "
        f"gate.min_eo_ratio.region: fewer than two groups of listeners by region have 2 members: {way_out}"
    )
    few = replace(EVALUATE, min_provider_group=50)
    assert refused(few, max_eo_disparity={"region": 0.1}) == (
        f"gate.max_eo_disparity.region: fewer than two groups of items by region have 50 members: {way_out}"
    )


def test_a_group_that_is_not_there_is_named_beside_those_that_are():
    assert refused(min_share={"region.east": 0.1}) == (
        "gate.min_share.region.east: there is no group 'east' of items by region, there are: north, south, "
        "unknown"
    )
