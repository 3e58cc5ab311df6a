"""Who belongs to which group: columns to provider groups, listeners to listener groups."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.columns import AGE, GENDER, REGION, UNKNOWN, BlockName, Part
from fairtune.matrix import Matrix

TIERS = ("head", "middle", "tail")
ACTIVITY = ("less active", "active", "most active")


@dataclass(frozen=True)
class ProviderGroups:
    """A grouping of columns: `membership` is columns x names, float64, rows sum to 1 (fractional allowed)."""

    names: tuple[str, ...]
    membership: NDArray[np.float64]


def regions(matrix: Matrix, block: BlockName, part: Part) -> ProviderGroups:
    """Artist regions of the columns of `block`; the last group is `unknown`.

    A track or an artist has one region. A music type belongs to a region to the extent that its artists do,
    by plays in `part`; a type nobody played there, by its artists alone.
    """
    known = matrix.columns[matrix.item_block][REGION]
    codes, names = known.factorize(sort=True)
    membership = np.zeros((len(codes), len(names) + 1))
    membership[np.arange(len(codes)), codes] = 1.0  # null has code -1: the last column, `unknown`
    if block is not matrix.item_block:
        membership = _aggregated(membership, matrix.shares[block], matrix.plays(part))
    return ProviderGroups(names=(*(str(name) for name in names), UNKNOWN), membership=membership)


def _aggregated(membership: NDArray[np.float64], shares: csr_array, plays: csr_array) -> NDArray[np.float64]:
    weight = np.asarray(plays.sum(axis=0), dtype=np.float64)
    by_plays = shares.T @ (membership * weight[:, None])
    by_items = shares.T @ membership
    total = by_plays.sum(axis=1, keepdims=True)
    mixed = np.where(total > 0, by_plays, by_items)
    return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))


def tiers(plays: csr_array, *, head_share: float, tail_share: float) -> ProviderGroups:
    """Popularity tiers of columns by their listeners in `plays` (listeners x columns).

    Head: the most listened columns that together carry `head_share` of all cells; tail: the least listened
    ones that carry `tail_share`, and those nobody played (Abdollahpouri, Burke and Mobasher, "Managing
    popularity bias", FLAIRS 2019).
    """
    listeners = np.bincount(plays.indices, minlength=plays.shape[1])
    order = np.lexsort((np.arange(len(listeners)), -listeners))
    before = np.cumsum(listeners[order]) - listeners[order]
    total = listeners.sum()
    tier = np.where(before < head_share * total, 0, np.where(before < (1 - tail_share) * total, 1, 2))
    membership = np.zeros((len(listeners), len(TIERS)))
    membership[order, tier] = 1.0
    return ProviderGroups(names=TIERS, membership=membership)


def listeners(matrix: Matrix, part: Part, *, age_bands: Sequence[int]) -> dict[str, NDArray[np.str_]]:
    """Label every listener by region, gender, age band and activity; groupings nobody knows anything of are
    left out.

    Activity: thirds of listeners by plays in `part`, or by items where plays aren't counted.
    """
    people, plays = matrix.listeners, matrix.plays(part)
    amount = np.asarray(plays.sum(axis=1)) if matrix.counts else np.diff(plays.indptr)
    labels = {
        REGION: _labels(people[REGION]),
        GENDER: _labels(people[GENDER]),
        "age_band": _labels(_age_band(people[AGE], age_bands)),
        "activity": np.asarray(ACTIVITY)[_thirds(amount)],
    }
    return {name: label for name, label in labels.items() if (label != UNKNOWN).any()}


def _labels(values: pd.Series) -> NDArray[np.str_]:
    return np.asarray(values.astype("str").fillna(UNKNOWN), dtype=np.str_)


def _age_band(ages: pd.Series, bounds: Sequence[int]) -> pd.Series:
    edges = (-np.inf, *bounds, np.inf)
    names = [
        f"under {bounds[0]}",
        *(f"{a}-{b - 1}" for a, b in itertools.pairwise(bounds)),
        f"{bounds[-1]}+",
    ]
    return pd.cut(ages.astype("float64"), edges, right=False, labels=names)


def _thirds(amount: NDArray[np.int64]) -> NDArray[np.intp]:
    """0, 1 or 2: the third of listeners that each belongs to; equal amounts stay together."""
    bounds = np.quantile(amount, [1 / 3, 2 / 3])
    return np.searchsorted(bounds, amount, side="left")
