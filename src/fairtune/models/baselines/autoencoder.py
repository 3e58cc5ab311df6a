"""`autoencoder`: every column predicted from all others by ridge regression, in closed form (EASE).

X: listeners x columns, 1 where played. B minimises |X - XB|^2 + regularization * |B|^2 with a diagonal of 0:

    P = (X^T X + regularization * I)^-1,    B_ij = -P_ij / P_jj  (i != j)

Nothing is sampled and nothing iterates; the price is a dense matrix of columns x columns.

References
----------
Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.columns import Part
from fairtune.errors import BadParams, TooLarge
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.weights import popularity_balance
from fairtune.metrics.ranking import Rows
from fairtune.models.base import Scores
from fairtune.models.neighbours.ridge import inverse_gram

MATRICES: Final = 3
"""Dense matrices of columns x columns whose room a fit takes at its peak: the Gram matrix, which becomes its
inverse and then B in place, and twice as much for the cells and indices of the sparse one it is made from, if
all columns share listeners.
"""


@dataclass(frozen=True)
class Autoencoder:
    """A regression for every column.

    Attributes
    ----------
    played
        Listeners x columns, ones.
    weights
        Columns x columns, float32, B of the module's docstring.
    """

    played: csr_array
    weights: NDArray[np.float32]

    @classmethod
    def fit(
        cls,
        matrix: Matrix,
        part: Part,
        *,
        regularization: float = 200.0,
        beta: float = 0.0,
        seed: int,
        threads: int,
    ) -> Self:
        """Learn from the target's cells alone.

        Parameters
        ----------
        matrix
            Its target block is learned.
        part
            Part of it that is learned.
        regularization
            Penalty of squared weights, 0 and above.
        beta
            Popularity balance: each column's scores are multiplied by (listeners / mean)^-beta.
        seed
            Not needed.
        threads
            Not needed.

        Returns
        -------
        Self
            The fitted model.

        Raises
        ------
        BadParams
            The regularization is too small for a stable solution.
        """
        del seed, threads  # nothing is drawn; and LAPACK splits its sums by the number of threads
        import psutil

        plays = matrix.block(matrix.target, part)
        check_size(plays.shape[1], psutil.virtual_memory().available)
        played = csr_array((np.ones(plays.nnz, np.float32), plays.indices, plays.indptr), shape=plays.shape)
        try:
            inverse = inverse_gram(played, regularization)
        except BadParams as error:
            raise BadParams(f"train.alternatives.autoencoder: {error}") from None
        inverse /= -inverse.diagonal()
        np.fill_diagonal(inverse, 0.0)
        if beta:
            inverse *= popularity_balance(plays, beta)
        return cls(played=played, weights=inverse)

    def scores(self, listeners: Rows) -> Scores:
        return self.played[listeners] @ self.weights  # type: ignore[no-any-return]


def check_size(n_columns: int, available: int) -> None:
    """Check that a fit has room in memory.

    Parameters
    ----------
    n_columns
        Of the target.
    available
        Bytes of memory.

    Raises
    ------
    TooLarge
        The matrices of the fit need more; the message says how many columns would do.
    """
    needed = MATRICES * n_columns**2 * np.dtype(np.float32).itemsize
    if needed > available:
        most = int((available / MATRICES / np.dtype(np.float32).itemsize) ** 0.5)
        raise TooLarge(
            f"autoencoder: {n_columns:,} columns take {needed / 2**30:,.1f} GiB of memory and "
            f"{available / 2**30:,.1f} GiB are free, enough for {most:,} columns: take `autoencoder` out of "
            "train.alternatives, or free memory"
        )
