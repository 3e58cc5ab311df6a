"""What lists are worth for listeners who name a few artists, by how sure the model is of what they left out.

    python benchmarks/newcomers.py lastfm-2k lfm-2b --likes 3

Fits `als` with the chosen parameters on the training part of four fifths of the listeners, lets each of the
others name some of the artists of their training part, at random, and ranks artists and music types for them.
Truth are the artists and music types (of at least `matrix.min_share`) of their training part that no like
has. Needs the outputs of stages `matrix` and `tune`; validation and test
parts are not looked at.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from fairtune import files
from fairtune.columns import BlockName, Part
from fairtune.config import params
from fairtune.config.hyperparameters import hyperparameters
from fairtune.config.paths import Paths
from fairtune.config.sections import HEADLINE
from fairtune.matrix import storage as matrix_storage
from fairtune.matrix.matrix import Matrix
from fairtune.metrics import accuracy
from fairtune.models import release
from fairtune.models.als import model as als
from fairtune.serving.new_listeners import Likes, listening_of, share_named
from fairtune.serving.recommender import Recommender
from fairtune.serving.top_k import best

SEED = 1
ASKED = 500
NDCG = f"ndcg@{HEADLINE}"


def main() -> None:
    """Print a line for each data set, block and confidence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("datasets", nargs="+")
    parser.add_argument("--likes", type=int, default=3)
    arguments = parser.parse_args()
    root = params.project_root()
    for dataset in arguments.datasets:
        for line in measured(Paths(dataset, root), arguments.likes):
            print(f"{dataset}, {arguments.likes} likes, {line}", flush=True)


def measured(paths: Paths, likes: int) -> Iterator[str]:
    """Tell nDCG@10 and what the share that is told changes, with the standard error over listeners."""
    matrix = matrix_storage.read_matrix(paths.matrix)
    chosen = hyperparameters(files.read_json(paths.best)["hyperparameters"])
    rng = np.random.default_rng(SEED)
    order = rng.permutation(len(matrix.listeners))
    asked, known = order[: len(order) // 5][:ASKED], np.sort(order[len(order) // 5 :])
    with tempfile.TemporaryDirectory() as folder:
        learned = of_listeners(matrix, known)
        fitted = als.fit(learned, Part.ALL, chosen, seed=SEED, threads=1)
        release.write_release(Path(folder), fitted, learned, chosen, dataset=paths.dataset, seed=SEED)
        recommender = Recommender.load(Path(folder))
        for block in (BlockName.ARTIST, BlockName.MUSIC_TYPE):
            if block in matrix.item_blocks:
                found = np.array([*judged(recommender, matrix, asked, block, likes)])
                (all_zeros, told), change = found.mean(axis=0), found[:, 1] - found[:, 0]
                yield (
                    f"{block} for {len(found)} listeners: {NDCG} {all_zeros:.4f} with zeros as in the fit, "
                    f"{told:.4f} with zeros by the share that is told, "
                    f"change {change.mean():+.4f} (standard error {change.std() / len(found) ** 0.5:.4f})"
                )


def of_listeners(matrix: Matrix, rows: np.ndarray) -> Matrix:
    """Keep the training part of some listeners, and nothing of validation and test."""
    nothing = csr_array((len(rows), matrix.train.shape[1]), dtype=np.int64)
    return replace(
        matrix,
        train=csr_array(matrix.train[rows]),
        valid=nothing,
        test=nothing,
        sides={block: csr_array(cells[rows]) for block, cells in matrix.sides.items()},
        listeners=matrix.listeners.iloc[rows].reset_index(drop=True),
    )


def judged(
    recommender: Recommender, matrix: Matrix, asked: np.ndarray, block: BlockName, likes: int
) -> Iterator[tuple[float, float]]:
    """Give nDCG@10 of each listener, with zeros of full confidence and with that of what was told."""
    artists, cells = matrix.block(BlockName.ARTIST, Part.TRAIN), matrix.block(block, Part.TRAIN)
    release, rng = recommender.release, np.random.default_rng(SEED)
    for row in asked:
        played = artists[[row]].indices
        if len(played) < 2 * likes:
            continue
        named = Likes(artists=tuple(int(column) for column in rng.permutation(played)[:likes]))
        listening = listening_of(release, named)
        plays = cells[[row]].toarray()[0]
        share = plays / max(plays.sum(), 1e-12)
        truth = share >= (matrix.min_share if block is BlockName.MUSIC_TYPE else 1e-12)
        seen = np.zeros(len(truth), dtype=bool)
        seen[listening[block].columns] = True
        if not (truth & ~seen).any():
            continue
        wanted = csr_array((truth & ~seen)[None] * 1)
        factors = [
            recommender._explaining(listening, unheard=unheard)[0].factor  # noqa: SLF001 - this is what is measured
            for unheard in (1.0, share_named(release, named))
        ]
        lists = [best((release.factors(block) @ x)[None], seen[None], HEADLINE) for x in factors]
        yield tuple(float(accuracy.per_listener(it, wanted, [HEADLINE])[NDCG][0]) for it in lists)


if __name__ == "__main__":
    main()
