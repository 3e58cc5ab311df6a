"""Lists that keep a share of their places for items that few listeners play."""

import math

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import TAIL_SHARE
from fairtune.serving.top_k import best

Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]
SLACK = 1e-9
"""Shares come as decimals: .3 of ten places are three of them, not four."""


def fewest(listeners: NDArray[np.int64]) -> int:
    """Return the number of listeners from which on an item isn't emerging.

    The largest number for which the items below it hold at most a fifth of all listener-item pairs.
    """
    items = np.bincount(listeners)
    pairs = np.cumsum(items * np.arange(len(items)))
    return int(np.searchsorted(pairs, TAIL_SHARE * pairs[-1], side="right"))


def places(share: float, n: int) -> int:
    """Return how many of `n` places a share of them is, rounded up."""
    return math.ceil(share * n - SLACK)


def best_with(scores: Scores, known: Mask, n: int, *, tail: Mask, share: float) -> NDArray[np.int64]:
    """Rank as `top_k.best` does, with at least a share of each list from the tail.

    Of all lists with that many places for the tail it is the one whose scores add up to most: the best of
    the tail take their places, the best of what is left the others.

    Parameters
    ----------
    scores
        Rows x columns.
    known
        Rows x columns, what isn't listed.
    n
        Length of a list, 0 and above.
    tail
        Which columns are of the tail, (columns,).
    share
        Of the places of a list, 0..1; a row whose tail is used up has fewer.

    Returns
    -------
    NDArray
        Columns, (rows, n), best first; -1 where a row has fewer than n unknown columns.
    """
    due = places(share, n)
    promised = best(scores, known | ~tail, due)
    taken = known.copy()
    row, _ = np.nonzero(promised >= 0)
    taken[row, promised[promised >= 0]] = True
    others = best(scores, taken, n)
    left = n - (promised >= 0).sum(axis=1, keepdims=True)
    others[np.arange(n) >= left] = -1
    listed = np.concatenate([promised, others], axis=1)
    value = np.take_along_axis(scores, listed, axis=1).astype(np.float64)
    order = np.lexsort((listed, np.where(listed < 0, np.inf, -value)), axis=1)
    return np.take_along_axis(listed, order, axis=1)[:, :n]
