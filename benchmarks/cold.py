"""What items that nobody played are worth, by how their factors come from their content.

    python benchmarks/cold.py lastfm-2k --block artist
    python benchmarks/cold.py lfm-2b --block track --hide 0.1

Fits `als` with the parameters that a search starts with on the training part and judges the validation part:
lists of the items without a listener among themselves, and lists of all items, which such items may crowd.
`--hide` takes that share of the items out of the training part first, for data where everything is played.
Needs the outputs of stage `matrix`; the test part is not looked at.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, diags_array

from fairtune.columns import BlockName, Part
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.config.sections import HEADLINE
from fairtune.evaluation.measure import cold_items
from fairtune.matrix import storage as matrix_storage
from fairtune.matrix.matrix import Matrix
from fairtune.metrics import accuracy, ranking
from fairtune.metrics.bootstrap import Floats
from fairtune.models.als import cold_start
from fairtune.models.als import model as als
from fairtune.models.als.model import Als

SEED = 1
NDCG = f"ndcg@{HEADLINE}"
RIDGES = (1.0, 10.0, cold_start.RIDGE, 100.0, 1000.0)
POWERS = (0.0, 0.5, 1.0)


def main() -> None:
    """Print a line for no map, for every map, and for chance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--block", type=BlockName, required=True)
    parser.add_argument("--hide", type=float, default=0.0)
    arguments = parser.parse_args()
    root = params.project_root()
    matrix = hidden(matrix_storage.read_matrix(Paths(arguments.dataset, root).matrix), arguments.hide)
    for line in measured(matrix, params.load(root).dataset(arguments.dataset), arguments.block):
        print(line, flush=True)


def hidden(matrix: Matrix, share: float) -> Matrix:
    """Leave a share of the items out of the training part."""
    seen = np.random.default_rng(SEED).random(matrix.train.shape[1]) >= share
    train = csr_array(matrix.train @ diags_array(seen * 1.0)).astype(np.int64)
    train.eliminate_zeros()
    return replace(matrix, train=train)


def measured(matrix: Matrix, chosen: params.DatasetParams, block: BlockName) -> Iterator[str]:
    """Tell nDCG@10 of unplayed items among themselves and of all items, and the share of lists they take."""
    fitted = als.fit(matrix, Part.TRAIN, chosen.tune.start, seed=SEED, threads=1)
    cells = {name: matrix.block(name, Part.TRAIN) for name in matrix.item_blocks}
    audience = {name: np.bincount(of.indices, minlength=of.shape[1]) for name, of in cells.items()}
    columns = cold_start.describe(matrix, audience)
    bare = {
        name: factors * (audience[name] > 0)[:, None] if name in audience else factors
        for name, factors in fitted.column_factors.items()
    }
    truth = matrix.truth(block, Part.TRAIN)
    new = np.flatnonzero(audience[block] == 0)
    by_chance = np.nanmean(cold_items.chance(csr_array(truth[:, new]), [HEADLINE])[NDCG])
    yield f"{block}: {len(new)} unplayed; {NDCG} among themselves by chance {by_chance:.4f}"
    yield f"no map: {_judged(replace(fitted, column_factors=bare), matrix, block, new)}"
    for power in POWERS:
        for ridge in RIDGES:
            weighed = [replace(of, weight=_weight(audience[of.block], power)) for of in columns]
            model = replace(fitted, column_factors=cold_start.fill(bare, weighed, ridge=ridge))
            yield f"listeners^{power:g}, ridge {ridge:g}: {_judged(model, matrix, block, new)}"


def _weight(audience: np.ndarray, power: float) -> Floats:
    weight = np.where(audience > 0, audience.astype(np.float64) ** power, 0.0)
    return np.asarray(weight / weight[audience > 0].mean())


def _judged(model: Als, matrix: Matrix, block: BlockName, new: np.ndarray) -> str:
    truth, known = matrix.truth(block, Part.TRAIN), matrix.block(block, Part.TRAIN)
    of_new = csr_array(truth[:, new])
    nothing = csr_array(of_new.shape, dtype=np.int8)
    apart = ranking.rank(lambda rows: model.scores(rows, block)[:, new], nothing, HEADLINE)
    whole = ranking.rank(lambda rows: model.scores(rows, block), known, HEADLINE)
    found, of_all = (
        np.nanmean(accuracy.per_listener(lists, wanted, [HEADLINE])[NDCG])
        for lists, wanted in ((apart, of_new), (whole, truth))
    )
    return f"{found:.4f} among themselves, {of_all:.4f} among all, {np.isin(whole, new).mean():.2%} of places"


if __name__ == "__main__":
    main()
