"""Limits of the search: spelled as in the gate, on what the search looks at."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tests.refusals import without_line
from tests.toy import tune_limits

from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.errors import BadParams
from fairtune.tuning import study

ROOT = Path(__file__).parents[2]


@pytest.fixture
def read(tmp_path):
    """Read the project's params.yaml with other `tune.limits` of `demo`."""

    def load(limits):
        values = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        values["datasets"]["demo"]["tune"]["limits"] = limits
        (tmp_path / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
        return params.load(tmp_path).dataset("demo").tune.limits

    return load


def test_a_limit_that_is_not_named_does_not_hold(read):
    limits = read({"max_dp_disparity": {"region": 0.35}, "min_eo_ratio": {"every": 0.8}})

    assert limits == tune_limits(dp=0.35, served=0.8)
    assert (limits.dp, limits.eo, limits.served) == (0.35, None, 0.8)
    assert read({}) == tune_limits()


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (
            {"max_dp_disparity": {"country": 0.3}},
            (
                ".max_dp_disparity: 'country' is not looked at by the search, which compares items by one "
                "grouping: there is region"
            ),
        ),
        (
            {"max_eo_disparity": {"also.artist.region": 0.3}},
            (
                ".max_eo_disparity: 'also.artist.region' is not looked at by the search, which compares "
                "items by one grouping: there is region"
            ),
        ),
        (
            {"min_eo_ratio": {"gender": 0.8}},
            (
                ".min_eo_ratio: 'gender' is not looked at by the search, which keeps the lowest ratio of all "
                "groupings: there is every"
            ),
        ),
        ({"max_dp_disparity": {"region": 0}}, ".max_dp_disparity.region: Input should be greater than 0"),
        ({"min_eo_ratio": {"every": 1.5}}, ".min_eo_ratio.every: Input should be less than or equal to 1"),
        (
            {"min_share": {"tier.tail": 0.1}},
            ".min_share: there is no such key; there are: max_dp_disparity, max_eo_disparity, min_eo_ratio",
        ),
        (
            {"dp": 0.35, "eo": 0.35},
            ": 'dp' is spelled as in section gate now: write max_dp_disparity: {region: 0.35}",
        ),
        (
            {"max_dp_disparity": {"region": 0.35}, "eo": None},
            ": 'eo' is spelled as in section gate now: write max_eo_disparity: {region: ...}",
        ),
        ({"served": 0.8}, ": 'served' is spelled as in section gate now: write min_eo_ratio: {every: 0.8}"),
    ],
)
def test_another_spelling_or_grouping_is_refused_with_what_to_write(read, limits, message):
    with pytest.raises(BadParams) as caught:
        read(limits)

    assert without_line(caught.value) == f"params.yaml: datasets.demo.tune.limits{message}"


def test_a_study_is_not_named_after_limits(tmp_path):
    demo = params.load(ROOT).dataset("demo")
    paths = Paths("demo", tmp_path)
    paths.matrix.mkdir(parents=True)

    other = replace(demo, tune=replace(demo.tune, limits=tune_limits(served=0.5)))

    assert study.name(demo, paths, 1) == study.name(other, paths, 1)
