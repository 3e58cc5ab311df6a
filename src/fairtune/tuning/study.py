"""The search of a data set: a study in its storage, which any number of processes work on."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import fairtune
from fairtune import console
from fairtune.columns import Part
from fairtune.config.hyperparameters import Hyperparameters
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.ranking import Rows
from fairtune.models import own_class
from fairtune.models.als import model as als
from fairtune.models.als.model import Als
from fairtune.models.base import Scores
from fairtune.models.neighbours.model import Learned
from fairtune.tuning import baselines, finalists, selection, storage
from fairtune.tuning import search as trials_of
from fairtune.tuning.finalists import Rejudged
from fairtune.tuning.objective import Objective, prepare
from fairtune.tuning.pruning import Look, Settled
from fairtune.tuning.trials import FinishedTrial, Judged

LOOKED_AT: Final = 2_500
"""Listeners that a fit is judged by, at the most, while it goes on; once it has ended it is judged by all."""
CODE: Final = (
    "columns.py",
    "matrix",
    "metrics",
    "models/als",
    "models/base.py",
    "models/baselines",
    "models/own_class.py",
    "models/neighbours",
    "tuning",
)
"""What of fairtune a trial runs. Parameters are no part of it: their values name a study as well."""


def alternatives_of(
    params: DatasetParams, paths: Paths, matrix: Matrix, objective: Objective, *, seed: int
) -> dict[str, Any]:
    """Tune what the model is compared with, once a study: another limit fits nothing anew.

    Parameters
    ----------
    params
        Grids of the alternatives, and where the study is.
    paths
        Of the data set.
    matrix
        What the alternatives are fitted on.
    objective
        Judges a fit.
    seed
        Of fits that draw.

    Returns
    -------
    dict[str, Any]
        By model, what `alternatives.json` holds of it.
    """
    grids, threads = params.train.alternatives, os.cpu_count() or 1

    own_class.check(grids)

    def judge(scores: Callable[[Rows], Scores]) -> Judged:
        return objective.judge(scores, threads=threads)

    def tuned() -> dict[str, Any]:
        with console.steps("alternatives", total=baselines.fits(grids)) as finished:
            others = baselines.tune(matrix, grids, judge, seed=seed, threads=threads, finished=finished)
        return {name: alternative.to_json() for name, alternative in others.items()}

    opened = storage.opened(params.tune.storage, paths.study)
    of_grids = f"alternatives: {grids!r}{own_class.digest(grids)}"
    return trials_of.remembered(opened, name(params, paths, seed), of_grids, tuned)


def search(
    params: DatasetParams, paths: Paths, matrix: Matrix, objective: Objective, *, seed: int
) -> tuple[FinishedTrial, ...]:
    """Run what is left of the trials, beside whoever else works on the same study.

    Parameters
    ----------
    params
        Space, budget, and where the study is.
    paths
        Of the data set.
    matrix
        What trials are fitted on.
    objective
        Judges a fit that has ended.
    seed
        Of sampler, fits, and the listeners that looks are judged by.

    Returns
    -------
    tuple[FinishedTrial, ...]
        All finished trials of the study, by their number.
    """
    threads = os.cpu_count() or 1
    beginning = cache(lambda factors: als.beginning(matrix, Part.TRAIN, factors, seed=seed))
    learned = Learned(Part.TRAIN, threads, scored=True)
    some = prepare(matrix, Part.TRAIN, params.evaluate, listeners=LOOKED_AT, seed=seed)

    def attempt(point: Hyperparameters, look: Look) -> Judged:
        best: Als | None = None

        def watch(iteration: int, so_far: Callable[[], Als]) -> None:
            fits: list[Als] = []

            def judge() -> Judged:
                fits.append(so_far())
                return some.judge_model(fits[0], threads=threads)

            nonlocal best
            try:
                look(iteration, judge)
            finally:
                if fits and some.listeners is not None and look.best() == iteration:
                    best = _copied(fits[0])

        with suppress(Settled):
            als.fit(
                matrix,
                Part.TRAIN,
                point,
                seed=seed,
                threads=threads,
                start=beginning(point.factors),
                neighbours=learned.of(matrix, point),
                watch=watch,
            )
        return look.seen[look.best()] if best is None else objective.judge_model(best, threads=threads)

    with console.steps("tune", total=params.tune.trials) as advance:
        shown = 0

        def finished(done: int) -> None:
            nonlocal shown
            for _ in range(shown, done):
                advance()
            shown = done

        return trials_of.search(
            attempt,
            params.tune,
            seed=seed,
            storage=storage.opened(params.tune.storage, paths.study),
            name=name(params, paths, seed),
            workers=storage.workers(),
            finished=finished,
        )


def _copied(model: Als) -> Als:
    """Return the same model with factors of its own, which no further iteration overwrites."""
    columns = {block: factors.copy() for block, factors in model.column_factors.items()}
    return replace(model, listener_factors=model.listener_factors.copy(), column_factors=columns)


def rejudged(
    params: DatasetParams, paths: Paths, matrix: Matrix, trials: Sequence[FinishedTrial], *, seed: int
) -> Rejudged | None:
    """Judge the finalists on other draws of the validation part, once a study.

    Parameters
    ----------
    params
        Limits, split, and where the study is.
    paths
        Of the data set.
    matrix
        What trials were fitted on.
    trials
        All trials.
    seed
        Of draws and fits.

    Returns
    -------
    Rejudged | None
        None: the split can't be drawn anew, or there is one finalist.
    """
    last = selection.finalists(trials, params.tune.limits)
    if params.matrix.split not in finalists.DRAWN_SPLITS or len(last) == 1:
        return None
    points = {trial.number: trial.hyperparameters for trial in last}

    def judged() -> dict[str, Any]:
        with console.steps("finalists", total=len(points) * finalists.DRAWS) as finished:
            return finalists.judge(
                matrix,
                points,
                params.evaluate,
                listeners=params.tune.listeners,
                seed=seed,
                finished=finished,
            ).to_json()

    opened = storage.opened(params.tune.storage, paths.study)
    what = f"finalists: {sorted(points)}"
    return Rejudged.from_json(trials_of.remembered(opened, name(params, paths, seed), what, judged))


def name(params: DatasetParams, paths: Paths, seed: int, *, package: Path | None = None) -> str:
    """Name the study after all that its trials depend on: another matrix, space or code is another study.

    Limits and budgets are not among it: they choose among trials.

    Parameters
    ----------
    params
        Start, space, and groups that a fit is judged by.
    paths
        Of the matrix.
    seed
        Of sampler and fits.
    package
        Where the code lies, by default where it is run from.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    depends = {
        "start": asdict(params.tune.start),
        "space": {name: repr(dimension) for name, dimension in params.tune.space.items()},
        "min_provider_group": params.evaluate.min_provider_group,
        "min_group": params.evaluate.min_group,
        "age_bands": params.evaluate.age_bands,
        "listeners": params.tune.listeners,
        "seed": seed,
    }
    digest = hashlib.sha256(json.dumps(depends, sort_keys=True).encode())
    for file in (*_code(package or Path(fairtune.__file__).parent), *sorted(paths.matrix.iterdir())):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _code(package: Path) -> Iterator[Path]:
    for part in CODE:
        path = package / part
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]
