"""Item-item weights by cosine similarity: for more columns than ridge regression has time and room for.

Much played columns are among the nearest of very many others: scores of their listeners would take most of
the time, and change next to nothing. So a column also speaks for the nearest `SPEAKS_FOR` times `kept` alone.

References
----------
Sarwar, Karypis, Konstan and Riedl, "Item-based collaborative filtering recommendation algorithms", WWW 2001.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix

SPEAKS_FOR: Final = 2
"""Times as many weights as a column keeps may come from one input column."""


def fit(cells: csr_array, *, targets: int, shrinkage: float, kept: int, threads: int) -> csr_array:
    """Fit the weights and keep the strongest of each column, and of each input column.

    Parameters
    ----------
    cells
        Listeners x input columns, (n, m).
    targets
        How many of the input columns, the first ones, are explained; the others explain nothing here.
    shrinkage
        What is added to the squared length of each column, 0 and above; it draws the similarities of rarely
        played columns towards 0.
    kept
        Similarities of each column that are kept, 1 and above.
    threads
        Of the search for neighbours, 1 and above; they change nothing in the result.

    Returns
    -------
    csr_array
        Input columns x targets, (m, targets), float32, with a diagonal of 0.
    """
    own = csr_array(cells[:, :targets]).astype(np.float64)
    similar = similarity(own, shrinkage=shrinkage, kept=kept + 1, threads=threads).tocoo()  # and itself
    others = similar.row != similar.col
    values = similar.data[others].astype(np.float32)
    whole = csr_array((values, (similar.col[others], similar.row[others])), shape=(cells.shape[1], targets))
    return strongest(whole, most=SPEAKS_FOR * kept)


def strongest(weights: csr_array, *, most: int) -> csr_array:
    """Keep the largest values of each row, of equal ones those of the first columns.

    Parameters
    ----------
    weights
        Any shape, values above 0.
    most
        Values that a row keeps, 1 and above.

    Returns
    -------
    csr_array
        Of the same shape, its columns in order.
    """
    weights.sort_indices()
    sizes = np.diff(weights.indptr)
    kept = np.ones(weights.nnz, np.bool_)
    for row in np.flatnonzero(sizes > most):
        place = slice(weights.indptr[row], weights.indptr[row + 1])
        kept[place] = _largest(weights.data[place], most)
    left = np.add.reduceat(kept, weights.indptr[:-1][sizes > 0]) if len(kept) else np.empty(0, np.intp)
    counted = np.zeros(len(sizes), np.intp)
    counted[sizes > 0] = left
    starts = np.concatenate([[0], np.cumsum(counted)])
    return csr_array((weights.data[kept], weights.indices[kept], starts), shape=weights.shape)


def _largest(values: NDArray[np.float32], most: int) -> NDArray[np.bool_]:
    border = np.partition(values, len(values) - most)[len(values) - most]
    chosen = np.asarray(values > border)
    on = np.flatnonzero(values == border)
    chosen[on[: most - int(chosen.sum())]] = True
    return chosen


def similarity(cells: csr_array, *, shrinkage: float, kept: int, threads: int) -> csr_array:
    """Find the columns most similar to each column.

    Parameters
    ----------
    cells
        Listeners x columns, (n, m), float64.
    shrinkage
        What is added to the squared length of each column, 0 and above.
    kept
        Similarities of each column that are kept, its own among them, 1 and above.
    threads
        Of the search, 1 and above; they change nothing in the result.

    Returns
    -------
    csr_array
        (m, m), float64; a row holds the columns most similar to it.
    """
    from implicit.nearest_neighbours import all_pairs_knn

    lengths = np.sqrt(np.bincount(cells.indices, cells.data**2, cells.shape[1]) + shrinkage)
    scaled = cells.data / lengths[cells.indices]
    columns = csr_matrix((scaled, cells.indices, cells.indptr), shape=cells.shape)
    return csr_array(all_pairs_knn(columns, kept, show_progress=False, num_threads=threads))
