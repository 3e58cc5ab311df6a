"""Every figure of an evaluation is there, agrees with an independent count, and is the same twice."""

import dataclasses
import json

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.metrics import ndcg_score
from tests.toy import PLAYED, POINT, build

from fairtune.columns import BlockName, Part
from fairtune.config.sections import Evaluate
from fairtune.evaluation.measure import cold_items
from fairtune.evaluation.measure import evaluate as measure_evaluate
from fairtune.evaluation.measure.ground_truth import held_out
from fairtune.metrics import accuracy
from fairtune.metrics.bootstrap import Bootstrap
from fairtune.models.als import model as als
from fairtune.models.baselines.catalogue import ALTERNATIVES
from fairtune.models.play_prediction import predictor as play_predictor
from fairtune.tuning import objective

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
    cold_listeners=0,
)
BUILT = build(PLAYED)
BUILT = dataclasses.replace(BUILT, listeners=BUILT.listeners.assign(gender=None, age=[15, 20, 40, None, 20]))
FIT = als.fit(BUILT, Part.TRAIN_VALID, POINT, seed=1, threads=1)


def predictor(matrix):
    return play_predictor.learn(
        matrix,
        Part.TRAIN_VALID,
        lambda held: als.fit(held, Part.TRAIN, POINT, seed=1, threads=1),
        folds=10,
        seed=1,
    )


PREDICTOR = predictor(BUILT)
REFITS = {
    block: als.fit(BUILT.without(block), Part.TRAIN_VALID, POINT, seed=1, threads=1)
    for block in BUILT.influencers
}
OTHERS = {
    name: kind.fit(BUILT, Part.TRAIN_VALID, seed=1, threads=1)
    for name, kind in ALTERNATIVES.items()
    if name != "variational_autoencoder"  # needs PyTorch
}


def evaluate():
    return measure_evaluate.evaluate(BUILT, FIT, PREDICTOR, OTHERS, PARAMS, refits=REFITS, seed=3, threads=2)


def test_ndcg_agrees_with_scikit_learn_over_unheard_columns():
    model, target = FIT, BUILT.target
    known = BUILT.block(target, Part.TRAIN_VALID).toarray() > 0
    truth = BUILT.truth(target, Part.TRAIN_VALID).toarray()
    scores = model.scores(np.arange(5), target)
    expected = [
        ndcg_score([truth[u][~known[u]]], [scores[u][~known[u]]], k=10) for u in range(5) if truth[u].any()
    ]
    found = evaluate().metrics["ranking"]["als"]["ndcg@10"]["value"]
    assert found == pytest.approx(np.mean(expected), rel=1e-5)


def test_search_and_evaluation_use_the_same_figures():
    judged = objective.judge(BUILT, Part.TRAIN_VALID, FIT, PARAMS, threads=1)
    metrics = evaluate().metrics
    region = metrics["fairness"]["providers"]["region"]
    assert judged.ndcg == pytest.approx(metrics["ranking"]["als"]["ndcg@10"]["value"], rel=1e-5)
    dp, eo = (region[f"{what}@10"]["disparity"]["value"] for what in ("dp", "eo"))
    assert judged.dp == pytest.approx(dp, rel=1e-5)
    assert judged.eo == pytest.approx(np.inf if eo is None else eo, rel=1e-5)
    by_listeners = metrics["fairness"]["listeners"]
    ratios = [by_listeners[of]["eo@10"]["ratio"]["value"] for of in ("region", "age_band")]
    assert judged.served == pytest.approx(min(ratio for ratio in ratios if ratio is not None), rel=1e-5)


def test_metrics_have_the_documented_layout():
    metrics = json.loads(json.dumps(evaluate().metrics, allow_nan=False))
    assert metrics["target"] == "track"
    assert set(metrics["ranking"]) == {"als", *OTHERS}
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
    assert set(providers) == {"region", "country", "tier", "emerging", "artist_gender"}
    assert set(providers["region"]) == {"dp@1", "dp@10", "eo@1", "eo@10", "share_unknown"}
    assert providers["region"]["share_unknown"]["value"] == pytest.approx(1 / 3, rel=1e-5)
    assert set(listeners) == {"region", "country", "age_band", "activity", "mainstreamness", "taste"}
    assert listeners["age_band"]["share_unknown"]["value"] == 0.2
    assert set(metrics["fairness"]["own_region"]) == {"north@1", "north@10"}
    assert set(metrics["items"]) == {"cold", "warm", "unplayed"}
    assert metrics["items"]["unplayed"]["n_truth"] == metrics["items"]["cold"]["n_truth"]  # cold: nobody
    assert set(metrics["ranking_of_listeners"]) == set(listeners)
    assert set(metrics["also"]) == {"artist", "music_type"}
    assert metrics["ranking"]["als"].pop("diversity@1")["value"] is None  # a list of one has no pairs
    for figure in metrics["ranking"]["als"].values():
        assert figure["low"] <= figure["value"] <= figure["high"]


def test_genders_of_artists_are_left_out_where_nobody_knows_any():
    columns = BUILT.columns[BUILT.item_block].assign(artist_gender=None)
    nobody = dataclasses.replace(BUILT, columns={**BUILT.columns, BUILT.item_block: columns})
    metrics = measure_evaluate.evaluate(
        nobody, FIT, predictor(nobody), {}, PARAMS, refits={}, seed=3, threads=1
    ).metrics
    assert set(metrics["fairness"]["providers"]) == {"region", "country", "tier", "emerging"}


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
    metrics = measure_evaluate.evaluate(
        uncounted, FIT, predictor(uncounted), {}, PARAMS, refits={}, seed=3, threads=1
    ).metrics
    assert set(metrics["rmse"]) == {"preference", "skill"}
    assert metrics["rmse"]["preference"]["global_mean"]["value"] == pytest.approx(0.5)


def test_a_search_without_two_known_regions_has_no_disparity_to_lower():
    nowhere = {
        block: columns.assign(region=None).astype({"region": "str"})
        for block, columns in BUILT.columns.items()
    }
    unknown = dataclasses.replace(BUILT, columns=nowhere)
    judged = objective.judge(unknown, Part.TRAIN_VALID, FIT, PARAMS, threads=1)
    assert judged.disparity == 0
    assert judged.ndcg > 0


def test_listeners_never_get_what_they_know():
    known = BUILT.block(BlockName.ARTIST, Part.TRAIN_VALID).toarray() > 0
    share = evaluate().metrics["also"]["artist"]["ranking"]["als"]["coverage@10"]["value"]
    assert share <= (~known).any(axis=0).mean()


def top(k):
    """What `als` lists, known tracks masked: a list of column numbers for each listener."""
    model, known = FIT, BUILT.block(BUILT.target, Part.TRAIN_VALID).toarray() > 0
    scores = np.where(known, -np.inf, model.scores(np.arange(5), BUILT.target))
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return [
        [item for item in row if not known[listener, item]] for listener, row in enumerate(order.tolist())
    ]


def test_cold_and_warm_items_are_judged_by_their_part_of_the_truth():
    plays = BUILT.plays(Part.TRAIN_VALID).toarray() > 0
    truth = BUILT.truth(BUILT.target, Part.TRAIN_VALID).toarray() > 0
    cold = plays.sum(axis=0) <= PARAMS.cold_listeners
    assert 0 < cold.sum() < len(cold)
    for name, inside in (("cold", cold), ("warm", ~cold)):
        recalls = [
            len(set(row) & set(wanted)) / len(wanted)
            for row, of in zip(top(1), truth, strict=True)
            if len(wanted := np.flatnonzero(of & inside))
        ]
        figures = evaluate().metrics["items"][name]
        assert figures["n_items"] == inside.sum()
        assert figures["n_truth"] == truth[:, inside].sum()
        assert figures["recall@1"]["value"] == pytest.approx(np.mean(recalls), rel=1e-5)


def test_items_that_nobody_played_are_judged_among_themselves():
    heard = BUILT.plays(Part.TRAIN_VALID).toarray()
    heard[:, [2, 4]] = 0
    heard = csr_array(heard)
    heard.eliminate_zeros()
    nothing = csr_array(heard.shape, dtype=np.int64)
    hidden = dataclasses.replace(BUILT, train=heard, valid=nothing, test=BUILT.plays(Part.ALL) - heard)
    model = als.fit(hidden, Part.TRAIN_VALID, POINT, seed=1, threads=1)
    bootstrap = Bootstrap(n_listeners=5, resamples=100, seed=3)
    held = held_out(hidden, hidden.target, PARAMS, bootstrap)
    found = cold_items.figures(model, hidden.target, held, [1, 10], bootstrap, threads=2)["unplayed"]
    scores = model.scores(np.arange(5), hidden.target)[:, [2, 4]]
    truth = hidden.truth(hidden.target, Part.TRAIN_VALID).toarray()[:, [2, 4]]
    first = [bool(wanted[scores[u].argmax()]) for u, wanted in enumerate(truth) if wanted.any()]
    size = [wanted.sum() for wanted in truth if wanted.any()]
    assert (found["n_items"], found["n_described"], found["n_truth"]) == (2, 2, truth.sum())
    assert found["recall@1"]["value"] == pytest.approx(np.mean(np.array(first) / size), rel=1e-5)
    assert found["ndcg@1"]["value"] == pytest.approx(np.mean(first), rel=1e-5)
    assert found["chance"]["recall@1"]["value"] == 0.5
    assert found["chance"]["ndcg@1"]["value"] == pytest.approx(np.mean(size) / 2, rel=1e-5)
    assert found["recall@10"]["value"] == found["chance"]["recall@10"]["value"] == 1


def test_chance_is_what_random_lists_get_on_average():
    rng = np.random.default_rng(0)
    truth = csr_array((rng.random((4, 12)) < 0.3).astype(np.int8))
    expected = cold_items.chance(truth, [3, 5])
    drawn = [
        accuracy.per_listener(np.argsort(rng.random(truth.shape), axis=1)[:, :5], truth, [3, 5])
        for _ in range(4_000)
    ]
    for name, values in expected.items():
        np.testing.assert_allclose(values, np.mean([of[name] for of in drawn], axis=0), atol=0.02)


def test_listeners_of_the_north_get_so_much_of_the_north():
    plays = BUILT.plays(Part.TRAIN_VALID).toarray() > 0
    north = (BUILT.columns[BlockName.TRACK]["region"] == "north").to_numpy()
    lists = top(10)
    recommended = np.mean([north[row].mean() for row in lists if row])
    listening = np.mean([north[plays[u]].mean() for u, row in enumerate(lists) if row])
    own = evaluate().metrics["fairness"]["own_region"]["north@10"]
    assert own["n"] == sum(bool(row) for row in lists)
    assert own["share_recommended"]["value"] == pytest.approx(recommended, rel=1e-5)
    assert own["share_listening"]["value"] == pytest.approx(listening, rel=1e-5)
    assert own["ratio"]["value"] == pytest.approx(recommended / listening, rel=1e-5)


def test_shares_of_tail_and_of_emerging_artists_are_counted_item_by_item():
    plays = BUILT.plays(Part.TRAIN_VALID).toarray() > 0
    artist = BUILT.columns[BlockName.TRACK]["artist"].to_numpy()
    audience = {name: plays[:, artist == name].any(axis=1).sum() for name in artist}
    emerging = np.array([audience[name] <= PARAMS.emerging_listeners for name in artist])
    expected = np.mean([emerging[row].mean() for row in top(10) if row])
    figures = evaluate().metrics["ranking"]["als"]
    assert figures["emerging_share@10"]["value"] == pytest.approx(expected, rel=1e-5)


def test_figures_by_group_are_the_means_of_their_listeners():
    evaluated = evaluate()
    frame = evaluated.listeners
    for grouping, of in evaluated.metrics["ranking_of_listeners"].items():
        assert set(of) == set(frame[grouping])
        for group, figures in of.items():
            mean = frame.loc[frame[grouping] == group, "als_ndcg@10"].mean()
            found = figures["ndcg@10"]["value"]
            assert found is None if np.isnan(mean) else found == pytest.approx(mean, rel=1e-5)


def test_a_test_part_without_anything_new_leaves_accuracy_undefined():
    known_already = dataclasses.replace(BUILT, test=BUILT.train)
    metrics = measure_evaluate.evaluate(
        known_already, FIT, predictor(known_already), {}, PARAMS, refits={}, seed=3, threads=1
    ).metrics
    json.dumps(metrics, allow_nan=False)
    nothing = {"value": None, "low": None, "high": None}
    assert metrics["ranking"]["als"]["ndcg@10"] == nothing
    assert metrics["fairness"]["providers"]["region"]["eo@10"]["disparity"] == nothing
    assert metrics["fairness"]["providers"]["region"]["dp@10"]["disparity"]["value"] is not None
    assert metrics["items"]["cold"]["recall@10"] == nothing
