"""One listener's half of an ALS iteration: factors from plays, and a score taken apart into what causes it.

Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008, equation 4 and
section 5. With Y the column factors, C_u the diagonal of confidences and p_u the indicator of what u plays,

    A_u = Y^T Y + Y^T (C_u - I) Y + lambda I
    x_u = A_u^-1 Y^T C_u p_u
    score_ui = y_i^T x_u = sum_j y_i^T A_u^-1 y_j c_uj    over the j that u plays

lambda is added plainly, as implicit does (not times the listener's number of plays).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Folded:
    """A listener's normal equations, solved when a factor or an explanation is asked for.

    system: (f, f), the A_u above. columns: (k, f), factors of what the listener plays. confidences: (k,).
    """

    system: Floats
    columns: Floats
    confidences: Floats

    @property
    def factor(self) -> Floats:
        """x_u: (f,); all zeros for a listener who plays nothing."""
        return _solve(self.system, self.columns.T @ self.confidences)

    def contributions(self, items: Floats) -> Floats:
        """What each thing played adds to the score of each item.

        items: (n, f) factors of the items explained. Returns (n, k); rows sum to `items @ factor`.
        """
        return _solve(self.system, items.T).T @ self.columns.T * self.confidences


def fold_in(
    *, gram: Floats, columns: Floats, confidences: Floats, regularization: float, unheard: float = 1.0
) -> Folded:
    """Set up a listener's equations. gram: Y^T Y over every column of every block, (f, f).

    unheard: confidence in the zeros, 0..1. 1 as in the fit, where all that a listener plays is known; less
    where only some of it was told, so that what was left out isn't held against what goes with it.
    """
    seen = columns.T @ ((confidences - unheard)[:, None] * columns)
    system = unheard * gram + seen + regularization * np.eye(len(gram))
    return Folded(system=system, columns=columns, confidences=confidences)


def _solve(system: Floats, right: Floats) -> Floats:
    return np.linalg.solve(system, right).astype(np.float64, copy=False)
