"""`item_knn`: columns whose listeners are the same people.

References
----------
Sarwar, Karypis, Konstan and Riedl, "Item-based collaborative filtering recommendation algorithms", WWW 2001.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_array, diags_array

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.weights import popularity_balance
from fairtune.metrics.ranking import Rows
from fairtune.models.base import Scores
from fairtune.models.neighbours import cosine


@dataclass(frozen=True)
class ItemKnn:
    """Nearest neighbours of every column.

    Attributes
    ----------
    weights
        Listeners x columns, ln(1+plays).
    similarity
        Columns x columns, cosine, the nearest neighbours of each.
    """

    weights: csr_array
    similarity: csr_array

    @classmethod
    def fit(
        cls,
        matrix: Matrix,
        part: Part,
        *,
        neighbours: int = 100,
        shrinkage: float = 0.0,
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
        neighbours
            Columns that a column is compared with, itself included, 1 and above.
        shrinkage
            What is added to the squared length of each column, 0 and above, as if so many more listeners
            played it once and nothing else; it draws the similarities of rarely played columns towards 0.
        beta
            Popularity balance: each column's scores are multiplied by (listeners / mean)^-beta.
        seed
            Not needed.
        threads
            Of the search for neighbours, 1 and above.

        Returns
        -------
        Self
            The fitted model.
        """
        del seed  # nothing is drawn
        plays = matrix.block(matrix.target, part)
        weights = csr_array(
            (np.log1p(plays.data.astype(np.float64)), plays.indices, plays.indptr), shape=plays.shape
        )
        similarity = cosine.similarity(weights, shrinkage=shrinkage, kept=neighbours, threads=threads)
        if beta:
            similarity = csr_array(similarity @ diags_array(popularity_balance(plays, beta)))
        return cls(weights=weights.astype(np.float32), similarity=similarity.astype(np.float32))

    def scores(self, listeners: Rows) -> Scores:
        return (self.weights[listeners] @ self.similarity).toarray()  # type: ignore[no-any-return]
