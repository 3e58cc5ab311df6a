"""How far two distributions are apart: between ordered bins, and between categories."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Counts = NDArray[np.float64]

FLOOR: Final = 1e-4
"""Smallest share of a bin: an empty one would make the index infinite."""
LARGEST: Final = 200
"""Categories that are compared one by one: so many of the largest of either side."""


def stability_terms(before: ArrayLike, after: ArrayLike) -> Counts:
    """Population stability index, bin by bin, (n_bins,); their sum is the index.

    before, after: counts by bin, (n_bins,), not all of them 0. A term is `(q - p) ln(q / p)`, p and q being
    the shares before and after; a share below `FLOOR` counts as `FLOOR`, so that what a bin adds depends on
    shares alone and not on the number of rows. 0: equal; without an upper end, though the floor makes it
    finite. Symmetric. Siddiqi, "Credit risk scorecards" (Wiley, 2006), who calls below 0.1 no change to speak
    of and above 0.25 a shift; without the floor it is the divergence J of Jeffreys (1946).
    """
    p, q = (np.maximum(shares(counts), FLOOR) for counts in (before, after))
    return np.asarray((q - p) * np.log(q / p))


def shannon_terms(before: ArrayLike, after: ArrayLike) -> Counts:
    """Jensen-Shannon divergence in bits, category by category, (n_categories,), 0 or more.

    before, after: counts by category, (n_categories,), not all of them 0. Their sum is between 0, equal
    shares, and 1, no category in common; its square root is a metric. Symmetric. Lin, "Divergence measures
    based on the Shannon entropy" (IEEE Transactions on Information Theory 37, 1991); Endres and Schindelin,
    "A new metric for probability distributions" (the same, 49, 2003).
    """
    p, q = shares(before), shares(after)
    terms = (_entropy_terms((p + q) / 2) - (_entropy_terms(p) + _entropy_terms(q)) / 2) / np.log(2)
    return np.asarray(np.maximum(terms, 0.0))  # rounding may leave less


def compared(before: Counts, after: Counts) -> NDArray[np.bool_]:
    """Tell which categories are compared one by one, (n_categories,); the others count as a single one.

    Those are the `LARGEST` by share of either side. Of the tail each category is so small that hardly any is
    the same in two samples of the same listeners: it would add noise and no news.
    """
    if len(before) <= LARGEST:
        return np.ones(len(before), dtype=np.bool_)
    kept = np.zeros(len(before), dtype=np.bool_)
    for counts in (before, after):
        kept[np.argsort(-counts, kind="stable")[:LARGEST]] = True
    return kept


def shares(counts: ArrayLike) -> Counts:
    """Give counts as shares of their sum, which isn't 0."""
    values = np.asarray(counts, dtype=np.float64)
    return np.asarray(values / values.sum())


def _entropy_terms(p: Counts) -> Counts:
    """Give `-p ln p`, which is 0 where p is."""
    return np.asarray(-p * np.log(np.where(p > 0, p, 1.0)))
