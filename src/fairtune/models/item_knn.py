"""`item_knn`: columns whose listeners are the same people (Sarwar et al., "Item-based collaborative
filtering", WWW 2001).
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from scipy.sparse import csr_array

from fairtune.columns import Part
from fairtune.matrix import Matrix
from fairtune.models.base import Rows, Scores

NEIGHBOURS: Final = 100


@dataclass(frozen=True)
class ItemKnn:
    """weights: listeners x columns, ln(1+plays); similarity: columns x columns, cosine, the nearest
    neighbours of each.
    """

    weights: csr_array
    similarity: csr_array

    @classmethod
    def fit(cls, matrix: Matrix, part: Part, *, seed: int, threads: int) -> Self:
        del seed  # nothing is drawn
        from implicit.nearest_neighbours import all_pairs_knn, normalize

        plays = matrix.block(matrix.target, part)
        weights = csr_array(
            (np.log1p(plays.data.astype(np.float64)), plays.indices, plays.indptr), shape=plays.shape
        )
        columns = normalize(weights.T.tocsr()).tocsr()
        similarity = csr_array(
            all_pairs_knn(columns.T.tocsr(), NEIGHBOURS, show_progress=False, num_threads=threads)
        )
        return cls(weights=weights.astype(np.float32), similarity=similarity.astype(np.float32))

    def scores(self, listeners: Rows) -> Scores:
        return (self.weights[listeners] @ self.similarity).toarray()  # type: ignore[no-any-return]
