"""Every tenth of the listening held out in turn, so that a model can be judged on pairs it never saw.

Features that a model gives of its own training pairs flatter it: it has learnt those very pairs. Those of
pairs that it was fitted without don't.

References
----------
Wolpert, "Stacked generalization", Neural Networks 1992.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix

FOLDS: Final = 10
"""Parts that each listener's pairs are dealt into. Few pairs are missing from the rest, so that a fit on it
says nearly what a fit on everything would."""


def held_out(matrix: Matrix, part: Part, *, folds: int, seed: int) -> Iterator[Matrix]:
    """Hold out folds of a part, one after the other.

    Parameters
    ----------
    matrix
        Whose pairs are dealt.
    part
        Part that is dealt into ten folds.
    folds
        How many of them are held out, 1..10.
    seed
        Of the deal; same seed, same folds.

    Yields
    ------
    Matrix
        The rest of `part` is its part TRAIN, and the fold what is held out from that; the test part stays.
    """
    plays = matrix.plays(part)
    labels = _dealt(plays, seed)
    for fold in range(folds):
        yield replace(matrix, train=_those(plays, labels != fold), valid=_those(plays, labels == fold))


def _dealt(plays: csr_array, seed: int) -> NDArray[np.intp]:
    """Deal the shuffled cells of each row like cards, 0..9, from a fold drawn for the row: (cells,).

    So a listener has as many pairs in each fold, give or take one.
    """
    rng = np.random.default_rng(seed)
    rows = np.repeat(np.arange(plays.shape[0]), np.diff(plays.indptr))
    order = np.lexsort((rng.random(plays.nnz), rows))
    position = np.empty(plays.nnz, dtype=np.intp)
    position[order] = np.arange(plays.nnz) - plays.indptr[rows]
    first = rng.integers(FOLDS, size=plays.shape[0])
    return np.asarray((position + first[rows]) % FOLDS)


def _those(plays: csr_array, kept: NDArray[np.bool_]) -> csr_array:
    rows = np.repeat(np.arange(plays.shape[0]), np.diff(plays.indptr))
    return csr_array((plays.data[kept], (rows[kept], plays.indices[kept])), shape=plays.shape)
