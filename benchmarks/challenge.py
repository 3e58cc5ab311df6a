"""How a comparison with the champion ends where it should: `python benchmarks/challenge.py NAME...`.

Against the fit of the present data: a champion of 90 % of the pairs, one of the same pairs split anew (both
should be beaten or equalled), and, as candidate, a fit of a third of the pairs (it should be refused). All
are judged anew by the present test part, with the chosen settings. Seconds are the processor's.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import os
import time
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from fairtune import files
from fairtune.columns import Part
from fairtune.config import params
from fairtune.config.hyperparameters import hyperparameters
from fairtune.config.paths import Paths
from fairtune.evaluation.comparison.compare import Tolerance, compare
from fairtune.matrix import storage as matrix_storage
from fairtune.matrix.matrix import Matrix
from fairtune.models import alignment
from fairtune.models import storage as model_storage
from fairtune.models.als import model as als
from fairtune.models.als.model import Als
from fairtune.models.play_prediction import storage as predictor_storage
from fairtune.registry.comparison import reevaluation

TEST, VALID = 0.2, 0.1


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("datasets", nargs="+")
    arguments.add_argument("--seeds", type=int, default=3)
    given = arguments.parse_args()
    for dataset in given.datasets:
        measure(dataset, given.seeds)


def measure(dataset: str, seeds: int) -> None:
    everything, paths = params.load(), Paths(dataset)
    of = everything.dataset(dataset)
    matrix = matrix_storage.read_matrix(paths.matrix)
    chosen = hyperparameters(files.read_json(paths.best)["hyperparameters"])
    predictor = predictor_storage.read_play_predictor(paths.play_predictor)
    present = model_storage.read_als(paths.fit(Part.TRAIN_VALID))

    def contestant(number: int, on: Matrix, model: Als) -> reevaluation.Contestant:
        fitted = alignment.describe(
            on,
            Part.TRAIN_VALID,
            model,
            regularization=chosen.regularization,
            age_bands=of.evaluate.age_bands,
        )
        return reevaluation.Contestant(number, fitted, predictor)

    def fitted(number: int, on: Matrix, seed: int) -> reevaluation.Contestant:
        model = als.fit(on, Part.TRAIN_VALID, chosen, seed=seed, threads=os.cpu_count() or 1)
        return contestant(number, on, replace(model, bonus=present.bonus))

    def judged(title: str, then: reevaluation.Contestant, now: reevaluation.Contestant) -> None:
        begun = time.process_time()
        found = reevaluation.reevaluate(then, now, matrix, of.evaluate, seed=everything.seed)
        tolerance = Tolerance(absolute=of.gate.tolerance_absolute, relative=of.gate.tolerance_relative)
        comparison = compare(found.then, found.now, tolerance=tolerance, min_group=of.evaluate.min_group)
        spent = time.process_time() - begun
        base, ours = (at.metrics["ranking"]["als"]["ndcg@10"]["value"] for at in (found.then, found.now))
        worse = ", ".join(change.figure for change in comparison.regressions)
        print(
            f"{dataset}: {title}: {f'refused: {worse}' if worse else 'passed'}; nDCG@10 {base:.4f} to "
            f"{ours:.4f}; {found.left_out:,} of {matrix.test.nnz:,} pairs left out; {spent:.1f} s",
            flush=True,
        )

    ours = contestant(2, matrix, present)
    for seed in range(seeds):
        judged("a champion of 90 % of the pairs", fitted(1, without(matrix, 0.1, seed), seed), ours)
        judged("a champion of another split", fitted(1, split_anew(matrix, seed), seed), ours)
        judged("a candidate of a third of the pairs", ours, fitted(3, without(matrix, 2 / 3, seed), seed))


def without(matrix: Matrix, share: float, seed: int) -> Matrix:
    """Leave out so many of the pairs that are fitted on."""
    rng = np.random.default_rng(seed)
    return replace(
        matrix,
        **{
            part: of_cells(cells := getattr(matrix, part), rng.random(cells.nnz) >= share)
            for part in ("train", "valid")
        },
    )


def split_anew(matrix: Matrix, seed: int) -> Matrix:
    """Draw all pairs apart again."""
    whole = matrix.plays(Part.ALL)
    drawn = np.random.default_rng(seed).random(whole.nnz)
    return replace(
        matrix,
        test=of_cells(whole, drawn < TEST),
        valid=of_cells(whole, (drawn >= TEST) & (drawn < TEST + VALID)),
        train=of_cells(whole, drawn >= TEST + VALID),
    )


def of_cells(plays: csr_array, chosen: np.ndarray) -> csr_array:
    cells = plays.tocoo()
    return csr_array((cells.data[chosen], (cells.row[chosen], cells.col[chosen])), shape=cells.shape)


if __name__ == "__main__":
    main()
