"""`plain_als`: ALS as its authors wrote it. One block, the logarithm of plays, no balance of any kind.

c = 1 + s(plays), s = ln(1 + plays) scaled to mean 1 (Hu, Koren and Volinsky, "Collaborative filtering for
implicit feedback datasets", ICDM 2008, eq. 6).
"""

from dataclasses import dataclass
from typing import Final, Self

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.weights import block_weights
from fairtune.metrics.ranking import Rows
from fairtune.models.als.model import Factors, factorise
from fairtune.models.base import Scores

ITERATIONS: Final = 15
"""The library's default; more change nothing that can be measured."""


@dataclass(frozen=True)
class PlainAls:
    """listener_factors: (n_listeners, factors); column_factors: (n_columns, factors); both float32."""

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
        seed: int,
        threads: int,
    ) -> Self:
        """Learn from the target's cells alone."""
        plays = matrix.block(matrix.target, part)
        weights = block_weights(plays, weight=1.0, beta=0.0, gamma=0.0, scaling="log")
        return cls(
            *factorise(
                weights.confidence(plays),
                factors=factors,
                regularization=regularization,
                iterations=ITERATIONS,
                seed=seed,
                threads=threads,
            )
        )

    def scores(self, listeners: Rows) -> Scores:
        return self.listener_factors[listeners] @ self.column_factors.T
