"""The best items that a listener doesn't know: known ones left out, ties broken by column."""

import numpy as np
from numpy.typing import NDArray


def best(scores: NDArray[np.float32], known: NDArray[np.bool_], n: int) -> NDArray[np.int64]:
    """Rank the columns with the `n` highest scores of each row.

    Parameters
    ----------
    scores
        Rows x columns.
    known
        Rows x columns, what isn't listed.
    n
        Length of a list, 0 and above.

    Returns
    -------
    NDArray
        Columns, (rows, n), best first, equal ones in order; -1 where a row has fewer than n unknown columns:
        a known column is never used to fill a list.
    """
    open_scores = np.where(known, -np.inf, scores)
    n_listed = min(n, scores.shape[1])
    if n_listed == 0:
        return np.full((len(scores), n), -1)
    chosen = np.argpartition(-open_scores, n_listed - 1, axis=1)[:, :n_listed]
    last = np.take_along_axis(open_scores, chosen, axis=1).min(axis=1, keepdims=True)
    tied = (open_scores >= last).sum(axis=1) > n_listed  # which of equal ones was chosen is chance
    chosen[tied] = np.argsort(-open_scores[tied], axis=1, kind="stable")[:, :n_listed]
    chosen.sort(axis=1)
    values = np.take_along_axis(open_scores, chosen, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    listed = np.take_along_axis(chosen, order, axis=1)
    listed[np.take_along_axis(values, order, axis=1) == -np.inf] = -1
    return np.pad(listed, ((0, 0), (0, n - n_listed)), constant_values=-1)
