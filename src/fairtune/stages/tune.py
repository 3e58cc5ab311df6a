"""Stage `tune`: search on the validation part, then choose by rule."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from math import isfinite
from pathlib import Path

import pandas as pd

import fairtune
from fairtune import alternatives, artifacts, store, study, tuning
from fairtune.columns import Part
from fairtune.evaluation import judgement
from fairtune.models import als
from fairtune.models.base import Rows, Scores
from fairtune.params import DatasetParams, Hyperparameters
from fairtune.paths import Paths
from fairtune.progress import steps


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    """Read the matrix; write the choice, all trials, how the chosen fit learned, round by round, and the best
    settings of the alternatives.

    A search that was killed goes on where it stopped.
    """
    matrix, threads = artifacts.read_matrix(paths.matrix), os.cpu_count() or 1

    rounds: list[tuple[int, tuning.Judged]] = []

    exam = judgement.exam(matrix, Part.TRAIN, params.evaluate)

    def judge_scores(scores: Callable[[Rows], Scores]) -> tuning.Judged:
        return exam.judge(scores, threads=threads)

    def judge(fitted: als.Als) -> tuning.Judged:
        return judge_scores(lambda rows: fitted.scores(rows, matrix.target))

    def attempt(point: Hyperparameters) -> tuning.Judged:
        return judge(als.fit(matrix, Part.TRAIN, point, seed=seed, threads=threads))

    def watch(iteration: int, fitted: als.Als) -> None:
        if iteration in tuning.worth_a_look(point.iterations):
            rounds.append((iteration, judge(fitted)))

    grids = params.train.alternatives
    with steps("alternatives", total=alternatives.fits(grids)) as finished:
        others = alternatives.tune(matrix, grids, judge_scores, seed=seed, threads=threads, finished=finished)
    store.write_json(paths.alternatives, {name: tuned.to_json() for name, tuned in others.items()})
    with steps("tune", total=params.tune.trials) as finished:
        trials = tuning.search(
            attempt,
            params.tune,
            seed=seed,
            storage=study.journal(paths.study),
            name=_study_name(params, paths, seed),
            finished=finished,
        )
    choice = tuning.choose(trials, params.tune.limits)
    point = choice.trial.point
    als.fit(matrix, Part.TRAIN, point, seed=seed, threads=threads, watch=watch)
    store.write_json(paths.best, _best(choice))
    store.write_table(paths.trials, _table(trials, choice))
    store.write_table(paths.learning, _learning(rounds))
    judged = choice.trial.judged
    print(
        f"trial {choice.trial.number}: nDCG@10 {judged.ndcg:.4f}, DP disparity {judged.dp:.3f}, EO disparity "
        f"{judged.eo:.3f}, EO ratio of listeners {judged.served:.2f}; {choice.reason}"
    )


def _study_name(params: DatasetParams, paths: Paths, seed: int) -> str:
    """Name the study after all that its trials depend on: another matrix, space or code is another study."""
    depends = {
        "start": asdict(params.tune.start),
        "space": {name: repr(dimension) for name, dimension in params.tune.space.items()},
        "min_provider_group": params.evaluate.min_provider_group,
        "min_group": params.evaluate.min_group,
        "age_bands": params.evaluate.age_bands,
        "seed": seed,
    }
    digest = hashlib.sha256(json.dumps(depends, sort_keys=True).encode())
    code = Path(fairtune.__file__).parent.rglob("*.py")
    for file in (*sorted(code), *sorted(paths.matrix.iterdir())):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _best(choice: tuning.Choice) -> dict[str, object]:
    judged = choice.trial.judged
    return {
        "hyperparameters": asdict(choice.trial.point),
        "number": choice.trial.number,
        "ndcg@10": judged.ndcg,
        "dp": judged.dp,
        "eo": judged.eo if isfinite(judged.eo) else None,  # no group found anything
        "served": judged.served,
        "flagged": choice.flagged,
        "reason": choice.reason,
    }


def _learning(rounds: list[tuple[int, tuning.Judged]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "iteration": [iteration for iteration, _ in rounds],
            "ndcg": [judged.ndcg for _, judged in rounds],
            "dp": [judged.dp for _, judged in rounds],
            "eo": [judged.eo for _, judged in rounds],
            "served": [judged.served for _, judged in rounds],
        }
    )


def _table(trials: tuple[tuning.FinishedTrial, ...], choice: tuning.Choice) -> pd.DataFrame:
    points = pd.json_normalize([asdict(trial.point) for trial in trials])
    judged = pd.DataFrame(
        {
            "number": [trial.number for trial in trials],
            "ndcg": [trial.judged.ndcg for trial in trials],
            "dp": [trial.judged.dp for trial in trials],
            "eo": [trial.judged.eo for trial in trials],
            "served": [trial.judged.served for trial in trials],
            "chosen": [trial.number == choice.trial.number for trial in trials],
        }
    )
    return judged.join(points[sorted(points.columns)])
