"""Stage `tune`: search on the validation part, then choose by rule."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

import fairtune
from fairtune import alternatives, artifacts, champion_settings, provenance, store, study
from fairtune.columns import Part
from fairtune.console import steps
from fairtune.evaluation import judgement
from fairtune.evaluation.judgement import Exam
from fairtune.matrix import Matrix
from fairtune.models import als
from fairtune.models.base import Rows, Scores
from fairtune.models.work import Size
from fairtune.params import DatasetParams, Hyperparameters
from fairtune.paths import Paths
from fairtune.tuning import choice as tuning_choice
from fairtune.tuning import search as tuning_search
from fairtune.tuning.cutting import Look
from fairtune.tuning.trials import FinishedTrial, Judged


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    """Read the matrix; write the choice, all trials, how the chosen fit learned, round by round, and the best
    settings of the alternatives.

    A search that was killed goes on where it stopped. Where that is asked for, the settings of the champion
    are kept instead (`fairtune.champion_settings`).
    """
    kept = champion_settings.kept(params.register.model, root=paths.root)
    if kept is not None:
        params = replace(params, tune=champion_settings.instead_of_search(params.tune, kept[0]))
    matrix = artifacts.read_matrix(paths.matrix)
    exam = judgement.exam(matrix, Part.TRAIN, params.evaluate)
    store.write_json(paths.alternatives, _alternatives(params, paths, matrix, exam, seed=seed))
    trials = search(params, paths, matrix, exam, seed=seed)
    choice = (
        tuning_choice.choose(trials, params.tune.limits)
        if kept is None
        else tuning_choice.keep(trials, params.tune.limits, version=kept[1])
    )
    store.write_json(paths.best, _best(choice, kept_from=kept and kept[1]))
    store.write_table(paths.trials, _table(trials, choice, Size.of(matrix, Part.TRAIN)))
    store.write_json(paths.trial_seconds, _seconds(trials, paths.trials))
    store.write_table(paths.learning, _learning(choice.trial))
    print(said(choice, trials, params))


def _alternatives(
    params: DatasetParams, paths: Paths, matrix: Matrix, exam: Exam, *, seed: int
) -> dict[str, Any]:
    """Tune what the model is compared with, once a study: another limit fits nothing anew."""
    grids, threads = params.train.alternatives, os.cpu_count() or 1

    def judge(scores: Callable[[Rows], Scores]) -> Judged:
        return exam.judge(scores, threads=threads)

    def tuned() -> dict[str, Any]:
        with steps("alternatives", total=alternatives.fits(grids)) as finished:
            others = alternatives.tune(matrix, grids, judge, seed=seed, threads=threads, finished=finished)
        return {name: of.to_json() for name, of in others.items()}

    storage, name = study.opened(params.tune.storage, paths.study), _study_name(params, paths, seed)
    return tuning_search.remembered(storage, name, f"alternatives: {grids!r}", tuned)


def search(
    params: DatasetParams, paths: Paths, matrix: Matrix, exam: Exam, *, seed: int
) -> tuple[FinishedTrial, ...]:
    """Run what is left of the trials, beside whoever else works on the same study."""
    threads = os.cpu_count() or 1
    beginning = cache(lambda factors: als.beginning(matrix, Part.TRAIN, factors, seed=seed))

    def attempt(point: Hyperparameters, look: Look) -> Judged:
        fitted = als.fit(
            matrix,
            Part.TRAIN,
            point,
            seed=seed,
            threads=threads,
            start=beginning(point.factors),
            watch=lambda iteration, so_far: look(
                iteration, lambda: exam.judge_model(so_far(), threads=threads)
            ),
        )
        return exam.judge_model(fitted, threads=threads)

    with steps("tune", total=params.tune.trials) as advance:
        shown = 0

        def finished(done: int) -> None:
            nonlocal shown
            for _ in range(shown, done):
                advance()
            shown = done

        return tuning_search.search(
            attempt,
            params.tune,
            seed=seed,
            storage=study.opened(params.tune.storage, paths.study),
            name=_study_name(params, paths, seed),
            workers=study.workers(),
            finished=finished,
        )


def said(choice: tuning_choice.Choice, trials: tuple[FinishedTrial, ...], params: DatasetParams) -> str:
    """Say what was chosen and what the trials cost."""
    judged, cut = choice.trial.judged, sum(trial.cut for trial in trials)
    short = params.tune.trials - len(trials)
    over = f"; {params.tune.minutes:g} minutes were over, {short} trials short" if short else ""
    return (
        f"trial {choice.trial.number}: nDCG@10 {judged.ndcg:.4f}, DP disparity {judged.dp:.3f}, EO disparity "
        f"{judged.eo:.3f}, EO ratio of listeners {judged.served:.2f}; {choice.reason}\n"
        f"{len(trials)} trials in {sum(trial.seconds for trial in trials):.0f} s, {cut} cut early{over}"
    )


def _study_name(params: DatasetParams, paths: Paths, seed: int) -> str:
    """Name the study after all that its trials depend on: another matrix, space or code is another study.

    Limits and budgets are not among it: they choose among trials.
    """
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


def _best(choice: tuning_choice.Choice, *, kept_from: int | None) -> dict[str, object]:
    judged = choice.trial.judged
    kept = {} if kept_from is None else {champion_settings.KEPT_FROM: kept_from}
    return {
        **kept,
        "hyperparameters": asdict(choice.trial.point),
        "number": choice.trial.number,
        "ndcg@10": judged.ndcg,
        "dp": judged.dp,
        "eo": judged.eo if isfinite(judged.eo) else None,  # no group found anything
        "served": judged.served,
        "flagged": choice.flagged,
        "reason": choice.reason,
    }


def _learning(chosen: FinishedTrial) -> pd.DataFrame:
    """A row a round that the chosen fit was judged after."""
    judged = pd.DataFrame([asdict(judged) for judged in chosen.looks.values()])
    rounds = list(chosen.looks)
    judged.insert(0, "iteration", rounds)
    return judged.assign(chosen=[after == chosen.point.iterations for after in rounds])


def _table(trials: tuple[FinishedTrial, ...], choice: tuning_choice.Choice, size: Size) -> pd.DataFrame:
    """A row a trial: what it was judged, what it cost (`work` in billions of multiply-adds), its point."""
    points = pd.json_normalize([asdict(trial.point) for trial in trials])
    costs = pd.DataFrame(
        {
            "number": [trial.number for trial in trials],
            "chosen": [trial.number == choice.trial.number for trial in trials],
            "cut": [trial.cut for trial in trials],
            "iterations_done": [trial.iterations_done for trial in trials],
            "work": [round(_work(trial, size), 6) for trial in trials],
        }
    )
    judged = pd.DataFrame([asdict(trial.judged) for trial in trials])
    return costs.join(judged).join(points[sorted(points.columns)])


def _seconds(trials: tuple[FinishedTrial, ...], table: Path) -> dict[str, object]:
    """How long the trials of `table` took: a file of its own, because it differs in every run."""
    took = {str(trial.number): round(trial.seconds, 3) for trial in trials}
    return {"trials": provenance.file_digest(table), "seconds": took}


def _work(trial: FinishedTrial, size: Size) -> float:
    return size.work(factors=trial.point.factors, iterations=trial.iterations_done, ranked=len(trial.looks))
