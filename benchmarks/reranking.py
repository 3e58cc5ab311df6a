"""How far bounds that multipliers keep on some listeners hold for others.

    python benchmarks/reranking.py lastfm-2k --max-eo-disparity 0.05

Draws the listeners apart into halves, chooses the multipliers on one half of the validation part and measures
the other half with them, eight times. Needs the outputs of stages `matrix` and `train`; the test part is not
looked at.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import os

import numpy as np

from fairtune.columns import REGION, Part
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.config.reranking_bounds import Constraints
from fairtune.config.sections import HEADLINE
from fairtune.matrix import storage as matrix_storage
from fairtune.models import storage as model_storage
from fairtune.models.reranking.fit import pose
from fairtune.models.reranking.solver import fill, free, search

SEED = 1
HALVES = 8


def main() -> None:
    """Print the mean disparity of both halves, before and after, and its spread on the other half."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--max-dp-disparity", type=float)
    parser.add_argument("--max-eo-disparity", type=float)
    arguments = parser.parse_args()
    asked = {"max_dp_disparity": arguments.max_dp_disparity, "max_eo_disparity": arguments.max_eo_disparity}
    constraints = Constraints(**{name: {REGION: limit} for name, limit in asked.items() if limit is not None})
    root = params.project_root()
    told = halves(Paths(arguments.dataset, root), constraints, params.load(root))
    for bound, values in told.items():
        mean, spread = values.mean(axis=0), values[:, 3].std()
        print(
            f"{arguments.dataset}, {bound}: chosen on {mean[0]:.3f} to {mean[1]:.3f}, "
            f"others {mean[2]:.3f} to {mean[3]:.3f} (deviation {spread:.3f})"
        )


def halves(paths: Paths, constraints: Constraints, given: params.Params) -> dict[str, np.ndarray]:
    """Give for each bound (HALVES, 4): before and after on the half chosen on, and on the other."""
    of, threads = given.dataset(paths.dataset).evaluate, os.cpu_count() or 1
    matrix, model = matrix_storage.read_matrix(paths.matrix), model_storage.read_als(paths.fit(Part.TRAIN))
    rng = np.random.default_rng(SEED)
    rounds: dict[str, list[tuple[float, ...]]] = {}
    for _ in range(HALVES):
        order = rng.permutation(len(matrix.listeners))
        mine, theirs = (
            pose(matrix, model, constraints, of, threads=threads, listeners=np.sort(order[start::2]))
            for start in (0, 1)
        )
        groups = free(mine.bounds, mine.given)
        without, reached = search(mine.among, mine.bounds, groups, k=HEADLINE)
        counts = [fill(theirs.among, found.multipliers, HEADLINE)[1:] for found in (without, reached)]
        for number, bound in enumerate(theirs.bounds):
            chosen_on = (without.values[number], reached.values[number])
            others = tuple(bound.value(*count) for count in counts)
            rounds.setdefault(bound.description(), []).append(chosen_on + others)
    return {bound: np.array(values) for bound, values in rounds.items()}


if __name__ == "__main__":
    main()
