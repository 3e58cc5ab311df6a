"""How well ranked lists find what listeners turned out to play, for each listener.

Definitions as in RecBole (Zhao et al., CIKM 2021), with h(r) = 1 if the item at rank r is in the truth T:

recall@k     sum_{r<=k} h(r) / |T|
precision@k  sum_{r<=k} h(r) / k; a list shorter than k is not excused
hit@k        1 if any of the first k is in T
mrr@k        1 / rank of the first hit, 0 without one
map@k        sum_{r<=k} h(r) precision@r / min(k, |T|)
ndcg@k       sum_{r<=k} h(r)/log2(r+1), over that of min(k, |T|) hits in a row (Jarvelin and Kekalainen, 2002)

All lie in 0..1, higher is better. A listener without truth can't be judged: NaN, which means leave out
(`Bootstrap.mean`).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.metrics import sparse_pairs
from fairtune.metrics.ranking import Lists

PerListener = NDArray[np.float64]
FIGURES: Final = ("ndcg", "recall", "precision", "map", "mrr", "hit")


def per_listener(lists: Lists, truth: csr_array, ks: Sequence[int]) -> dict[str, PerListener]:
    """Judge the list of each listener by every metric of this module.

    Parameters
    ----------
    lists
        Shape (n, at least max(ks)).
    truth
        Shape (n, n_items), rows as in `lists`; every stored cell is a held-out item.
    ks
        Lengths at which lists are cut, 1 and above.

    Returns
    -------
    dict[str, PerListener]
        "ndcg@10", "recall@10", ... for every k: shape (n,), NaN where the truth is empty.

    Raises
    ------
    ValueError
        The lists are shorter than the largest k.

    Notes
    -----
    An item twice in one list raises `BadRanking`.
    """
    longest = max(ks)
    if lists.shape[1] < longest:
        raise ValueError(f"lists have {lists.shape[1]} places, figures at {longest} need as many")
    sparse_pairs.listed(lists, truth.shape[1])  # raises if an item is there twice
    hit = sparse_pairs.hits(lists[:, :longest], truth).astype(np.float64)
    truth_size = np.diff(sparse_pairs.ones(truth).indptr).astype(np.float64)
    truth_size[truth_size == 0] = np.nan

    ranks = np.arange(1, longest + 1)
    discount = 1 / np.log2(ranks + 1)
    n_hits = np.cumsum(hit, axis=1)
    gain = np.cumsum(hit * discount, axis=1)
    ideal = np.cumsum(discount)
    precise = np.cumsum(hit * n_hits / ranks, axis=1)
    reciprocal = np.maximum.accumulate(hit / ranks, axis=1)

    figures: dict[str, PerListener] = {}
    for k in ks:
        last = k - 1
        possible = np.minimum(truth_size, k)
        judged = truth_size / truth_size  # 1, or NaN without truth
        best = ideal[np.nan_to_num(possible, nan=1).astype(np.intp) - 1]
        figures[f"ndcg@{k}"] = gain[:, last] / best * judged
        figures[f"recall@{k}"] = n_hits[:, last] / truth_size
        figures[f"precision@{k}"] = n_hits[:, last] / k * judged
        figures[f"map@{k}"] = precise[:, last] / possible
        figures[f"mrr@{k}"] = reciprocal[:, last] * judged
        figures[f"hit@{k}"] = (n_hits[:, last] > 0) * judged
    return figures
