"""The protocol on a world of sixty listeners: who is fitted, who is masked, who is judged."""

from dataclasses import replace

import numpy as np
import pytest
from tests import tiny

from fairtune.columns import BlockName, Part
from fairtune.config.search_space import Range, Tune
from fairtune.experiments.benchmark import protocol, run, search, table
from fairtune.experiments.benchmark.models import factorisations

FIGURES = {"recall@10", "mrr@10", "ndcg@10", "hit@10", "precision@10"}


@pytest.fixture(scope="module")
def split():
    tables, _ = tiny.world(tracks=False)
    params = tiny.matrix_params(BlockName.ARTIST, tiny.ARTIST_MODEL)
    return lambda seed: protocol.recbole(tables, params, seed=seed)


@pytest.fixture(scope="module")
def entries(split):
    return run.run(split, seeds=[0, 1], trials=2, threads=1)


def test_nothing_is_filtered_and_every_listener_keeps_four_fifths_or_more(split):
    tables, _ = tiny.world(tracks=False)
    matrix = split(3)
    size = np.diff(matrix.block(BlockName.ARTIST, Part.ALL).indptr)

    assert size.sum() == len(tables["interactions"])
    assert matrix.target == BlockName.ARTIST
    assert (np.diff(matrix.test.indptr) == np.where(size > 1, np.maximum(size // 10, 1), 0)).all()


def test_the_test_phase_masks_what_validation_holds_and_the_validation_phase_does_not(split):
    matrix = split(0)
    wanted = 2 * matrix.valid.toarray() + matrix.test.toarray()  # validation items are ranked first

    test = run.judged(matrix, Part.TRAIN_VALID, lambda rows: wanted[rows].astype(float), threads=1)
    valid = run.judged(matrix, Part.TRAIN, lambda rows: wanted[rows].astype(float), threads=1)

    assert test["mrr@10"] == test["recall@10"] == valid["recall@10"] == 1


def test_models_learn_from_the_training_part_alone(split):
    matrix = split(0)
    blind = replace(matrix, valid=matrix.valid * 0, test=matrix.test * 0)
    factorisation = factorisations(matrix, 8)[-1]
    rows = np.arange(len(matrix.listeners))

    seeing, unseeing = (
        run._fitted(run.Draw.of(m, 1), factorisation, factorisation.start, 0, 1)(rows)
        for m in (matrix, blind)
    )

    assert (seeing == unseeing).all()


def test_every_model_is_there_and_factorisations_twice(entries):
    assert [(entry.model, entry.free) for entry in entries] == [
        ("popularity", False),
        ("item_knn", False),
        ("plain_als", False),
        ("als", False),
        ("als with friends and types", False),
        ("plain_als", True),
        ("als", True),
        ("als with friends and types", True),
    ]
    assert {
        entry.hyperparameters.factors for entry in entries if entry.hyperparameters and not entry.free
    } == {64}
    assert all(set(figures) == FIGURES for entry in entries for figures in entry.by_seed)


def test_plain_als_has_no_weights_to_tune(entries):
    plain = next(entry.hyperparameters for entry in entries if entry.model == "plain_als")

    assert (plain.alpha, plain.beta, plain.gamma, plain.block_weights) == (1, 0, 0, {})


def test_mean_and_sample_deviation_are_taken_over_seeds(entries):
    first, second = (figures["ndcg@10"] for figures in entries[0].by_seed)
    told = entries[0].to_json()

    assert told["mean"]["ndcg@10"] == pytest.approx((first + second) / 2, rel=1e-5)
    assert told["std"]["ndcg@10"] == pytest.approx(abs(first - second) / np.sqrt(2), rel=1e-5)


def test_one_seed_has_no_deviation(entries):
    assert replace(entries[0], by_seed=entries[0].by_seed[:1]).to_json()["std"]["ndcg@10"] is None


def test_the_same_seeds_give_the_same_table_and_every_fit_is_counted(split, entries):
    counted = []

    again = run.run(split, seeds=[0, 1], trials=2, threads=1, finished=lambda: counted.append(1))

    assert again == entries
    assert len(counted) == run.fits(3, seeds=2, trials=2)


def test_the_search_starts_at_its_start_and_keeps_the_best():
    factorisation = factorisations(tiny.make_matrix(BlockName.ARTIST, (BlockName.ARTIST,)), 8)[-1]
    tune = Tune(trials=25, start=factorisation.start, space={"beta": Range(low=0.0, high=0.8)})
    tried = []

    def judge(point):
        tried.append(point)
        return -abs(point.beta - 0.6)

    found = search.ranked(judge, tune, seed=1)
    best = found[0][0]

    assert tried[0] == factorisation.start
    assert best == min(tried, key=lambda point: abs(point.beta - 0.6))
    assert abs(best.beta - 0.6) < 0.05
    assert [value for _, value in found] == sorted((judge(point) for point, _ in found), reverse=True)


def test_the_best_points_of_the_first_seed_are_judged_by_all(split, monkeypatch):
    draws = {seed: run.Draw.of(split(seed), 1) for seed in (0, 1)}
    factorisation = factorisations(draws[0].matrix, 8)[1]
    asked = []

    def judged(matrix, part, *_scores, **_threads):
        asked.append((matrix is draws[1].matrix, part))
        return {run.GOAL: float(len(asked))}  # the later the better: the last final wins

    monkeypatch.setattr(run, "judged", judged)
    point = run._tuned(draws, factorisation, None, 8, 1, lambda: None)

    assert asked == [(False, Part.TRAIN)] * 8 + [(True, Part.TRAIN)] * run.FINALISTS
    assert point != factorisation.start


RESULT = {
    "target": "artist",
    "listeners": 1892,
    "items": 17632,
    "seeds": 2,
    "trials": 3,
    "published": [{"model": "BPR", "factors": 64, "figures": dict.fromkeys(sorted(FIGURES), 0.1761)}],
    "ours": [
        {
            "model": "als",
            "free": True,
            "factors": 96,
            "mean": dict.fromkeys(sorted(FIGURES), 0.22),
            "std": dict.fromkeys(sorted(FIGURES), 0.00123),
        }
    ],
}


def test_the_table_reads_like_the_published_one():
    assert table.markdown(RESULT) == (
        "| model | factors | recall@10 | mrr@10 | ndcg@10 | hit@10 | precision@10 |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
        "| BPR | 64 | 0.1761 | 0.1761 | 0.1761 | 0.1761 | 0.1761 |\n"
        "| fairtune als | 96, chosen | 0.2200 ± 0.0012 | 0.2200 ± 0.0012 | 0.2200 ± 0.0012 | 0.2200 ± 0.0012 "
        "| 0.2200 ± 0.0012 |\n"
        "\n"
        "1,892 listeners, 17,632 artists. Ours: mean ± standard deviation of 2 splits and fits; "
        "hyperparameters by 3 trials on validation parts."
    )
