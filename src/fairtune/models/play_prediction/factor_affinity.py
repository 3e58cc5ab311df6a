"""Which factors a listener plays surprisingly much of: a ridge regression for each, all at once."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.metrics.ranking import Rows
from fairtune.models.play_prediction.play_statistics import Floats, cells

RIDGE: Final = 3.0
"""For factors of length 1: three cells in one direction count half of what they say."""
STEPS: Final = 10
NOTHING: Final = 1e-30
CHUNK: Final = 2**18
"""Pairs whose factors are held in memory at once."""


def affinities(surprise: csr_array, factors: Floats) -> Floats:
    """Regress the stored values of each row on factors of their columns, by ridge regression.

    The normal equations of all rows are solved together by conjugate gradients, a pass over the cells a step.

    Parameters
    ----------
    surprise
        Rows x columns, (n, m).
    factors
        Of the columns, (m, factors), each of length 1.

    Returns
    -------
    Floats
        Coefficients of each row, (n, factors); 0 for a row without a cell.

    References
    ----------
    Hestenes and Stiefel, "Methods of conjugate gradients for solving linear systems", 1952.
    """
    rows, columns, _ = cells(surprise)
    coefficients = np.zeros((surprise.shape[0], factors.shape[1]))
    residual = np.asarray(surprise @ factors)
    direction, size = residual, _squares(residual)
    for _ in range(STEPS):
        if not size.any():  # without counts nothing is a surprise
            break
        along = dots(direction, factors, rows, columns)
        image = csr_array((along, surprise.indices, surprise.indptr), shape=surprise.shape) @ factors
        image = image + RIDGE * direction
        step = _ratio(size, np.einsum("nf,nf->n", direction, image))[:, None]
        coefficients = coefficients + step * direction
        residual = residual - step * image
        size, before = _squares(residual), size
        direction = residual + _ratio(size, before)[:, None] * direction
    return coefficients


def dots(left: NDArray[np.floating], right: NDArray[np.floating], rows: Rows, columns: Rows) -> Floats:
    """Return the products left[rows] . right[columns], (n,), a chunk of pairs at a time."""
    products = np.empty(len(rows))
    for part in _chunks(len(rows)):
        products[part] = np.einsum("nf,nf->n", left[rows[part]], right[columns[part]])
    return products


def _squares(values: Floats) -> Floats:
    return np.asarray(np.einsum("nf,nf->n", values, values))


def _ratio(upper: Floats, lower: Floats) -> Floats:
    """Divide; 0 where there is nothing left to divide by, so that a row that is done stays."""
    return np.divide(upper, lower, out=np.zeros_like(upper), where=lower > NOTHING)


def _chunks(n: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, n, CHUNK))
