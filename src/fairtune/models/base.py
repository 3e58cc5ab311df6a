"""The one interface of all models that rank the target."""

from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.ranking import Rows

Scores = NDArray[np.float32]


class Alternative(Protocol):
    """A model to compare `als` with: a frozen dataclass whose fields are arrays, so that it can be stored as
    it is.
    """

    @classmethod
    def fit(cls, matrix: Matrix, part: Part, *, seed: int, threads: int) -> Self:
        """Learn from `part` alone. Further keyword arguments, with defaults, are the model's settings: what
        can be tuned of it.
        """
        ...

    def scores(self, listeners: Rows) -> Scores:
        """Score every target column for the given rows: (len(listeners), n_columns), higher is better."""
        ...
