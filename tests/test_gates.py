import copy
import json

import pytest

from fairtune.gates import Verdict, verdict
from fairtune.params import Gate


def figure(value, low=None, high=None):
    return {"value": value, "low": value if low is None else low, "high": value if high is None else high}


def groups(**rates):
    return {name.replace("_", " "): {"rate": figure(rate), "n": 9} for name, rate in rates.items()}


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
@pytest.mark.parametrize("value", [None, {"value": None, "low": None, "high": None}])
def test_a_missing_or_undefined_figure_breaks_its_limit(path, value):
    failed = judged(path, value).failed
    assert failed
    for gate in failed:
        assert gate.metric.startswith(".".join(path))
        assert gate.reason == (
            f"There is no figure for this: {gate.metric} is missing or undefined, "
            "so the limit counts as broken."
        )


def test_a_model_to_beat_that_was_not_evaluated_breaks_the_limit():
    (gate,) = judged(beats=("popularity", "item_knn")).failed
    assert (gate.name, gate.metric) == ("ranking against item_knn", "ranking.item_knn.ndcg@10")


def test_limits_may_name_the_blocks_beside_the_target():
    metrics = METRICS | {"also": {"artist": {"fairness": METRICS["fairness"]}}}
    candidate = verdict(metrics, Gate(**{**LIMITS, "max_dp_disparity": {"also.artist.region": 0.1}}))
    (gate,) = candidate.failed
    assert gate.metric == "also.artist.fairness.providers.region.dp@10.disparity"
    assert gate.limit == 0.1


def test_a_verdict_survives_being_written_and_read():
    for candidate in (judged(), judged(SKILL)):
        written = json.loads(json.dumps(candidate.to_json()))
        assert Verdict.from_json(written) == candidate
        assert written["passed"] is candidate.passed
