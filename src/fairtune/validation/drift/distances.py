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
    """Compute the terms of the population stability index, bin by bin.

    Parameters
    ----------
    before
        Counts by bin, (n_bins,), not all of them 0.
    after
        The same of the other sample.

    Returns
    -------
    Counts
        Terms, (n_bins,), 0 or more; their sum is the index. 0: equal shares; no upper end, though the floor
        makes it finite. Symmetric.

    Notes
    -----
    A term is `(q - p) ln(q / p)`, p and q being the shares before and after. A share below `FLOOR` counts as
    `FLOOR`, so that what a bin adds depends on shares alone and not on the number of rows. Below 0.1 Siddiqi
    sees no change to speak of, above 0.25 a shift. Without the floor it is the divergence J of Jeffreys.

    References
    ----------
    Siddiqi, "Credit risk scorecards" (Wiley, 2006).
    Jeffreys, "An invariant form for the prior probability in estimation problems" (Proceedings of the Royal
    Society A 186, 1946).
    """
    p, q = (np.maximum(shares(counts), FLOOR) for counts in (before, after))
    return np.asarray((q - p) * np.log(q / p))


def shannon_terms(before: ArrayLike, after: ArrayLike) -> Counts:
    """Compute the terms of the Jensen-Shannon divergence in bits, category by category.

    Parameters
    ----------
    before
        Counts by category, (n_categories,), not all of them 0.
    after
        The same of the other sample.

    Returns
    -------
    Counts
        Terms, (n_categories,), 0 or more; their sum is the divergence, between 0, equal shares, and 1, no
        category in common. Its square root is a metric. Symmetric.

    References
    ----------
    Lin, "Divergence measures based on the Shannon entropy" (IEEE Transactions on Information Theory 37,
    1991).
    Endres and Schindelin, "A new metric for probability distributions" (IEEE Transactions on Information
    Theory 49, 2003).
    """
    p, q = shares(before), shares(after)
    terms = (_entropy_terms((p + q) / 2) - (_entropy_terms(p) + _entropy_terms(q)) / 2) / np.log(2)
    return np.asarray(np.maximum(terms, 0.0))  # rounding may leave less


def compared(before: Counts, after: Counts) -> NDArray[np.bool_]:
    """Choose the categories that are compared one by one; the others count as a single one.

    Of the tail each category is so small that hardly any is the same in two samples of the same listeners:
    it would add noise and no news.

    Parameters
    ----------
    before
        Counts by category, (n_categories,).
    after
        The same of the other sample.

    Returns
    -------
    ndarray
        Whether each category is among the `LARGEST` of either side, (n_categories,).
    """
    if len(before) <= LARGEST:
        return np.ones(len(before), dtype=np.bool_)
    kept = np.zeros(len(before), dtype=np.bool_)
    for counts in (before, after):
        kept[np.argsort(-counts, kind="stable")[:LARGEST]] = True
    return kept


def shares(counts: ArrayLike) -> Counts:
    """Return counts as shares of their sum, which isn't 0."""
    values = np.asarray(counts, dtype=np.float64)
    return np.asarray(values / values.sum())


def _entropy_terms(p: Counts) -> Counts:
    """Return `-p ln p`, which is 0 where p is."""
    return np.asarray(-p * np.log(np.where(p > 0, p, 1.0)))
