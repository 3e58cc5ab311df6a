"""`plain_als`: ALS as its authors wrote it. One block, the logarithm of plays, no balance of any kind.

c = 1 + s(plays), s = ln(1 + plays) scaled to mean 1 (equation 6 of the paper).

References
----------
Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008.
"""

from dataclasses import dataclass
from typing import Final, Self

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.weights import block_weights
from fairtune.metrics.ranking import Rows
from fairtune.models.als.solver import Factors, factorise
from fairtune.models.base import Scores

ITERATIONS: Final = 15
"""The library's default; more change nothing that can be measured."""


@dataclass(frozen=True)
class PlainAls:
    """Factors of listeners and of the target's columns.

    Attributes
    ----------
    listener_factors
        Float32, (n_listeners, factors).
    column_factors
        Float32, (n_columns, factors).
    """

    listener_factors: Factors
    column_factors: Factors

    @classmethod
    def fit(
        cls,
        matrix: Matrix,
        part: Part,
        *,
        factors: int = 64,
        regularization: float = 10.0,
        regularization_exponent: float = 0.0,
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
        factors
            How many, 1 and above.
        regularization
            Penalty of the squared lengths of factors, 0 and above.
        regularization_exponent
            How much a column's penalty grows with the number of its listeners, 0..1.
        seed
            Of the first factors; same seed, same bytes.
        threads
            Of the solver, 1 and above; they change nothing in the result.

        Returns
        -------
        Self
            The fitted model.
        """
        plays = matrix.block(matrix.target, part)
        weights = block_weights(plays, weight=1.0, beta=0.0, gamma=0.0, scaling="log")
        return cls(
            *factorise(
                weights.confidence(plays),
                factors=factors,
                regularization=regularization,
                exponent=regularization_exponent,
                iterations=ITERATIONS,
                seed=seed,
                threads=threads,
            )
        )

    def scores(self, listeners: Rows) -> Scores:
        return self.listener_factors[listeners] @ self.column_factors.T
