"""`linear`: user-item linear regression, on features that both sides are known by.

    preference(u,c) ~ b0 + b1 * activity(u) + b2 * popularity(c) + sum over k of b_k * likeness_k(u,c)

Least squares in closed form over *all* listener-column pairs, preference 1 where u plays c and 0 elsewhere;
nothing is sampled. `fairtune.models.baselines.linear_features` has the features.
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

    What belongs to the listener alone ranks nothing and is left out.

    Attributes
    ----------
    popularity
        Part of the column, float32, (n_columns,).
    listeners
        Listeners x traits, float32; its product with `columns` is the part of the pair.
    columns
        Columns x traits, float32.
    """

    popularity: NDArray[np.float32]
    listeners: csr_array
    columns: csr_array

    @classmethod
    def fit(cls, matrix: Matrix, part: Part, *, damping: float = 5.0, seed: int, threads: int) -> Self:
        """Learn from item blocks, regions and friends; those that the matrix doesn't have are left out.

        Parameters
        ----------
        matrix
            Blocks to learn from.
        part
            Part of it that is learned.
        damping
            Items (friends) unlike the column that are added to those of each listener, 0 and above, so that
            one says less than many.
        seed
            Not needed.
        threads
            Not needed.

        Returns
        -------
        Self
            The fitted model.
        """
        del seed, threads  # nothing is drawn and nothing is slow
        of_pairs = features(matrix, part, damping=damping)
        weights = coefficients(of_pairs)
        nobody, nothing = (csr_array((n, 0)) for n in (len(matrix.listeners), of_pairs[0].columns.shape[0]))
        likenesses = [*zip(of_pairs, weights, strict=True)][FIRST_LIKENESS:]
        weighed = (feature.listeners * weight for feature, weight in likenesses)
        listeners = hstack([nobody, *weighed], format="csr")
        columns = hstack([nothing, *(feature.columns for feature, _ in likenesses)], format="csr")
        popularity = of_pairs[POPULARITY].columns.toarray()[:, 0] * weights[POPULARITY]
        return cls(
            popularity.astype(np.float32),
            csr_array(listeners, dtype=np.float32),
            csr_array(columns, dtype=np.float32),
        )

    def scores(self, listeners: Rows) -> Scores:
        """Score every target column.

        For columns that a listener plays, which are never listed, the scores count those plays too.

        Parameters
        ----------
        listeners
            Rows to score for, (n,).

        Returns
        -------
        Scores
            Float32, (n, n_columns), higher is better.
        """
        likeness = (self.listeners[listeners] @ self.columns.T).toarray()
        return np.asarray(likeness + self.popularity, dtype=np.float32)


def coefficients(of_pairs: Sequence[Feature]) -> Floats:
    """Solve least squares over all pairs.

    The sum of f_k f_l over all pairs is that of (L_k^T L_l) * (C_k^T C_l) for features f = L C^T, which takes
    no pair at all; only the pairs that are played, whose features differ, are looked at one by one.

    Parameters
    ----------
    of_pairs
        Features of all pairs of listener and column.

    Returns
    -------
    Floats
        A coefficient for each feature, (n_features,).
    """
    gram = np.empty((len(of_pairs), len(of_pairs)))
    for k, one in enumerate(of_pairs):
        for at, other in enumerate(of_pairs[: k + 1]):
            everywhere = (one.listeners.T @ other.listeners).multiply(one.columns.T @ other.columns).sum()
            difference = one.played @ other.played - one.product @ other.product
            gram[k, at] = gram[at, k] = everywhere + difference
    moment = np.array([one.played.sum() for one in of_pairs])
    scale = np.sqrt(np.maximum(gram.diagonal(), np.finfo(np.float64).tiny))
    return np.asarray(np.linalg.lstsq(gram / np.outer(scale, scale), moment / scale)[0] / scale)
