"""Where alternating least squares starts: the strongest directions of who has what.

From random factors ALS spends its first iterations on what a singular value decomposition shows at once, and
where regularisation is high it stays for ten iterations near popularity before it learns tastes. The start
depends on which cells there are, not on their weights: all trials of a search have the same one.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

Factors = NDArray[np.float32]

OVERSAMPLED: Final = 10
POWERS: Final = 2
SMALL: Final = 0.01
"""Scale of the random factors beyond the rank of the matrix, as implicit draws them."""


def start(cells: csr_array, factors: int, *, seed: int) -> tuple[Factors, Factors]:
    """Return factors of rows and columns whose products come near the ones of `cells`.

    A = D_r^1/2 (D_r^-1/2 A D_c^-1/2) D_c^1/2, with A the ones and D their sums by row and column; what is in
    brackets is decomposed, so that busy rows and popular columns don't take all directions. Randomised
    decomposition with power iterations. Same arguments, same bytes.

    Parameters
    ----------
    cells
        Rows x columns, (n, m); only which cells are stored counts.
    factors
        How many, 1 and above; those beyond the rank of `cells` are small random ones.
    seed
        Of what is drawn.

    Returns
    -------
    tuple
        Factors of rows, (n, factors), and of columns, (m, factors), float32.

    References
    ----------
    Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 2011, algorithm 4.4.
    """
    from threadpoolctl import threadpool_limits

    n, m = cells.shape
    rank = min(factors, n, m)
    rng = np.random.default_rng(seed)
    rows, columns = _roots(np.diff(cells.indptr)), _roots(np.bincount(cells.indices, minlength=m))
    ones = csr_array((np.ones(cells.nnz, dtype=np.float32), cells.indices, cells.indptr), shape=cells.shape)
    scaled = csr_array(diags_array(1 / rows) @ ones @ diags_array(1 / columns)).astype(np.float32)
    transposed = csr_array(scaled.T)
    with threadpool_limits(limits=1, user_api="blas"):  # sums in one order, whatever the machine is doing
        drawn = rng.standard_normal((m, min(rank + OVERSAMPLED, n, m)), dtype=np.float32)
        basis = np.linalg.qr(scaled @ drawn)[0]
        for _ in range(POWERS):
            basis = np.linalg.qr(scaled @ np.linalg.qr(transposed @ basis)[0])[0]
        left, strength, right = np.linalg.svd((transposed @ basis).T, full_matrices=False)
        half = np.sqrt(strength[:rank])
        row_factors = (basis @ left[:, :rank]) * half * rows[:, None]
        column_factors = right[:rank].T * half * columns[:, None]
    return _widened(row_factors, factors, rng), _widened(column_factors, factors, rng)


def _roots(counts: NDArray[np.intp]) -> Factors:
    """Square roots, 1 for an empty row or column: it has nothing to scale."""
    return np.sqrt(np.maximum(counts, 1)).astype(np.float32)


def _widened(narrow: Factors, factors: int, rng: np.random.Generator) -> Factors:
    """Fill up with small random factors where there are fewer directions than factors."""
    whole = rng.standard_normal((len(narrow), factors), dtype=np.float32) * np.float32(SMALL)
    whole[:, : narrow.shape[1]] = narrow
    return whole
