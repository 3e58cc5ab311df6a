"""What ranked lists do with the catalogue: how much of it they show, how evenly, how far from hits."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.metrics import sparse_pairs
from fairtune.metrics.bootstrap import Figure
from fairtune.metrics.ranking import NOTHING, Lists

PerListener = NDArray[np.float64]
LISTENERS_PER_BLOCK = 2**15  # lists whose profiles are summed at once


def whole(lists: Lists, n_items: int, ks: Sequence[int]) -> dict[str, Figure]:
    """Measure coverage and Gini index of all lists together.

    coverage: share of the items that is in at least one list, 0..1.
    gini: sum_i (2i - n - 1) p(i) / (n sum_i p(i)), p(i) the number of lists with item i, ascending (RecBole).
    0: every item is listed equally often; near 1: one item takes every place. 1 where all lists are empty.

    Parameters
    ----------
    lists
        Shape (n, at least max(ks)).
    n_items
        Size of the catalogue.
    ks
        Lengths at which lists are cut, 1 and above.

    Returns
    -------
    dict[str, Figure]
        "coverage@k" and "gini@k" for every k: facts about these lists, so their interval is the value.
    """
    figures: dict[str, Figure] = {}
    for k in ks:
        listed = lists[:, :k]
        counts = np.sort(np.bincount(listed[listed != NOTHING], minlength=n_items))
        total = counts.sum()
        weights = 2 * np.arange(1, n_items + 1) - n_items - 1
        figures[f"coverage@{k}"] = Figure.exact(float(np.count_nonzero(counts) / n_items))
        figures[f"gini@{k}"] = Figure.exact(float(weights @ counts / (n_items * total)) if total else 1.0)
    return figures


def bits(known: csr_array) -> NDArray[np.float64]:
    """Self-information of each column, -log2(its listeners / all listeners).

    Its mean over a list is the list's novelty.

    Parameters
    ----------
    known
        All listeners x items; every stored cell counts.

    Returns
    -------
    NDArray[np.float64]
        Shape (n_items,). 0: everybody knows the item; log2(n_listeners) is the most: an item that nobody
        knows counts as known to one listener.

    References
    ----------
    Zhou et al., "Solving the apparent diversity-accuracy dilemma of recommender systems", PNAS 2010.
    """
    listeners = np.bincount(sparse_pairs.ones(known).indices, minlength=known.shape[1])
    return np.asarray(-np.log2(np.maximum(listeners, 1) / known.shape[0]))


def shares(lists: Lists, membership: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """Average the memberships of the items in each list.

    Parameters
    ----------
    lists
        Shape (n, at least k).
    membership
        Shape (n_items, n_groups), or any other figures of the items.
    k
        Places of each list that count.

    Returns
    -------
    NDArray[np.float64]
        Shape (n, n_groups); NaN where a list is empty.
    """
    listed = sparse_pairs.listed(lists[:, :k], len(membership))
    length = np.diff(listed.indptr).astype(np.float64)
    length[length == 0] = np.nan
    return np.asarray((listed @ membership) / length[:, None])


def diversity(lists: Lists, profiles: csr_array | None, k: int) -> PerListener:
    """Intra-list diversity: 1 - mean cosine of all pairs of two different items of a list.

    Parameters
    ----------
    lists
        Shape (n, at least k).
    profiles
        Shape (n_items, n_features), no negative number, rows of length 1, or 0 where nothing is known of an
        item, which is then left out. None: nothing is known of any item.
    k
        Places of each list that count.

    Returns
    -------
    PerListener
        Shape (n,), 0..1. 0: all items are alike; 1: no two have anything in common. NaN with fewer than two
        items to compare, and without profiles.

    References
    ----------
    Ziegler et al., "Improving recommendation lists through topic diversification", WWW 2005; with cosine
    Vargas and Castells, "Rank and relevance in novelty and diversity metrics for recommender
    systems", RecSys 2011.
    """
    if profiles is None:
        return np.full(len(lists), np.nan)
    known = np.diff(profiles.indptr) > 0
    parts = [
        _pair_cosines(
            sparse_pairs.listed(lists[start : start + LISTENERS_PER_BLOCK, :k], len(known)), profiles
        )
        for start in range(0, len(lists), LISTENERS_PER_BLOCK)
    ]
    comparable = np.where(lists[:, :k] == NOTHING, 0, known[lists[:, :k]]).sum(axis=1).astype(np.float64)
    n_pairs = np.where(comparable > 1, comparable * (comparable - 1), np.nan)
    total = np.concatenate([np.empty(0), *parts])
    return np.asarray(
        np.clip(1 - (total - comparable) / n_pairs, 0, 1)
    )  # a cosine may exceed 1 by its rounding


def _pair_cosines(listed: csr_array, profiles: csr_array) -> PerListener:
    """Sum of the cosines of all ordered pairs of a list, each item with itself too: |sum of profiles|^2."""
    n_items, n_features = profiles.shape
    if n_features > n_items:  # few columns, long profiles: music types
        cosines = csr_array(profiles @ profiles.T).toarray()
        return np.asarray(listed.multiply(listed @ cosines).sum(axis=1)).ravel()
    sums = csr_array(listed @ profiles)
    return np.asarray(sums.multiply(sums).sum(axis=1)).ravel()
