"""The test part without what a model that is judged by it has learned from."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix


def unlearned(matrix: Matrix, learned: Iterable[csr_array]) -> tuple[Matrix, int]:
    """Move the pairs that a model was fitted on out of the test part.

    They go to the validation part: they are known, to every model, and no longer to be found. Pairs that are
    known anyway, since they were played before the split's time as well, stay.

    Parameters
    ----------
    matrix
        With a test part.
    learned
        Listeners x items for each model, a stored cell a pair that it was fitted on; at least one.

    Returns
    -------
    Matrix
        The same matrix with those pairs moved.
    int
        How many pairs were moved.
    """
    test = matrix.test.tocoo()
    n_items = matrix.test.shape[1]
    codes = test.row.astype(np.int64) * n_items + test.col
    leaked = np.isin(codes, np.concatenate([_codes(pairs, n_items) for pairs in learned]))
    leaked &= ~np.isin(codes, _codes(matrix.plays(Part.TRAIN_VALID), n_items))
    if not leaked.any():
        return matrix, 0

    def part(chosen: np.ndarray) -> csr_array:
        cells = test.data[chosen], (test.row[chosen], test.col[chosen])
        return csr_array(cells, shape=matrix.test.shape, dtype=matrix.test.dtype)

    return replace(matrix, valid=matrix.valid + part(leaked), test=part(~leaked)), int(leaked.sum())


def _codes(pairs: csr_array, n_items: int) -> np.ndarray:
    """Return a number for each stored cell: (n,)."""
    cells = pairs.tocoo()
    return np.asarray(cells.row.astype(np.int64) * n_items + cells.col)
