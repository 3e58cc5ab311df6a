"""The one interface of all models that rank the target."""

from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.ranking import Rows

Scores = NDArray[np.float32]


class Alternative(Protocol):
    """A model to compare `als` with: a frozen dataclass of arrays, so that it can be stored as it is."""

    @classmethod
    def fit(cls, matrix: Matrix, part: Part, *, seed: int, threads: int) -> Self:
        """Fit the model.

        Further keyword arguments, with defaults, are the model's settings: what can be tuned of it.

        Parameters
        ----------
        matrix
            Blocks to learn from.
        part
            Part of it that is learned; nothing else is read.
        seed
            Of everything that is drawn; same seed, same bytes.
        threads
            1 and above.

        Returns
        -------
        Self
            The fitted model.
        """
        ...

    def scores(self, listeners: Rows) -> Scores:
        """Score every target column.

        Parameters
        ----------
        listeners
            Rows to score for, (n,).

        Returns
        -------
        Scores
            Float32, (n, n_columns), higher is better.
        """
        ...
