"""Item-item weights by cosine similarity: for more columns than ridge regression has time and room for.

References
----------
Sarwar, Karypis, Konstan and Riedl, "Item-based collaborative filtering recommendation algorithms", WWW 2001.
"""

import numpy as np
from scipy.sparse import csr_array, csr_matrix


def fit(cells: csr_array, *, targets: int, shrinkage: float, kept: int, threads: int) -> csr_array:
    """Fit the weights and keep the strongest of each column.

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
    return csr_array((values, (similar.col[others], similar.row[others])), shape=(cells.shape[1], targets))


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
