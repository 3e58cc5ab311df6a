"""The search against plain Optuna with full fits: `python benchmarks/search.py [--dataset lastfm-2k]`.

Same space, same matrix, same number of trials, no start that earlier searches found (ours begins in the
middle of the space). Plain: Optuna's TPE sampler as it comes, every fit from random factors to its last
round. Measured is the processor time, by one thread, until a search has a model within 99 % of the best
validation nDCG@10 inside the limits that either of them finds. Needs data/<data set>/matrix
(`dvc repro matrix@lastfm-2k`).
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import math
import os
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from fairtune.columns import Part
from fairtune.config import params
from fairtune.config.hyperparameters import Hyperparameters, hyperparameters
from fairtune.config.paths import Paths
from fairtune.config.search_space import Range, Tune
from fairtune.matrix import storage as matrix_storage
from fairtune.models.als import model as als
from fairtune.models.als.solver import Start
from fairtune.tuning import objective, search, space
from fairtune.tuning.pruning import Look, Settled
from fairtune.tuning.trials import Judged

if TYPE_CHECKING:
    import optuna

    from fairtune.matrix.matrix import Matrix

SHARE, AIM = 0.99, 0.5
Fit = Callable[[Hyperparameters, Callable[[int, Callable[[], als.Als]], None] | None, Start], als.Als]
Course = list[tuple[float, Judged]]
"""Processor seconds since the beginning, and what was found then."""


def middle(tune: Tune) -> Hyperparameters:
    """Give the point in the middle of the space, in logarithms where the search is."""
    values: dict[str, Any] = asdict(tune.start)
    weights = dict(values["block_weights"])
    for name, of in tune.space.items():
        if isinstance(of, Range):
            value: Any = math.sqrt(of.low * of.high) if of.log else (of.low + of.high) / 2
        else:
            value = of[len(of) // 2]
        head, _, block = name.partition(".")
        if block:
            weights[block] = value
        else:
            values[head] = value
    return hyperparameters({**values, "block_weights": weights})


def cold(matrix: "Matrix", factors: int, seed: int) -> Start:
    """Small random factors, as implicit draws them."""
    rng = np.random.RandomState(seed)
    columns = sum(matrix.block(block, Part.TRAIN).shape[1] for block in matrix.blocks)
    rows, others = (rng.rand(n, factors).astype(np.float32) * 0.01 for n in (len(matrix.listeners), columns))
    return rows, others


def ours(fit: Fit, judge: Callable[[als.Als], Judged], matrix: "Matrix", tune: Tune, seed: int) -> Course:
    """Run our search."""
    began, course = time.process_time(), []
    beginning = cache(lambda factors: als.beginning(matrix, Part.TRAIN, factors, seed=seed))

    def attempt(point: Hyperparameters, look: Look) -> Judged:
        def watch(iteration: int, fitted: Callable[[], als.Als]) -> None:
            look(iteration, lambda: judge(fitted()))
            if iteration in look.seen:
                course.append((time.process_time() - began, look.seen[iteration]))

        with suppress(Settled):
            fit(point, watch, beginning(point.factors))
        return look.seen[look.best()]

    search.search(attempt, replace(tune, start=middle(tune)), seed=seed)
    return [*course, (time.process_time() - began, course[-1][1])]


def plain(fit: Fit, judge: Callable[[als.Als], Judged], matrix: "Matrix", tune: Tune, seed: int) -> Course:
    """Run Optuna as it comes."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    began, course = time.process_time(), []

    def objective(trial: "optuna.Trial") -> tuple[float, float]:
        point = space.suggest(trial, tune)
        judged = judge(fit(point, None, cold(matrix, point.factors, seed)))
        course.append((time.process_time() - began, judged))
        return judged.ndcg, judged.disparity

    sampler = optuna.samplers.TPESampler(seed=seed)
    optuna.create_study(directions=["maximize", "minimize"], sampler=sampler).optimize(
        objective, n_trials=tune.trials
    )
    return course


def reached(course: Course, tune: Tune, goal: float) -> float | None:
    """Give the seconds until a model inside the limits is worth `goal`; None: never."""
    times = (at for at, judged in course if judged.excess(tune.limits) <= 0 and judged.ndcg >= goal)
    return next(times, None)


def best(course: Course, tune: Tune) -> float:
    """Give the highest nDCG@10 inside the limits; 0 if there is none."""
    return max((judged.ndcg for _, judged in course if judged.excess(tune.limits) <= 0), default=0.0)


def compared(courses: Mapping[str, Course], tune: Tune) -> float:
    """Print a line a search; give the ratio of their times (one that never got there: all of its time)."""
    goal = SHARE * max(best(course, tune) for course in courses.values())
    times = {}
    for name, course in courses.items():
        at = reached(course, tune, goal)
        times[name] = course[-1][0] if at is None else at
        there = f"{at:7.1f} s" if at is not None else "  never"
        print(f"  {name:<6} there after {there}, best {best(course, tune):.4f}, all {course[-1][0]:7.1f} s")
    ratio = times["ours"] / times["plain"]
    print(f"  ratio {ratio:.2f}", flush=True)
    return ratio


def main() -> None:
    """Print both searches for each seed, and the median of the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="lastfm-2k")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--trials", type=int, help="default: those of params.yaml")
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    chosen = params.load().dataset(options.dataset)
    tune = replace(chosen.tune, trials=options.trials or chosen.tune.trials)
    matrix = matrix_storage.read_matrix(Paths(options.dataset).matrix)
    goal = objective.prepare(matrix, Part.TRAIN, chosen.evaluate)
    ratios = []
    for seed in range(1, options.seeds + 1):
        print(f"{options.dataset}, seed {seed}, {tune.trials} trials")

        def fit(point, watch, start, seed=seed):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            return als.fit(matrix, Part.TRAIN, point, seed=seed, threads=1, watch=watch, start=start)

        def judge(fitted: als.Als) -> Judged:
            return goal.judge_model(fitted, threads=1)

        ratios.append(
            compared({name.__name__: name(fit, judge, matrix, tune, seed) for name in (ours, plain)}, tune)
        )
    print(f"median ratio {statistics.median(ratios):.2f} (aim: at most {AIM:g})")


if __name__ == "__main__":
    main()
