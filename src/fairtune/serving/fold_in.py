"""One listener's half of an ALS iteration: factors from plays, and a score taken apart into what causes it.

With Y the column factors, C_u the diagonal of confidences and p_u the indicator of what u plays,

    A_u = Y^T Y + Y^T (C_u - I) Y + lambda I
    x_u = A_u^-1 Y^T C_u p_u
    score_ui = y_i^T x_u = sum_j y_i^T A_u^-1 y_j c_uj    over the j that u plays

lambda is added plainly, as implicit does (not times the listener's number of plays).

References
----------
Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008, equation 4 and
section 5.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Folded:
    """A listener's normal equations, solved when a factor or an explanation is asked for.

    Attributes
    ----------
    system
        The A_u above, (f, f).
    columns
        Factors of what the listener plays, (k, f).
    confidences
        In what the listener plays, (k,).
    """

    system: Floats
    columns: Floats
    confidences: Floats

    @property
    def factor(self) -> Floats:
        """x_u: (f,); all zeros for a listener who plays nothing."""
        return _solve(self.system, self.columns.T @ self.confidences)

    def contributions(self, items: Floats) -> Floats:
        """Return what each thing played adds to the score of each item.

        Parameters
        ----------
        items
            Factors of the items explained, (n, f).

        Returns
        -------
        Floats
            Contributions, (n, k); rows sum to `items @ factor`.
        """
        return _solve(self.system, items.T).T @ self.columns.T * self.confidences


def fold_in(
    *,
    gram: Floats,
    columns: Floats,
    confidences: Floats,
    regularization: float,
    zero_confidence: float = 1.0,
) -> Folded:
    """Set up a listener's equations.

    Parameters
    ----------
    gram
        Y^T Y over every column of every block, (f, f).
    columns
        Factors of what the listener plays, (k, f).
    confidences
        In what the listener plays, (k,).
    regularization
        lambda, 0 and above.
    zero_confidence
        Confidence in the zeros, 0..1. 1 as in the fit, where all that a listener plays is known; less where
        only some of it was named, so that what was left out isn't held against what goes with it.

    Returns
    -------
    Folded
        Not solved yet.
    """
    seen = columns.T @ ((confidences - zero_confidence)[:, None] * columns)
    system = zero_confidence * gram + seen + regularization * np.eye(len(gram))
    return Folded(system=system, columns=columns, confidences=confidences)


def _solve(system: Floats, right: Floats) -> Floats:
    return np.linalg.solve(system, right).astype(np.float64, copy=False)
