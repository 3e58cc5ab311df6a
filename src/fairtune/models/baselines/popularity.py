"""`popularity`: the same list for everybody, what most listeners play."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.ranking import Rows
from fairtune.models.base import Scores


@dataclass(frozen=True)
class Popularity:
    """How many listeners each column has.

    Attributes
    ----------
    listeners_of
        Listeners of each target column in the part that was fitted, float32, (n_columns,).
    """

    listeners_of: NDArray[np.float32]

    @classmethod
    def fit(cls, matrix: Matrix, part: Part, *, seed: int, threads: int) -> Self:
        del seed, threads  # nothing is drawn and nothing is slow
        plays = matrix.block(matrix.target, part)
        return cls(np.bincount(plays.indices, minlength=plays.shape[1]).astype(np.float32))

    def scores(self, listeners: Rows) -> Scores:
        return np.broadcast_to(self.listeners_of, (len(listeners), len(self.listeners_of)))
