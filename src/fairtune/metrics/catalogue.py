"""What ranked lists do with the catalogue: how much of it they show, how evenly, how far from hits."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.metrics import pairs
from fairtune.metrics.bootstrap import Figure
from fairtune.metrics.ranking import NOTHING, Lists

PerListener = NDArray[np.float64]


def whole(lists: Lists, n_items: int, ks: Sequence[int]) -> dict[str, Figure]:
    """Give "coverage@k" and "gini@k": facts about these lists together, so their interval is the value.

    coverage: share of the items that is in at least one list, 0..1.
    gini: sum_i (2i - n - 1) p(i) / (n sum_i p(i)), p(i) the number of lists with item i, ascending (RecBole).
    0: every item is listed equally often; near 1: one item takes every place. 1 where all lists are empty.
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


def novelty(lists: Lists, known: csr_array, ks: Sequence[int]) -> dict[str, PerListener]:
    """Give "novelty@k": mean self-information -log2(listeners of the item / listeners) of a list, in bits;
    (n,).

    0: everything listed is known to everybody; log2(listeners) is the most (Zhou et al., PNAS 2010). An item
    that nobody knows counts as known to one listener. known: all listeners x items. An empty list is NaN.
    """
    listeners = np.bincount(pairs.ones(known).indices, minlength=known.shape[1])
    bits = -np.log2(np.maximum(listeners, 1) / known.shape[0])
    return {f"novelty@{k}": shares(lists, bits[:, None], k)[:, 0] for k in ks}


def shares(lists: Lists, membership: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """Average rows of `membership` (n_items, g) over the first k of each list: (n, g); NaN if it is empty."""
    listed = pairs.listed(lists[:, :k], len(membership))
    length = np.diff(listed.indptr).astype(np.float64)
    length[length == 0] = np.nan
    return np.asarray((listed @ membership) / length[:, None])
