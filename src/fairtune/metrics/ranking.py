"""Ranked lists over the full catalogue, exact to the last tie."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.errors import BadRanking

Rows = NDArray[np.intp]
Lists = NDArray[np.int32]
"""(n, k) column indices, best first; where fewer than k can be listed, the end is filled with `NOTHING`."""

NOTHING = -1
CELLS_PER_BLOCK = 2**22
"""Scores held at once by each thread: 16 MB of float32, and as much again for their selection."""


def rank(
    score_rows: Callable[[Rows], NDArray[np.floating]],
    known: csr_array,
    k: int,
    *,
    listeners: Rows | None = None,
    block: int | None = None,
    threads: int = 1,
) -> Lists:
    """List the k best columns that a listener doesn't know yet.

    score_rows: scores of all columns for some rows, (len(rows), n_columns), higher is better; -inf: never
    listed.
    known: listeners x columns; every stored cell is masked, whatever its value.
    listeners: rows to rank (default: all); line r of the result is listener `listeners[r]`.
    block: listeners scored at once. It may change the last bit of a matrix product, so it never depends on
    `threads`.

    Equal scores are ordered by column index, at the end of the list too. NaN scores raise `BadRanking`.
    """
    n_listeners, n_columns = known.shape
    rows = np.arange(n_listeners) if listeners is None else np.asarray(listeners, dtype=np.intp)
    size = block or max(1, CELLS_PER_BLOCK // max(1, n_columns))

    def ranked(start: int) -> Lists:
        some = rows[start : start + size]
        scores = np.array(score_rows(some))  # a copy: masking must not reach into the model
        if scores.shape != (len(some), n_columns):
            raise ValueError(f"scores have shape {scores.shape}, expected {(len(some), n_columns)}")
        best = scores.max(axis=1, initial=-np.inf)  # NaN wins every maximum
        if np.isnan(best).any():
            raise BadRanking(
                f"ranking: the scores of listener row {some[np.isnan(best)][0]} hold NaN: the model did not "
                "converge; raise regularization or lower alpha"
            )
        masked = known[some]
        scores[np.repeat(np.arange(len(some)), np.diff(masked.indptr)), masked.indices] = -np.inf
        return _best(scores, k)

    starts = range(0, len(rows), size)
    with ThreadPoolExecutor(max_workers=threads) as pool:  # numpy and BLAS let go of the interpreter lock
        return np.concatenate([np.empty((0, k), dtype=np.int32), *pool.map(ranked, starts)])


def _best(scores: NDArray[np.floating], k: int) -> Lists:
    """Give the columns of the k highest scores of each row; `NOTHING` for -inf and beyond the row's end."""
    n_rows, n_columns = scores.shape
    lists = np.full((n_rows, k), NOTHING, dtype=np.int32)
    taken = min(k, n_columns)
    if n_rows == 0 or taken == 0:
        return lists
    border = np.partition(scores, n_columns - taken, axis=1)[:, n_columns - taken, None]
    chosen = scores >= border
    tied = np.flatnonzero(np.count_nonzero(chosen, axis=1) > taken)  # more than fit share the last score
    chosen[tied] = _first_of_ties(scores[tied], border[tied], taken)
    items = np.nonzero(chosen)[1].reshape(n_rows, taken)  # ascending in each row: a stable sort keeps ties so
    values = np.take_along_axis(scores, items, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    values = np.take_along_axis(values, order, axis=1)
    lists[:, :taken] = np.where(values == -np.inf, NOTHING, np.take_along_axis(items, order, axis=1))
    return lists


def _first_of_ties(
    scores: NDArray[np.floating], border: NDArray[np.floating], taken: int
) -> NDArray[np.bool_]:
    """Choose everything above the border, and of what is on it as many as are wanting, lowest index first."""
    above, on = scores > border, scores == border
    wanting = taken - np.count_nonzero(above, axis=1)
    return np.asarray(above | (on & (np.cumsum(on, axis=1, dtype=np.int32) <= wanting[:, None])))
