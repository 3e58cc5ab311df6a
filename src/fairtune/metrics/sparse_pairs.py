"""Listener-item pairs as sparse ones: of ranked lists, of held-out truth, of what is known."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.errors import BadRanking
from fairtune.metrics.ranking import NOTHING, Lists


def ones(matrix: csr_array) -> csr_array:
    """Copy a matrix with 1.0 in every stored cell, whatever its value; sorted, each cell once."""
    copy = csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape, copy=True)
    copy.sum_duplicates()
    copy.data[:] = 1.0
    return copy


def listed(lists: Lists, n_items: int) -> csr_array:
    """Mark the items of each list.

    Parameters
    ----------
    lists
        Shape (n, k).
    n_items
        Size of the catalogue.

    Returns
    -------
    csr_array
        Shape (n, n_items), 1.0 for every listed item.

    Raises
    ------
    BadRanking
        A list names an item twice.
    """
    ordered = np.sort(lists, axis=1)
    twice = (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] != NOTHING)
    if twice.any():
        row, place = np.argwhere(twice)[0]
        raise BadRanking(
            f"ranking: the list of row {row} names item {ordered[row, place]} twice: "
            "a list holds each item once, and ends in -1 where it is shorter"
        )
    filled = ordered != NOTHING
    bounds = np.concatenate([[0], np.cumsum(filled.sum(axis=1))])
    return csr_array((np.ones(bounds[-1]), ordered[filled], bounds), shape=(len(lists), n_items))


def hits(lists: Lists, truth: csr_array) -> NDArray[np.bool_]:
    """Mark the places of every list whose item is in the listener's truth.

    Parameters
    ----------
    lists
        Shape (n, k).
    truth
        Shape (n, n_items), rows as in `lists`; every stored cell counts.

    Returns
    -------
    NDArray[np.bool_]
        Shape (n, k).
    """
    wanted = ones(truth)
    n_items = truth.shape[1]
    rows = np.arange(len(lists), dtype=np.int64)
    true_cells = np.repeat(rows, np.diff(wanted.indptr)) * n_items + wanted.indices  # ascending
    cells = rows[:, None] * n_items + lists
    if not len(true_cells):
        return np.zeros(lists.shape, dtype=bool)
    place = np.minimum(np.searchsorted(true_cells, cells), len(true_cells) - 1)
    return np.asarray((true_cells[place] == cells) & (lists != NOTHING))
