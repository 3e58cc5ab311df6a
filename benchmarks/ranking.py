"""The cost of judging lists, as ratios from one run: `python benchmarks/ranking.py`.

Our evaluation (full ranking, six figures at 10), implicit's `ranking_metrics_at_k` (three of them and AUC)
and irspack's `Evaluator`, on the same factors, known and held-out items: Last.fm 2K, and a generated
catalogue of 100,000 listeners and 50,000 items, of which a sample is ranked. Then what the bootstrap adds,
and the memory of an evaluation of the size of Last.fm 360K.

irspack is no dependency: without it that line is left out. To measure it as well:

    pip install --target /tmp/irspack irspack
    PYTHONPATH=/tmp/irspack python benchmarks/ranking.py
"""

import fairtune.config.pinned

# isort: split
import argparse
import importlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

os.environ.setdefault("OPENBLAS_NUM_THREADS", str(os.cpu_count() or 1))  # each contest sets its own limit

import numpy as np
from scipy.sparse import csr_array, csr_matrix
from threadpoolctl import threadpool_limits

from fairtune.metrics import accuracy, ranking
from fairtune.metrics.bootstrap import Bootstrap

K, FACTORS, RESAMPLES, REPEATS = 10, 64, 1000, 7
THREADS = os.cpu_count() or 1
MEMORY_AIM = 4.0  # GiB
CATALOGUE = {"listeners": 100_000, "items": 50_000, "plays": 5_000_000}
LARGE = {"listeners": 359_347, "items": 292_385, "plays": 17_559_530}

Figures = Mapping[str, float]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Task:
    """Factors (listeners x FACTORS, items x FACTORS), and known and held-out cells, listeners x items."""

    listeners: np.ndarray
    items: np.ndarray
    known: csr_array
    truth: csr_array

    def scores(self, rows: np.ndarray) -> np.ndarray:
        return self.listeners[rows] @ self.items.T

    def sample(self, n: int) -> "Task":
        return Task(self.listeners[:n], self.items, self.known[:n], self.truth[:n])


def last_fm() -> Task:
    """Give a fit of `als` on the artists of Last.fm 2K, split as `fairtune benchmark recbole-lastfm` does."""
    from fairtune.columns import BlockName, Part
    from fairtune.config import params
    from fairtune.experiments.benchmark import models, protocol
    from fairtune.models.als import model as als

    os.chdir(params.project_root(Path(__file__).parent))
    matrix = protocol.named(protocol.RECBOLE, params.load()).split(0)
    point = models.factorisations(matrix, FACTORS)[-1].start
    fit = als.fit(matrix, Part.TRAIN, point, seed=0, threads=THREADS)
    artist = BlockName.ARTIST
    known, truth = matrix.block(artist, Part.TRAIN_VALID), matrix.truth(artist, Part.TRAIN_VALID)
    return Task(fit.listener_factors, fit.column_factors[artist], _narrow(known), _narrow(truth))


def generated(*, listeners: int, items: int, plays: int) -> Task:
    """Draw random factors, and cells of which most are of few items; a tenth of them are held out."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, listeners, plays)
    columns = (items * rng.random(plays) ** 3).astype(np.int64)
    cells = np.unique(rows * items + columns)
    held = rng.random(len(cells)) < 0.1  # noqa: PLR2004 - a tenth
    known, truth = (
        _narrow(csr_array((np.ones(len(some)), (some // items, some % items)), shape=(listeners, items)))
        for some in (cells[~held], cells[held])
    )
    factors = (rng.standard_normal((n, FACTORS), dtype=np.float32) for n in (listeners, items))
    return Task(*factors, known, truth)


def _narrow(cells: csr_array) -> csr_array:
    """Give 32 bit indices and ones of 32 bits: what implicit takes."""
    shape = cells.shape
    indices, bounds = cells.indices.astype(np.int32), cells.indptr.astype(np.int32)
    return csr_array((np.ones(len(indices), dtype=np.float32), indices, bounds), shape=shape)


def fairtune(task: Task) -> Figures:
    """Judge as stage `evaluate` does."""
    lists = ranking.rank(task.scores, task.known, K, threads=THREADS)
    figures = accuracy.per_listener(lists, task.truth, [K])
    return {name: float(np.nanmean(values)) for name, values in figures.items()}


def implicit(task: Task) -> Figures:
    """Judge with the library that we factorise with."""
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.evaluation import ranking_metrics_at_k

    model = AlternatingLeastSquares(factors=FACTORS, num_threads=THREADS)
    model.user_factors, model.item_factors = task.listeners, task.items
    cells = csr_matrix(task.known), csr_matrix(task.truth)
    figures = ranking_metrics_at_k(model, *cells, K=K, show_progress=False, num_threads=THREADS)
    return {f"{name}@{K}": float(value) for name, value in figures.items()}


def irspack(task: Task) -> Figures:
    """Judge with irspack; `ModuleNotFoundError` where it isn't installed."""
    evaluator = importlib.import_module("irspack.evaluation").Evaluator(
        csr_matrix(task.truth), cutoff=K, masked_interactions=csr_matrix(task.known), n_threads=THREADS
    )
    starts = range(0, len(task.listeners), 128)
    blocks = (task.scores(np.arange(i, min(i + 128, len(task.listeners)))) for i in starts)
    return {
        f"{name}@{K}": float(value) for name, value in evaluator.get_score_from_score_chunks(blocks).items()
    }


def contest(name: str, task: Task, repeats: int) -> float:
    """Print the best of `repeats` times of each, and ours over the faster of the others; give our time."""
    # irspack multiplies in one thread of its caller, so BLAS may use all cores; the others have their own.
    of = ((fairtune, 1), (implicit, 1), (irspack, THREADS))
    times: dict[str, float] = {}
    found: dict[str, float] = {}
    for _ in range(repeats):
        for judge, blas in of:
            try:
                with threadpool_limits(limits=blas, user_api="blas"):
                    took, figures = seconds(lambda judge=judge: judge(task))
            except ModuleNotFoundError:
                continue
            times[judge.__name__] = min(took, times.get(judge.__name__, np.inf))
            found[judge.__name__] = figures[f"ndcg@{K}"]
    print(f"{name}: {task.known.shape[0]:,} listeners, {task.known.shape[1]:,} items, {THREADS} threads")
    for judge, took in times.items():
        print(f"  {judge:<10} {took:8.3f} s   nDCG@{K} {found[judge]:.6f}")
    ours, fastest = times["fairtune"], min(took for judge, took in times.items() if judge != "fairtune")
    print(f"  ours over the fastest of the others: {ours / fastest:.2f} (aim: at most 1)")
    return ours


def intervals(task: Task, scoring: float) -> None:
    """Print what `RESAMPLES` resamples of all figures cost, over ranking and judging."""
    lists = ranking.rank(task.scores, task.known, K, threads=THREADS)
    figures = accuracy.per_listener(lists, task.truth, [K])
    took = min(
        seconds(lambda: Bootstrap(len(lists), RESAMPLES, seed=0).means(figures))[0] for _ in range(REPEATS)
    )
    print(f"  {RESAMPLES:,} resamples of {len(figures)} figures: {took:.3f} s, {took / scoring:.2f} of it")


def large(sample: int) -> None:
    """Evaluate at the size of Last.fm 360K and print the peak memory of this process.

    `sample` listeners are ranked, and their lists stand for those of all others: the memory of ranking is
    that of a block, whatever the number of listeners. Figures and resamples are of all listeners.
    """
    task = generated(**LARGE)
    took, lists = seconds(
        lambda: ranking.rank(task.scores, task.known, K, listeners=np.arange(sample), threads=THREADS)
    )
    n = len(task.listeners)
    figures = accuracy.per_listener(np.resize(lists, (n, K)), task.truth, [K])
    Bootstrap(n, RESAMPLES, seed=0).means(figures)
    print(f"Last.fm 360K in size: {n:,} listeners, {len(task.items):,} items")
    print(f"  peak memory {_peak():.2f} GiB (aim: under {MEMORY_AIM:g}), generating it included")
    print(f"  ranking: {took / sample * 1000:.2f} ms a listener ({sample:,} ranked)")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def seconds(work: Callable[[], Result]) -> tuple[float, Result]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main() -> None:
    """Print every contest; `--large` is the part that runs in a process of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sample", type=int, default=10_000, help="listeners ranked of a generated catalogue"
    )
    parser.add_argument("--large", action="store_true", help="measure memory alone")
    chosen = parser.parse_args()
    if chosen.large:
        with threadpool_limits(limits=1, user_api="blas"):
            large(chosen.sample)
        return
    task = last_fm()
    ours = contest("Last.fm 2K", task, REPEATS)
    intervals(task, ours)
    contest("generated", generated(**CATALOGUE).sample(chosen.sample), 1)
    sys.stdout.flush()
    command = [sys.executable, __file__, "--large", "--sample", str(chosen.sample)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
