"""Half an iteration of alternating least squares: factors of rows from those of their columns."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Factors = NDArray[np.float32]


def fold_in(factors: Factors, confidence: csr_array, *, regularization: float, threads: int) -> Factors:
    """Return the factors of rows that fit those of their columns.

    Parameters
    ----------
    factors
        Of the columns, (m, factors).
    confidence
        Rows x columns, (n, m); a cell's preference is 1.
    regularization
        Lambda of the equation, 0 and above.
    threads
        Of the solver, 1 and above.

    Returns
    -------
    Factors
        Of the rows, (n, factors); 0 for a row without a cell.

    References
    ----------
    Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008, equation 4.
    """
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    solver = AlternatingLeastSquares(
        factors=factors.shape[1], regularization=regularization, alpha=1.0, num_threads=threads
    )
    solver.item_factors = factors
    with threadpool_limits(limits=1, user_api="blas"):  # sums in one order, whatever the machine is doing
        rows = np.arange(confidence.shape[0])
        return np.asarray(solver.recalculate_user(rows, csr_matrix(confidence, dtype=np.float32)))
