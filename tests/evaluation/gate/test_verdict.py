import copy
import json
import math

import pytest

from fairtune.config.gate_limits import Gate
from fairtune.evaluation.gate.verdict import Verdict, verdict


def figure(value, low=None, high=None):
    return {"value": value, "low": value if low is None else low, "high": value if high is None else high}


def groups(**rates):
    return {
        name: {"rate": figure(rate), "share_recommended": figure(0.25), "n": 9}
        for name, rate in rates.items()
    }


METRICS = {
    "rmse": {"skill": figure(0.052, 0.041, 0.063)},
    "ranking": {"als": {"ndcg@10": figure(0.281, 0.27, 0.29)}, "popularity": {"ndcg@10": figure(0.201)}},
    "fairness": {
        "providers": {
            "region": {
                "dp@10": {
                    "disparity": figure(0.12, 0.1, 0.15),
                    "groups": groups(US=0.2, Asia=0.1, unknown=0.9),
                },
                "eo@10": {"disparity": figure(0.3, 0.2, 0.4), "groups": groups(US=0.2, Asia=0.3, other=0.4)},
            }
        },
        "listeners": {
            "gender": {"eo@10": {"ratio": figure(0.9, 0.85, 0.95), "groups": groups(f=0.09, m=0.1)}}
        },
    },
}
LIMITS = {
    "min_rmse_skill": 0.0,
    "beats": ("popularity",),
    "max_dp_disparity": {"region": 0.4},
    "max_eo_disparity": {"region": 0.4},
    "min_eo_ratio": {"gender": 0.8},
    "tolerance_absolute": 0.005,
    "tolerance_relative": 0.03,
}


def judged(path=(), value=None, **limits):
    """Give the verdict on METRICS with the figure at `path` replaced (or dropped, if `value` is None)."""
    metrics = copy.deepcopy(METRICS)
    if path:
        *way, last = path
        node = metrics
        for step in way:
            node = node[step]
        if value is None:
            del node[last]
        else:
            node[last] = value
    return verdict(metrics, Gate(**{**LIMITS, **limits}))


SKILL = ("rmse", "skill")
NDCG = ("ranking", "als", "ndcg@10")
DP = ("fairness", "providers", "region", "dp@10", "disparity")
EO = ("fairness", "providers", "region", "eo@10", "disparity")
RATIO = ("fairness", "listeners", "gender", "eo@10", "ratio")


def test_a_candidate_within_every_limit_passes_with_a_sentence_for_each():
    candidate = judged()
    assert candidate.passed
    assert {gate.name: gate.reason for gate in candidate.gates} == {
        "play prediction": (
            "What listeners play is predicted with an error 5.2 % smaller than by the averages of "
            "listener and item; the whole interval, 4.1 % to 6.3 %, is above 0.0 %."
        ),
        "ranking against popularity": (
            "The first ten recommendations score 0.281 (nDCG@10), at least the 0.201 of popularity."
        ),
        "demographic parity by region": (
            "The chance of an item to be recommended varies between groups by 12.0 % of its mean, "
            "within the 40.0 % allowed (highest: US, lowest: Asia)."
        ),
        "equal opportunity by region": (
            "The chance that an item listeners go on to play is recommended varies between groups by 30.0 % "
            "of its mean, within the 40.0 % allowed (highest: Asia, lowest: US)."
        ),
        "equal opportunity of listeners by gender": (
            "The group served worst is shown 90.0 % as much of what it goes on to play as the group "
            "served best, at least the 80.0 % required (highest: m, lowest: f)."
        ),
    }


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (
            SKILL,
            figure(0.01, -0.002, 0.03),
            "the whole interval, -0.2 % to 3.0 %, should be, but is not, above 0.0 %.",
        ),
        (SKILL, figure(0.01, 0.0, 0.03), "should be, but is not, above 0.0 %."),
        (SKILL, figure(-0.04, -0.05, -0.03), "with an error 4.0 % larger than by the averages"),
        (NDCG, figure(0.2), "score 0.200 (nDCG@10), which is less than the 0.201 of popularity."),
        (DP, figure(0.41), "varies between groups by 41.0 % of its mean, more than the 40.0 % allowed"),
        (EO, figure(0.41), "varies between groups by 41.0 % of its mean, more than the 40.0 % allowed"),
        (RATIO, figure(0.79), "is shown 79.0 % as much of what it goes on to play"),
        (RATIO, figure(0.79), "less than the 80.0 % required"),
    ],
)
def test_a_figure_beyond_its_limit_fails_its_gate_alone(path, value, reason):
    candidate = judged(path, value)
    assert not candidate.passed
    (gate,) = candidate.failed
    assert gate.metric == ".".join(path)
    assert gate.value == value["value"]
    assert reason in gate.reason


@pytest.mark.parametrize("path", [NDCG, DP, EO, RATIO])
def test_a_figure_on_its_limit_passes(path):
    limit = {NDCG: 0.201, RATIO: 0.8}.get(path, 0.4)
    assert judged(path, figure(limit)).passed


@pytest.mark.parametrize("path", [SKILL, NDCG, DP, EO, RATIO, ("fairness",), ("rmse",)])
@pytest.mark.parametrize(
    "value", [None, {"value": None, "low": None, "high": None}, figure(math.nan), {"value": 0.2}]
)
def test_a_missing_or_undefined_figure_breaks_its_limit(path, value):
    failed = judged(path, value).failed
    assert failed
    for gate in failed:
        assert gate.metric.startswith(".".join(path))
        assert (gate.value, gate.low, gate.high) == (None, None, None)
        assert "so the limit counts as broken" in gate.reason
        assert gate.metric not in gate.reason


@pytest.mark.parametrize(
    ("path", "limits", "reason"),
    [
        (SKILL, {}, "How well plays are predicted was not measured, or could not be, {broken}."),
        (
            NDCG,
            {},
            "How good the first ten recommendations of this model are was not measured, {broken}.",
        ),
        (
            DP,
            {},
            (
                "Fewer than two groups of items by region are large enough and have anything to compare, "
                "{broken}."
            ),
        ),
        (DP[:-1], {}, "How alike groups of items by region are treated was not measured, {broken}."),
        (("fairness",), {"max_eo_disparity": {}}, "Nothing was measured for groups of items, {broken}."),
        (
            None,
            {"min_eo_ratio": {"age_band": 0.8}},
            (
                "Nothing is known of listeners by age_band in this data, {broken}; "
                "what they can be compared by: gender."
            ),
        ),
        (
            None,
            {"min_share": {"region.Africa": 0.1}},
            (
                "How much of the lists goes to the group 'Africa' by region was not measured, {broken}; "
                "groups that were: Asia, US, unknown."
            ),
        ),
    ],
)
def test_what_is_missing_is_told_in_words(path, limits, reason):
    gate = judged(path or (), **limits).failed[0]
    assert gate.reason == reason.format(broken="so the limit counts as broken")


def test_a_model_to_beat_that_was_not_evaluated_breaks_the_limit():
    (gate,) = judged(beats=("popularity", "item_knn")).failed
    assert (gate.name, gate.metric) == ("ranking against item_knn", "ranking.item_knn.ndcg@10")


def test_limits_may_name_the_blocks_beside_the_target():
    metrics = METRICS | {"also": {"artist": {"fairness": METRICS["fairness"]}}}
    limits = {"max_dp_disparity": {"also.artist.region": 0.1}, "min_eo_ratio": {"also.artist.gender": 0.95}}
    items, listeners = verdict(metrics, Gate(**{**LIMITS, **limits})).failed
    assert items.name == "demographic parity by region, lists of artists"
    assert items.metric == "also.artist.fairness.providers.region.dp@10.disparity"
    assert items.limit == 0.1
    assert items.reason == (
        "In lists of artists, the chance of an item to be recommended varies between groups by 12.0 % of its "
        "mean, more than the 10.0 % allowed (highest: US, lowest: Asia)."
    )
    assert listeners.metric == "also.artist.fairness.listeners.gender.eo@10.ratio"
    assert listeners.reason.startswith("In lists of artists, the group served worst is shown 90.0 % as much")


@pytest.mark.parametrize(
    ("limit", "ending"), [(0.25, "at least the 25.0 % required."), (0.26, "less than the 26.0 % required.")]
)
def test_a_group_may_be_owed_a_share_of_the_lists(limit, ending):
    candidate = judged(min_share={"region.Asia": limit})
    gate = candidate.gates[-1]
    assert gate.name == "share of lists by region: Asia"
    assert gate.metric == "fairness.providers.region.dp@10.groups.Asia.share_recommended"
    assert gate.passed == (limit == 0.25)
    assert gate.reason == f"The group Asia has 25.0 % of the places of all lists of ten, {ending}"


def test_a_verdict_survives_being_written_and_read():
    for candidate in (judged(), judged(SKILL)):
        written = json.loads(json.dumps(candidate.to_json()))
        assert Verdict.from_json(written) == candidate
        assert written["passed"] is candidate.passed
