"""Alternating least squares: implicit's conjugate gradient solver, in turn for rows and for columns.

    x_u = argmin_x  sum_i c(u,i) (p(u,i) - x . y_i)^2 + lambda |x|^2           rows: one penalty for all
    y_i = argmin_y  sum_u c(u,i) (p(u,i) - x_u . y)^2 + lambda_i |y|^2
    lambda_i = lambda (n_i / mean n)^exponent                                  n_i: stored cells of column i

With an exponent of 0 every column has the same penalty. The higher it is, the more what many play is held
back, and the freer is what few play. The library's solver takes one penalty a call, so columns are solved in
groups: n_i counts as the power of two that is nearest to it.

References
----------
Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008.
Takacs, Pilaszy and Tikk, "Applications of the conjugate gradient method for implicit feedback collaborative
filtering", RecSys 2011.
Rendle, Krichene, Zhang and Koren, "Revisiting the performance of iALS on item recommendation benchmarks",
RecSys 2022: a penalty that grows with the number of a row's cells, there on both sides.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.metrics.rounding import significant

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    Group = tuple[NDArray[np.intp] | slice, csr_matrix, float]

Factors = NDArray[np.float32]
Start = tuple[Factors, Factors]
"""Factors of rows and of columns to begin with."""
SMALL: Final = np.float32(0.01)
"""Scale of the random factors that a fit without a start begins with, as implicit draws them."""


def factorise(
    confidence: csr_array,
    *,
    factors: int,
    regularization: float,
    exponent: float = 0.0,
    iterations: int,
    seed: int,
    threads: int,
    start: Start | None = None,
    finished: Callable[[int, Factors, Factors], None] | None = None,
) -> tuple[Factors, Factors]:
    """Factorise confidences by alternating least squares.

    Parameters
    ----------
    confidence
        Rows x columns, (n, m), float32: a cell's preference is 1, its error counts so many times as much as
        that of an empty cell.
    factors
        How many, 1 and above.
    regularization
        Penalty lambda of the squared lengths of factors, 0 and above.
    exponent
        How much a column's penalty grows with the number of its cells, 0..1; 0: not at all.
    iterations
        Each solves all rows, then all columns.
    seed
        Of what is drawn; same seed, same bytes.
    threads
        Of the solver, 1 and above; they change nothing in the result.
    start
        Factors to begin with; by default small random ones.
    finished
        Called with each iteration's number, from 1, and the factors after it, which the next one overwrites.

    Returns
    -------
    tuple
        Factors of rows, (n, factors), and of columns, (m, factors), float32; 0 where there is no cell.
    """
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    n, m = confidence.shape
    rng = np.random.default_rng(seed)
    begun = start or [rng.random((size, factors), dtype=np.float32) * SMALL for size in (n, m)]
    rows, columns = (np.array(side) for side in begun)
    with threadpool_limits(limits=1, user_api="blas"):  # implicit has threads of its own
        solve = AlternatingLeastSquares(factors=factors).solver
        cells = csr_matrix(confidence, dtype=np.float32)
        groups = penalised(cells.T.tocsr(), regularization, exponent)
        for iteration in range(1, iterations + 1):
            solve(cells, rows, columns, regularization, num_threads=threads)
            for some, of_some, penalty in groups:
                solved = columns[some]
                solve(of_some, solved, rows, penalty, num_threads=threads)
                columns[some] = solved
            if finished is not None:
                finished(iteration, rows, columns)
    return rows, columns


def penalised(cells: "csr_matrix", regularization: float, exponent: float) -> "list[Group]":
    """Group rows of `cells` by their penalty: which they are, their cells, and the penalty.

    Parameters
    ----------
    cells
        Shape (m, n).
    regularization
        Penalty of a row with a mean number of cells, over the rows that have any.
    exponent
        See `factorise`.

    Returns
    -------
    list
        Every row once; penalties ascend.
    """
    counts = np.diff(cells.indptr)
    if exponent == 0 or not counts.any():
        return [(slice(None), cells, regularization)]
    mean = counts[counts > 0].mean()
    powers = np.round(np.log2(np.maximum(counts, 1))).astype(np.intp)
    groups: list[Group] = []
    for power in np.unique(powers):
        some = np.flatnonzero(powers == power)
        penalty = significant(regularization * float(2.0**power / mean) ** exponent)
        groups.append((some, cells[some], penalty))
    return groups
