"""Ranked lists over the full catalogue, exact to the last tie."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import local

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.errors import BadRanking

Rows = NDArray[np.intp]
Lists = NDArray[np.int32]
"""(n, k) column indices, best first; where fewer than k can be listed, the end is filled with `NOTHING`."""

NOTHING = -1
CELLS_PER_BLOCK = 2**22
"""Scores held at once by each thread: 16 MB of float32, twice: as the model gives them, and masked."""
RUN = 128
"""Columns that are looked at as one in the first pass over the scores."""


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

    Equal scores are ordered by column index, at the end of the list too.

    Parameters
    ----------
    score_rows
        Scores of all columns for some rows, shape (len(rows), n_columns), higher is better; -inf: never
        listed.
    known
        Shape (n_listeners, n_columns); every stored cell is masked, whatever its value.
    k
        Length of a list, 0 and above.
    listeners
        Rows to rank (default: all); line r of the result is listener `listeners[r]`.
    block
        Listeners scored at once. It may change the last bit of a matrix product, so it never depends on
        `threads`.
    threads
        Blocks that are scored and ranked at the same time.

    Returns
    -------
    Lists
        Column indices, shape (n, k), best first; `NOTHING` where fewer than k can be listed.

    Notes
    -----
    NaN scores raise `BadRanking`, scores of another shape `ValueError`.
    """
    n_listeners, n_columns = known.shape
    rows = np.arange(n_listeners) if listeners is None else np.asarray(listeners, dtype=np.intp)
    size = block or max(1, CELLS_PER_BLOCK // max(1, n_columns))
    held = local()  # one array a thread: fresh memory for each block would cost more than masking it

    def ranked(start: int) -> Lists:
        some = rows[start : start + size]
        given = score_rows(some)
        if given.shape != (len(some), n_columns):
            raise ValueError(f"scores have shape {given.shape}, expected {(len(some), n_columns)}")
        scores = _copied(given, held, size)
        masked = known[some]
        scores[np.repeat(np.arange(len(some)), np.diff(masked.indptr)), masked.indices] = -np.inf
        best = scores.reshape(len(some), -1, RUN).max(axis=2, initial=-np.inf)
        wrong = np.isnan(best).any(axis=1)  # NaN wins every maximum
        if wrong.any():
            raise BadRanking(
                f"ranking: the scores of listener row {some[wrong][0]} hold NaN: the model did not "
                "converge; raise regularization or lower alpha"
            )
        return _best(scores, best, k)

    starts = range(0, len(rows), size)
    with ThreadPoolExecutor(max_workers=threads) as pool:  # numpy and BLAS let go of the interpreter lock
        return np.concatenate([np.empty((0, k), dtype=np.int32), *pool.map(ranked, starts)])


def _copied(given: NDArray[np.floating], held: local, size: int) -> NDArray[np.floating]:
    """Copy scores, which may be the model's own, into this thread's array: whole runs, the rest -inf."""
    n_rows, n_columns = given.shape
    kept: NDArray[np.floating] | None = getattr(held, "scores", None)
    if kept is None or kept.dtype != given.dtype:
        kept = np.full((size, -(-n_columns // RUN) * RUN), -np.inf, dtype=given.dtype)
        held.scores = kept
    kept[:n_rows, :n_columns] = given
    return kept[:n_rows]


def _best(scores: NDArray[np.floating], best: NDArray[np.floating], k: int) -> Lists:
    """List the columns of the k highest scores of each row; `NOTHING` for -inf and beyond the row's end.

    They lie in the k runs with the highest maxima, ties by index: each of those holds a column that comes
    before every column of the other runs. So one look at all scores is enough, and only k runs are sorted.
    """
    n_rows, n_runs = best.shape
    lists = np.full((n_rows, k), NOTHING, dtype=np.int32)
    if n_rows == 0 or n_runs == 0 or k == 0:
        return lists
    runs = _highest(best, min(k, n_runs))
    rows = np.arange(n_rows)[:, None]
    looked = scores.reshape(n_rows, n_runs, RUN)[rows, runs].reshape(n_rows, -1)
    taken = min(k, looked.shape[1])
    places = _highest(looked, taken)  # ascending in each row: a stable sort keeps ties so
    items = np.take_along_axis(runs, places // RUN, axis=1) * RUN + places % RUN
    values = np.take_along_axis(looked, places, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    values = np.take_along_axis(values, order, axis=1)
    lists[:, :taken] = np.where(values == -np.inf, NOTHING, np.take_along_axis(items, order, axis=1))
    return lists


def _highest(scores: NDArray[np.floating], taken: int) -> NDArray[np.intp]:
    """Find the columns of the `taken` highest scores of each row, ties by index: (n, taken), ascending."""
    n_rows, n_columns = scores.shape
    border = np.partition(scores, n_columns - taken, axis=1)[:, n_columns - taken, None]
    chosen = scores >= border
    tied = np.flatnonzero(np.count_nonzero(chosen, axis=1) > taken)  # more than fit share the last score
    chosen[tied] = _first_of_ties(scores[tied], border[tied], taken)
    return np.nonzero(chosen)[1].reshape(n_rows, taken)


def _first_of_ties(
    scores: NDArray[np.floating], border: NDArray[np.floating], taken: int
) -> NDArray[np.bool_]:
    """Choose everything above the border, and of what is on it as many as are wanting, lowest index first."""
    above, on = scores > border, scores == border
    wanting = taken - np.count_nonzero(above, axis=1)
    return np.asarray(above | (on & (np.cumsum(on, axis=1, dtype=np.int32) <= wanting[:, None])))
