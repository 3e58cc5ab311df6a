"""Every figure of an evaluation is there, agrees with an independent count, and is the same twice."""

import dataclasses
import json

import numpy as np
import pytest
from sklearn.metrics import ndcg_score
from tests.toy import PLAYED, POINT, build

from fairtune.columns import BlockName, Part
from fairtune.evaluation import judgement, whole
from fairtune.models import ALTERNATIVES, als
from fairtune.params import Evaluate

PARAMS = Evaluate(
    ks=(1, 10, 20),
    fairness_ks=(1, 10),
    resamples=100,
    min_group=1,
    min_provider_group=1,
    head_share=0.3,
    tail_share=0.3,
    age_bands=(18, 30),
    countries=2,
    emerging_listeners=2,
    emerging_period=0.1,
    cold_listeners=2,
)
BUILT = build(PLAYED)
BUILT = dataclasses.replace(BUILT, listeners=BUILT.listeners.assign(gender=None, age=[15, 20, 40, None, 20]))
FITS = {part: als.fit(BUILT, part, POINT, seed=1, threads=1) for part in (Part.TRAIN, Part.TRAIN_VALID)}
REFITS = {
    block: als.fit(BUILT.without(block), Part.TRAIN_VALID, POINT, seed=1, threads=1)
    for block in BUILT.influencers
}
OTHERS = {name: kind.fit(BUILT, Part.TRAIN_VALID, seed=1, threads=1) for name, kind in ALTERNATIVES.items()}


def evaluate():
    return whole.evaluate(BUILT, FITS, OTHERS, PARAMS, refits=REFITS, seed=3, threads=2)


def test_ndcg_agrees_with_scikit_learn_over_unheard_columns():
    model, target = FITS[Part.TRAIN_VALID], BUILT.target
    known = BUILT.block(target, Part.TRAIN_VALID).toarray() > 0
    truth = BUILT.truth(target, Part.TRAIN_VALID).toarray()
    scores = model.scores(np.arange(5), target)
    expected = [
        ndcg_score([truth[u][~known[u]]], [scores[u][~known[u]]], k=10) for u in range(5) if truth[u].any()
    ]
    found = evaluate().metrics["ranking"]["als"]["ndcg@10"]["value"]
    assert found == pytest.approx(np.mean(expected), rel=1e-5)


def test_search_and_evaluation_use_the_same_figures():
    judged = judgement.judge(BUILT, Part.TRAIN_VALID, FITS[Part.TRAIN_VALID], PARAMS, threads=1)
    metrics = evaluate().metrics
    region = metrics["fairness"]["providers"]["region"]
    assert judged.ndcg == pytest.approx(metrics["ranking"]["als"]["ndcg@10"]["value"], rel=1e-5)
    apart = [region[f"{what}@10"]["disparity"]["value"] for what in ("dp", "eo")]
    worst = max(np.inf if disparity is None else disparity for disparity in apart)
    assert judged.disparity == pytest.approx(worst, rel=1e-5)


def test_metrics_have_the_documented_layout():
    metrics = json.loads(json.dumps(evaluate().metrics, allow_nan=False))
    assert metrics["target"] == "track"
    assert set(metrics["ranking"]) == {"als", "popularity", "tutorial_als", "item_knn"}
    assert set(metrics["rmse"]) == {"log_plays", "skill"}
    assert list(metrics["rmse"]["log_plays"]) == [
        "global_mean",
        "item_mean",
        "user_mean",
        "bias",
        "bias_spread",
        "bias_als",
        "bias_als_influencers",
    ]
    providers, listeners = metrics["fairness"]["providers"], metrics["fairness"]["listeners"]
    assert set(providers) == {"region", "country", "tier", "emerging"}
    assert set(providers["region"]) == {"dp@1", "dp@10", "eo@1", "eo@10", "share_unknown"}
    assert providers["region"]["share_unknown"]["value"] == pytest.approx(1 / 3, rel=1e-5)
    assert set(listeners) == {"region", "country", "age_band", "activity", "mainstreamness"}
    assert listeners["age_band"]["share_unknown"]["value"] == 0.2
    assert set(metrics["fairness"]["own_region"]) == {"north@1", "north@10"}
    assert set(metrics["items"]) == {"cold", "warm"}
    assert set(metrics["ranking_of_listeners"]) == set(listeners)
    assert set(metrics["also"]) == {"artist", "music_type"}
    assert metrics["ranking"]["als"].pop("diversity@1")["value"] is None  # a list of one has no pairs
    for figure in metrics["ranking"]["als"].values():
        assert figure["low"] <= figure["value"] <= figure["high"]


def test_means_of_the_listeners_are_the_metrics():
    evaluated = evaluate()
    for name, figures in evaluated.metrics["ranking"].items():
        mean = evaluated.listeners[f"{name}_recall@10"].mean()
        assert figures["recall@10"]["value"] == pytest.approx(mean, rel=1e-5)
    sums = evaluated.listeners.sum(numeric_only=True)
    error = np.sqrt(sums["squared_error_bias"] / sums["predicted_pairs"])
    assert evaluated.metrics["rmse"]["log_plays"]["bias"]["value"] == pytest.approx(error, rel=1e-5)


def test_two_evaluations_are_identical():
    first, second = evaluate(), evaluate()
    assert first.metrics == second.metrics
    assert first.listeners.equals(second.listeners)


def test_a_data_set_without_counts_is_judged_by_preference():
    uncounted = dataclasses.replace(BUILT, counts=False)
    metrics = whole.evaluate(uncounted, FITS, {}, PARAMS, refits={}, seed=3, threads=1).metrics
    assert set(metrics["rmse"]) == {"preference", "skill"}
    assert metrics["rmse"]["preference"]["global_mean"]["value"] == pytest.approx(0.5)


def test_a_search_without_two_known_regions_has_no_disparity_to_lower():
    nowhere = {
        block: columns.assign(region=None).astype({"region": "str"})
        for block, columns in BUILT.columns.items()
    }
    unknown = dataclasses.replace(BUILT, columns=nowhere)
    judged = judgement.judge(unknown, Part.TRAIN_VALID, FITS[Part.TRAIN_VALID], PARAMS, threads=1)
    assert judged.disparity == 0
    assert judged.ndcg > 0


def test_listeners_never_get_what_they_know():
    known = BUILT.block(BlockName.ARTIST, Part.TRAIN_VALID).toarray() > 0
    share = evaluate().metrics["also"]["artist"]["ranking"]["als"]["coverage@10"]["value"]
    assert share <= (~known).any(axis=0).mean()
