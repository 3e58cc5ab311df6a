"""Taste groups: listeners whose factors point the same way, away from the average listener.

Spherical k-means [1]_: a listener belongs to the centre with the highest cosine. Length is left out: it
tells how much is known of listeners, not what they like. The mean direction is taken away first: what
everybody plays is in all factors.

The number of groups is the one that is found again [2]_: two halves of the listeners are grouped apart,
everybody is assigned by both, and the number on which they agree best is taken, agreement being the adjusted
Rand index.

References
----------
.. [1] Dhillon and Modha, "Concept decompositions for large sparse text data using clustering", Machine
   Learning 42, 2001.
.. [2] Lange, Roth, Braun and Buhmann, "Stability-based validation of clustering solutions", Neural
   Computation 16, 2004.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float32]
Codes = NDArray[np.intp]

FEWEST: Final = 4
MOST: Final = 12
HALVINGS: Final = 8  # pairs of halves by which a number is judged
STARTS: Final = 3  # the best of so many is kept
MOST_ITERATIONS: Final = 40  # of moving centres
SAMPLE: Final = 4_000  # listeners by which the number is judged


@dataclass(frozen=True)
class TasteGroups:
    """Groups of listeners whose factors point the same way.

    Attributes
    ----------
    labels
        The group of each listener, (n_listeners,), 0..number - 1, the largest first; -1: nothing is known.
    stability
        Agreement of the halves for every number of groups that was tried, -1..1.
    """

    labels: Codes
    stability: Mapping[int, float]

    @property
    def number(self) -> int:
        """Return the number of groups; 0 where nobody is grouped."""
        return int(self.labels.max(initial=-1)) + 1


def group(factors: NDArray[np.float32], *, min_group: int, seed: int) -> TasteGroups:
    """Group listeners by their factors.

    There are between `FEWEST` and `MOST` groups, fewer where listeners are too few for groups of `min_group`.
    A group that ends up smaller is dissolved, and its members go to the next nearest centre.

    Parameters
    ----------
    factors
        Of the listeners, shape (n_listeners, f); a row of zeros where nothing is known.
    min_group
        The fewest listeners of a group, 1 and above. With fewer than twice as many nobody is grouped.
    seed
        Of halves and first centres.

    Returns
    -------
    TasteGroups
        The same arguments give the same groups.
    """
    known = np.flatnonzero(np.any(factors != 0, axis=1))
    labels = np.full(len(factors), -1)
    most = min(MOST, len(known) // min_group, len(known) // 2)
    if most < 2:  # noqa: PLR2004 - one group is none
        return TasteGroups(labels, {})
    direction = _unit(factors[known])
    taste = _unit(direction - direction.mean(axis=0))
    rng = np.random.default_rng(seed)
    sample = taste[np.sort(rng.permutation(len(taste))[:SAMPLE])]
    stability = {number: _stability(sample, number, rng) for number in range(min(FEWEST, most), most + 1)}
    chosen = max(stability, key=lambda number: (stability[number], -number))
    labels[known] = _large_enough(taste, _centres(taste, chosen, rng), min_group)
    return TasteGroups(labels, stability)


def agreement(one: Codes, other: Codes) -> float:
    """Compute the adjusted Rand index of two groupings of the same listeners.

    Parameters
    ----------
    one
        The group of each listener, (n,), 0 and above.
    other
        The same of the other grouping.

    Returns
    -------
    float
        At most 1, where the groups are the same; 0 is expected by chance.

    References
    ----------
    Hubert and Arabie, "Comparing partitions", Journal of Classification 2, 1985.
    """
    pairs = csr_array((np.ones(len(one), dtype=np.int64), (one, other))).toarray()
    together, left, right = (_two_of(counts) for counts in (pairs, pairs.sum(axis=1), pairs.sum(axis=0)))
    chance = left * right / _two_of(pairs.sum(keepdims=True))
    most = (left + right) / 2
    return 1.0 if most == chance else float((together - chance) / (most - chance))


def _two_of(counts: NDArray[np.int64]) -> float:
    return float((counts * (counts - 1)).sum() / 2)


def _stability(taste: Floats, number: int, rng: np.random.Generator) -> float:
    """Return the mean agreement of groups that come from two halves of the listeners."""
    agreed = []
    for _ in range(HALVINGS):
        halves = np.array_split(rng.permutation(len(taste)), 2)
        one, other = (_nearest(taste, _centres(taste[half], number, rng)) for half in halves)
        agreed.append(agreement(one, other))
    return float(np.mean(agreed))


def _centres(taste: Floats, number: int, rng: np.random.Generator) -> Floats:
    """Return centres (number, f) of length 1 from the best of several starts."""
    tried = [_moved(taste, _spread(taste, number, rng)) for _ in range(STARTS)]
    return max(tried, key=lambda centres: float((taste @ centres.T).max(axis=1).sum()))


def _spread(taste: Floats, number: int, rng: np.random.Generator) -> Floats:
    """Start from listeners far apart (k-means++: Arthur and Vassilvitskii, SODA 2007)."""
    chosen = [int(rng.integers(len(taste)))]
    apart = np.full(len(taste), np.inf, dtype=np.float64)
    for _ in range(number - 1):
        apart = np.minimum(apart, np.maximum(1 - taste @ taste[chosen[-1]], 0.0))
        total = apart.sum()
        chosen.append(int(rng.choice(len(taste), p=apart / total if total > 0 else None)))
    return taste[chosen]


def _moved(taste: Floats, centres: Floats) -> Floats:
    """Move every centre to the middle of its listeners until nobody changes; one left alone stays."""
    labels = _nearest(taste, centres)
    everybody = np.arange(len(taste))
    for _ in range(MOST_ITERATIONS):
        members = csr_array(
            (np.ones(len(labels), dtype=np.float32), (labels, everybody)), shape=(len(centres), len(labels))
        )
        sums = members @ taste
        centres = np.where(np.any(sums != 0, axis=1, keepdims=True), _unit(sums), centres)
        before, labels = labels, _nearest(taste, centres)
        if np.array_equal(before, labels):
            break
    return centres


def _large_enough(taste: Floats, centres: Floats, min_group: int) -> Codes:
    """Assign listeners, dropping the centre of the smallest group until all are large enough."""
    while True:
        labels = _nearest(taste, centres)
        sizes = np.bincount(labels, minlength=len(centres))
        if sizes.min() >= min_group:
            return np.argsort(np.argsort(-sizes, kind="stable"))[labels]
        centres = np.delete(centres, sizes.argmin(), axis=0)


def _nearest(taste: Floats, centres: Floats) -> Codes:
    return np.asarray((taste @ centres.T).argmax(axis=1))


def _unit(rows: Floats) -> Floats:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 0))
