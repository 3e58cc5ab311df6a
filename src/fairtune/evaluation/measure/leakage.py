"""The test part without what a model that is judged by it has learned from."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix


def unlearned(matrix: Matrix, learned: Iterable[csr_array]) -> tuple[Matrix, int]:
    """Take the pairs that any of `learned` holds out of the test part; say how many these were.

    learned: listeners x items, a stored cell a pair that a model was fitted on. The pairs go to the
    validation part: they are known, to every model, and no longer to be found. Pairs that are known anyway,
    since they were played before the split's time as well, stay.
    """
    test = matrix.test.tocoo()
    n_items = matrix.test.shape[1]
    codes = test.row.astype(np.int64) * n_items + test.col
    leaked = np.isin(codes, np.concatenate([_codes(of, n_items) for of in learned]))
    leaked &= ~np.isin(codes, _codes(matrix.plays(Part.TRAIN_VALID), n_items))
    if not leaked.any():
        return matrix, 0

    def part(of: np.ndarray) -> csr_array:
        cells = test.data[of], (test.row[of], test.col[of])
        return csr_array(cells, shape=matrix.test.shape, dtype=matrix.test.dtype)

    return replace(matrix, valid=matrix.valid + part(leaked), test=part(~leaked)), int(leaked.sum())


def _codes(pairs: csr_array, n_items: int) -> np.ndarray:
    """Give a number for each stored cell: (n,)."""
    cells = pairs.tocoo()
    return np.asarray(cells.row.astype(np.int64) * n_items + cells.col)
