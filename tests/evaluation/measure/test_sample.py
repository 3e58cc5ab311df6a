"""Lists of some listeners are judged in place of everybody's, and intervals say what that costs."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from fairtune.columns import Part
from fairtune.config import params
from fairtune.config.hyperparameters import hyperparameters
from fairtune.data.ingest import ingest
from fairtune.data.sources import catalogue, music_types
from fairtune.evaluation.measure import evaluate as measure_evaluate
from fairtune.matrix.build import build
from fairtune.models.als import model as als
from fairtune.models.baselines.catalogue import ALTERNATIVES
from fairtune.models.play_prediction import predictor as play_predictor

DEMO = params.load(Path(__file__).resolve().parents[3]).datasets["demo"]
SEED = 11


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Judge the demo, all of it and by samples; who is in them differs by the seed of the draw alone."""
    raw = tmp_path_factory.mktemp("raw")
    dataset = catalogue.get("demo")
    dataset.write(raw, dataclasses.replace(DEMO.download.generate, listeners=3000, tracks=800), SEED)
    tables = ingest(dataset.read(raw), dataset, music_types.vocabulary(), DEMO.ingest).tables
    matrix = build(
        tables,
        DEMO.matrix,
        item_block=dataset.item_kind,
        counts=dataset.counts,
        seed=SEED,
        age_bands=DEMO.evaluate.age_bands,
    )
    chosen = dataclasses.replace(hyperparameters(DEMO.tune.start), factors=16, iterations=5)

    def fit(of, part):
        return als.fit(of, part, chosen, seed=SEED, threads=2)

    model = fit(matrix, Part.TRAIN_VALID)
    predictor = play_predictor.learn(
        matrix, Part.TRAIN_VALID, lambda held: fit(held, Part.TRAIN), folds=2, seed=SEED
    )
    popularity = ALTERNATIVES["popularity"].fit(matrix, Part.TRAIN_VALID, seed=SEED, threads=2)
    refits = {block: fit(matrix.without(block), Part.TRAIN_VALID) for block in matrix.influencers}

    def judge(listeners, seed=SEED):
        return measure_evaluate.evaluate(
            matrix,
            model,
            predictor,
            {"popularity": popularity},
            dataclasses.replace(DEMO.evaluate, listeners=listeners, resamples=500),
            refits=refits,
            seed=seed,
            threads=2,
            taste=False,
        )

    return judge(3000), [judge(600, seed) for seed in range(4)]


def figures(value, path=()):
    if isinstance(value, dict):
        if set(value) == {"value", "low", "high"}:
            yield path, value
            return
        for name, below in value.items():
            yield from figures(below, (*path, name))


def test_everybody_is_judged_where_there_are_no_more(judged):
    whole, samples = judged
    assert whole.metrics["n_judged"] == whole.metrics["n_listeners"] == len(whole.listeners) == 3000
    for some in samples:
        assert some.metrics["n_listeners"] == 3000
        assert some.metrics["n_judged"] == len(some.listeners) == 600


def test_intervals_of_a_sample_cover_the_figures_of_all(judged):
    whole, samples = judged
    of_all = dict(figures(whole.metrics))
    headline = ("ranking", "fairness", "rmse", "ablation")
    covered = [
        figure["low"] <= of_all[path]["value"] <= figure["high"]
        for some in samples
        for path, figure in figures(some.metrics)
        if path[0] in headline
        and path in of_all
        and figure["value"] is not None
        # a spread or an extreme of groups is biased upwards, the more the fewer listeners there are, and
        # coverage and concentration of a catalogue grow with the number of lists
        and path[-1] not in {"disparity", "ratio"}
        and figure["low"] != figure["high"]
    ]
    assert len(covered) > 1000
    assert np.mean(covered) > 0.95  # of 600 out of 3,000 the intervals are wider than needed by a tenth


def test_what_is_said_of_items_is_of_all_listeners(judged):
    whole, samples = judged
    for some in samples:
        for grouping, of_all in whole.metrics["fairness"]["providers"].items():
            assert some.metrics["fairness"]["providers"][grouping]["share_unknown"] == of_all["share_unknown"]
        for part in ("cold", "warm"):
            assert some.metrics["items"][part]["n_items"] == whole.metrics["items"][part]["n_items"]
    novelty = whole.metrics["ranking"]["popularity"]["novelty@10"]
    assert samples[0].metrics["ranking"]["popularity"]["novelty@10"]["value"] == pytest.approx(
        novelty["value"], rel=0.01
    )


def test_each_listener_has_the_figures_that_they_have_among_all(judged):
    whole, samples = judged
    of_all = whole.listeners.set_index("user_id")
    for some in samples[1:]:
        theirs = some.listeners.set_index("user_id")
        assert theirs["als_ndcg@10"].equals(of_all.loc[theirs.index, "als_ndcg@10"])
        assert theirs["region"].equals(of_all.loc[theirs.index, "region"])
        assert theirs["predicted_pairs"].equals(of_all.loc[theirs.index, "predicted_pairs"])


def test_groups_have_their_share_of_the_sample(judged):
    whole, samples = judged
    shares = whole.listeners["region"].value_counts(normalize=True)
    for some in samples:
        theirs = some.listeners["region"].value_counts(normalize=True)
        assert (theirs - shares).abs().max() <= 1 / 600
