"""`linear`: user-item linear regression, on features that both sides are known by.

    preference(u,c) ~ b0 + b1 * activity(u) + b2 * popularity(c) + sum over k of b_k * likeness_k(u,c)

Least squares in closed form over *all* listener-column pairs, preference 1 where u plays c and 0 elsewhere;
nothing is sampled. `likeness` has the features.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.ranking import Rows
from fairtune.models.base import Scores
from fairtune.models.baselines.linear_features import Feature, Floats, features

POPULARITY: Final = 2
FIRST_LIKENESS: Final = 3
"""Places among the features."""


@dataclass(frozen=True)
class Linear:
    """The fitted line, taken apart into what belongs to the column and what to the pair.

    popularity: (n_columns,) float32. listeners: listeners x traits and columns: columns x traits, float32;
    their product is the part of the pair. What belongs to the listener alone ranks nothing and isn't there.
    """

    popularity: NDArray[np.float32]
    listeners: csr_array
    columns: csr_array

    @classmethod
    def fit(cls, matrix: Matrix, part: Part, *, damping: float = 5.0, seed: int, threads: int) -> Self:
        """Learn from item blocks, regions and friends; those that the matrix doesn't have are left out.

        damping, 0 and above: items (friends) unlike the column that are added to those of each listener, so
        that one says less than many.
        """
        del seed, threads  # nothing is drawn and nothing is slow
        known = features(matrix, part, damping=damping)
        weights = coefficients(known)
        nobody, nothing = (csr_array((n, 0)) for n in (len(matrix.listeners), known[0].columns.shape[0]))
        likenesses = [*zip(known, weights, strict=True)][FIRST_LIKENESS:]
        listeners = hstack([nobody, *(of.listeners * weight for of, weight in likenesses)], format="csr")
        columns = hstack([nothing, *(of.columns for of, _ in likenesses)], format="csr")
        popularity = known[POPULARITY].columns.toarray()[:, 0] * weights[POPULARITY]
        return cls(
            popularity.astype(np.float32),
            csr_array(listeners, dtype=np.float32),
            csr_array(columns, dtype=np.float32),
        )

    def scores(self, listeners: Rows) -> Scores:
        """Score every target column. For columns that a listener plays, which are never listed, the scores
        count those plays too.
        """
        likeness = (self.listeners[listeners] @ self.columns.T).toarray()
        return np.asarray(likeness + self.popularity, dtype=np.float32)


def coefficients(known: Sequence[Feature]) -> Floats:
    """Least squares over all pairs: (n_features,).

    The sum of f_k f_l over all pairs is that of (L_k^T L_l) * (C_k^T C_l) for features f = L C^T, which takes
    no pair at all; only the pairs that are played, whose features differ, are looked at one by one.
    """
    gram = np.empty((len(known), len(known)))
    for k, one in enumerate(known):
        for at, other in enumerate(known[: k + 1]):
            everywhere = (one.listeners.T @ other.listeners).multiply(one.columns.T @ other.columns).sum()
            difference = one.played @ other.played - one.product @ other.product
            gram[k, at] = gram[at, k] = everywhere + difference
    moment = np.array([one.played.sum() for one in known])
    scale = np.sqrt(np.maximum(gram.diagonal(), np.finfo(np.float64).tiny))
    return np.asarray(np.linalg.lstsq(gram / np.outer(scale, scale), moment / scale)[0] / scale)
