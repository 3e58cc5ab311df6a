"""`tutorial_als`: what the tutorials do. Raw play counts as confidence, one block, the library's defaults."""

from dataclasses import dataclass
from typing import Self

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.ranking import Rows
from fairtune.models.als.solver import Factors, factorise
from fairtune.models.base import Scores


@dataclass(frozen=True)
class TutorialAls:
    """Factors of listeners and of the target's columns.

    Attributes
    ----------
    listener_factors
        Float32, (n_listeners, 100).
    column_factors
        Float32, (n_columns, 100).
    """

    listener_factors: Factors
    column_factors: Factors

    @classmethod
    def fit(cls, matrix: Matrix, part: Part, *, seed: int, threads: int) -> Self:
        plays = matrix.block(matrix.target, part).astype("float32")
        return cls(
            *factorise(plays, factors=100, regularization=0.01, iterations=15, seed=seed, threads=threads)
        )

    def scores(self, listeners: Rows) -> Scores:
        return self.listener_factors[listeners] @ self.column_factors.T
