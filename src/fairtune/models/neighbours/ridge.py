"""Item-item weights by ridge regression in closed form (EASE), over several blocks of input columns.

Every target column i is explained by all input columns but itself. With Z the listeners' cells,

    P = (Z^T Z + lambda I)^-1,    B_ji = -P_ji / P_ii,    B_ii = 0

There are as many equations as input columns, or as many as listeners, whichever are fewer, because

    P = (I - Z^T (Z Z^T + lambda I)^-1 Z) / lambda

References
----------
Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019, equation 8.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.errors import BadParams

AT_ONCE: Final = 512
"""Target columns whose weights are held at once."""
UNSTABLE: Final = "with regularization {:g} the equations have no stable solution: raise it"
Inverse = Callable[[int, int], NDArray[np.floating]]
"""Columns of P from one number to before another, up to a common factor: (n_inputs, stop - start)."""


def fit(cells: csr_array, *, targets: int, regularization: float, kept: int) -> csr_array:
    """Fit the weights and keep the strongest of each target column.

    Parameters
    ----------
    cells
        Listeners x input columns, (n, m), float32.
    targets
        How many of the input columns, the first ones, are explained.
    regularization
        Penalty of squared weights, above 0.
    kept
        Weights of each target column that are kept, the largest by absolute value, 1 and above.

    Returns
    -------
    csr_array
        Input columns x targets, (m, targets), float32.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):  # the same bytes whatever the number of cores
        n_listeners, n_inputs = cells.shape
        inverse = (_by_columns if n_inputs <= n_listeners else _by_listeners)(cells, regularization)
        parts = []
        for start in range(0, targets, AT_ONCE):
            stop = min(start + AT_ONCE, targets)
            weights, own = inverse(start, stop), (np.arange(start, stop), np.arange(stop - start))
            weights = weights / -weights[own]
            weights[own] = 0.0
            parts.append(_strongest(weights.astype(np.float32), kept))
    rows, columns, values = (np.concatenate(part) for part in zip(*parts, strict=True))
    columns += np.repeat(np.arange(len(parts)) * AT_ONCE, [len(part[0]) for part in parts])
    return csr_array((values, (rows, columns)), shape=(n_inputs, targets))


def inverse_gram(cells: csr_array, regularization: float) -> NDArray[np.float32]:
    """Invert Z^T Z + lambda I by its Cholesky factor, in place.

    Parameters
    ----------
    cells
        Z, (n, m).
    regularization
        lambda, 0 and above.

    Returns
    -------
    NDArray
        Symmetric, (m, m).

    Raises
    ------
    BadParams
        The equations have no stable solution.
    """
    from scipy.linalg import lapack
    from threadpoolctl import threadpool_limits

    gram = csr_array(cells.T @ cells).toarray().T  # symmetric: turned only for LAPACK to work in place
    gram[np.diag_indices_from(gram)] += max(regularization, np.finfo(np.float32).tiny)
    with threadpool_limits(limits=1, user_api="blas"):  # LAPACK splits its sums by the number of threads
        factor, wrong = lapack.spotrf(gram, lower=1, clean=0, overwrite_a=1)
        if not wrong:
            inverse, wrong = lapack.spotri(factor, lower=1, overwrite_c=1)
    if wrong:
        raise BadParams(UNSTABLE.format(regularization))
    return _symmetric(inverse).T  # the same values, now row by row, as products with sparse rows want them


def _by_columns(cells: csr_array, regularization: float) -> Inverse:
    inverse = inverse_gram(cells, regularization)
    return lambda start, stop: inverse[:, start:stop]


def _by_listeners(cells: csr_array, regularization: float) -> Inverse:
    from scipy.linalg import cho_factor, cho_solve

    doubles = cells.astype(np.float64)
    gram = csr_array(doubles @ doubles.T).toarray()
    gram[np.diag_indices_from(gram)] += regularization
    try:
        factor = cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
    except np.linalg.LinAlgError:
        raise BadParams(UNSTABLE.format(regularization)) from None

    def columns(start: int, stop: int) -> NDArray[np.floating]:
        targets = np.arange(start, stop)
        solved = cho_solve(factor, doubles[:, start:stop].toarray(), overwrite_b=True, check_finite=False)
        weights = -(doubles.T @ solved)
        weights[targets, targets - start] += 1.0
        return np.asarray(weights)

    return columns


def _strongest(
    weights: NDArray[np.float32], kept: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Rows, columns and values of the `kept` largest weights of each column, by absolute value."""
    n_kept = min(kept, len(weights))
    rows = np.argpartition(-np.abs(weights), n_kept - 1, axis=0)[:n_kept]
    values = np.take_along_axis(weights, rows, axis=0)
    columns = np.broadcast_to(np.arange(weights.shape[1]), rows.shape)
    some = values != 0
    return rows[some], columns[some], values[some]


def _symmetric(lower: NDArray[np.float32], size: int = 1024) -> NDArray[np.float32]:
    """Copy the lower triangle onto the upper one, in place, some columns at a time."""
    n = len(lower)
    for start in range(0, n, size):
        stop = min(start + size, n)
        square = lower[start:stop, start:stop]
        square[:] = np.tril(square) + np.tril(square, -1).T
        lower[start:stop, stop:] = lower[stop:, start:stop].T
    return lower
