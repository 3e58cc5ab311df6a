"""Another draw of the validation part, from what is not the test part."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.matrix.matrix import Matrix, canonical


def redrawn(matrix: Matrix, *, seed: int) -> Matrix:
    """Draw each listener's validation pairs anew among their pairs of training and validation.

    Parameters
    ----------
    matrix
        Its test part stays, and is not looked at.
    seed
        Of the draw.

    Returns
    -------
    Matrix
        Every listener has as many pairs for validation, and as many for training, as before.
    """
    pairs = canonical(csr_array(matrix.train + matrix.valid))
    sizes = np.diff(pairs.indptr)
    rows = np.repeat(np.arange(pairs.shape[0]), sizes)
    order = np.lexsort((np.random.default_rng(seed).random(pairs.nnz), rows))
    place = np.empty(pairs.nnz, dtype=np.intp)
    place[order] = np.arange(pairs.nnz) - np.repeat(pairs.indptr[:-1], sizes)
    validated = place < np.diff(matrix.valid.indptr)[rows]
    return replace(matrix, train=_some(pairs, ~validated), valid=_some(pairs, validated))


def _some(pairs: csr_array, kept: NDArray[np.bool_]) -> csr_array:
    """Keep some of the stored cells."""
    bounds = np.concatenate(([0], np.cumsum(kept)))[pairs.indptr]
    return csr_array((pairs.data[kept], pairs.indices[kept], bounds), shape=pairs.shape)
