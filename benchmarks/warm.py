"""How many rounds a fit saves that starts from the champion's factors: `python benchmarks/warm.py NAME...`.

A champion is fitted without some of the training pairs, drawn at random; then everything is fitted, cold
(from the singular value decomposition that every fit starts from) and warm (from the champion). After each
round nDCG@10 on the validation part, and the first round that reaches the last value of the cold fit, less
what another seed moves that by (one standard deviation). Pairs of the validation and the test part are in
none of the fits. Seconds are the processor's.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from fairtune import files
from fairtune.columns import Part
from fairtune.config import params
from fairtune.config.hyperparameters import Hyperparameters, hyperparameters
from fairtune.config.paths import Paths
from fairtune.matrix import storage as matrix_storage
from fairtune.matrix.matrix import Matrix
from fairtune.metrics import accuracy, ranking
from fairtune.models import alignment, warm_start
from fairtune.models.als import model as als
from fairtune.models.als.solver import Start

K = 10


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("datasets", nargs="+")
    arguments.add_argument("--shares", type=float, nargs="+", default=[0.01, 0.05, 0.1])
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--rounds", type=int, default=5, help="of a warm fit")
    given = arguments.parse_args()
    for dataset in given.datasets:
        measure(dataset, given.shares, range(given.seeds), given.rounds)


def measure(dataset: str, shares: Sequence[float], seeds: Sequence[int], rounds: int) -> None:
    paths = Paths(dataset)
    matrix = matrix_storage.read_matrix(paths.matrix)
    chosen = hyperparameters(files.read_json(paths.best)["hyperparameters"])
    bands = params.load().dataset(dataset).evaluate.age_bands
    colds, seconds = zip(*(curve(matrix, chosen, seed, None) for seed in seeds), strict=True)
    last = np.array([cold[-1] for cold in colds])
    noise = float(np.std(last, ddof=1))
    print(
        f"{dataset}: {chosen.factors} factors, {chosen.iterations} rounds cold: nDCG@10 {last.mean():.4f}, "
        f"deviation between {len(last)} seeds {noise:.4f}; {np.mean(seconds):.1f} s a fit",
        flush=True,
    )
    for share in shares:
        for seed, cold in zip(seeds, colds, strict=True):
            before = without(matrix, share, seed)
            fitted = als.fit(before, Part.TRAIN, chosen, seed=seed, threads=threads())
            champion = alignment.describe(
                before, Part.TRAIN, fitted, regularization=chosen.regularization, age_bands=bands
            )
            begun = time.process_time()
            start = warm_start.start(champion, matrix, Part.TRAIN, chosen, age_bands=bands, threads=threads())
            carrying = time.process_time() - begun
            warm, spent = curve(matrix, replace(chosen, iterations=rounds), seed, start)
            goal = cold[-1] - noise
            print(
                f"  {share:.0%} new pairs, seed {seed}: rounds cold {first(cold, goal)}, "
                f"warm {first(warm, goal)}; the champion {ndcg(matrix, fitted):.4f}, "
                f"warm {', '.join(f'{value:.4f}' for value in warm)}, cold {cold[-1]:.4f}; "
                f"{carrying:.1f} s to carry over, {spent:.1f} s for {rounds} rounds",
                flush=True,
            )


def curve(
    matrix: Matrix, chosen: Hyperparameters, seed: int, start: Start | None
) -> tuple[list[float], float]:
    """Give nDCG@10 after each round, and the processor's seconds of the fit without the judging."""
    found: list[float] = []
    judging = 0.0

    def watch(_: int, model: Callable[[], als.Als]) -> None:
        nonlocal judging
        begun = time.process_time()
        found.append(ndcg(matrix, model()))
        judging += time.process_time() - begun

    begun = time.process_time()
    als.fit(matrix, Part.TRAIN, chosen, seed=seed, threads=threads(), watch=watch, start=start)
    return found, time.process_time() - begun - judging


def first(values: Sequence[float], goal: float) -> int | str:
    """Give the first round that reaches the goal."""
    reached = [number for number, value in enumerate(values, start=1) if value >= goal]
    return reached[0] if reached else f"more than {len(values)}"


def ndcg(matrix: Matrix, model: als.Als) -> float:
    known = matrix.block(matrix.target, Part.TRAIN)
    lists = ranking.rank(lambda rows: model.scores(rows, matrix.target), known, K, threads=threads())
    found = accuracy.per_listener(lists, matrix.truth(matrix.target, Part.TRAIN), [K])[f"ndcg@{K}"]
    return float(np.nanmean(found))


def without(matrix: Matrix, share: float, seed: int) -> Matrix:
    """Leave out so many of the training pairs."""
    cells = matrix.train.tocoo()
    kept = np.random.default_rng(seed).random(cells.nnz) >= share
    train = csr_array((cells.data[kept], (cells.row[kept], cells.col[kept])), shape=cells.shape)
    return replace(matrix, train=train)


def threads() -> int:
    return os.cpu_count() or 1


if __name__ == "__main__":
    main()
