"""How much would a listener play this? A ladder of least squares: means, biases, the ALS score, influencers.

Features of a pair come from one part of the listening and the ALS fit on that part; the regression is fitted
on pairs held out from it. So every feature is out of fold, and nothing of a test pair is seen before it is
judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from fairtune.columns import BlockName, Part
from fairtune.matrix import Matrix
from fairtune.models.als import Als

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Features = Mapping[str, Floats]

ITEM_DAMPING: Final = 5.0
LISTENER_DAMPING: Final = 1.0
"""Pairs of the mean that an item's (a listener's) own pairs are weighed against (Funk, 2006)."""
SWEEPS: Final = 10
RIDGE: Final = 1.0
BIAS: Final = "bias"
RUNGS: Final[dict[str, tuple[str, ...]]] = {
    "global_mean": (),
    "item_mean": ("item_mean",),
    "user_mean": ("user_mean",),
    BIAS: ("item_bias", "user_bias"),
    "bias_als": ("item_bias", "user_bias", "item_listeners", "user_items", "als"),
    "bias_als_influencers": ("item_bias", "user_bias", "item_listeners", "user_items", "als", "influencer"),
}
"""Features of each rung of the ladder, by the beginning of their name. The number of an item's listeners puts
its
ALS score in relation: a score means less where everybody scores high."""


@dataclass(frozen=True)
class Pairs:
    """Listener-item pairs to predict: rows, items (n,) indices; y (n,) what is true of them."""

    rows: Rows
    items: Rows
    y: Floats


def held_out_pairs(matrix: Matrix, part: Part, *, seed: int) -> Pairs:
    """Pairs held out from `part`: y = ln(1+plays).

    Where plays aren't counted: y = 1 for them, and as many pairs with y = 0, drawn uniformly for the same
    listeners among the items they play in no part.
    """
    rows, items, plays = _cells(matrix.held_out(part))
    if matrix.counts:
        return Pairs(rows, items, np.log1p(plays))
    heard = matrix.plays(Part.ALL)
    unheard = _unheard(heard, rows, np.random.default_rng(seed))
    y = np.repeat([1.0, 0.0], len(rows))
    return Pairs(np.concatenate([rows, rows]), np.concatenate([items, unheard]), y)


def features(matrix: Matrix, part: Part, als: Als, pairs: Pairs) -> dict[str, Floats]:
    """Give everything that is known of `pairs` from `part` alone: arrays (n,)."""
    plays = matrix.plays(part)
    rows, items, counts = _cells(plays)
    n_listeners, n_items = plays.shape
    item_listeners = np.log1p(np.bincount(items, minlength=n_items))
    user_items = np.log1p(np.bincount(rows, minlength=n_listeners))
    known = {
        "item_listeners": item_listeners[pairs.items],
        "user_items": user_items[pairs.rows],
        "als": _dot(als.listener_factors, als.column_factors[matrix.item_block], pairs),
    }
    y = np.log1p(counts)
    if matrix.counts:
        centred = y - y.mean()
        by_listener, by_item = biases(rows, items, centred, shape=plays.shape)
        known |= {
            "item_mean": _damped(centred, items, n_items, ITEM_DAMPING)[pairs.items],
            "user_mean": _damped(centred, rows, n_listeners, LISTENER_DAMPING)[pairs.rows],
            "item_bias": by_item[pairs.items],
            "user_bias": by_listener[pairs.rows],
        }
        y = centred - by_listener[rows] - by_item[items]
    else:  # every observed y is 1: being played often is all that can be known of an item
        known |= {
            "item_mean": item_listeners[pairs.items],
            "user_mean": user_items[pairs.rows],
            "item_bias": item_listeners[pairs.items],
            "user_bias": user_items[pairs.rows],
        }
    residuals = csr_array((y, (rows, items)), shape=plays.shape)
    ones = csr_array((np.ones(len(y)), (rows, items)), shape=plays.shape)
    return known | _influencers(matrix, residuals, ones, pairs)


@dataclass(frozen=True)
class Rung:
    """One fitted regression: the features it uses, and (features + 1,) coefficients, the constant last."""

    names: tuple[str, ...]
    coefficients: Floats


def fit(known: Features, y: Floats) -> dict[str, Rung]:
    """Least squares of every rung: ridge, as strong for a feature in any unit, none for the constant."""
    fitted = {}
    for rung, beginnings in RUNGS.items():
        names = tuple(name for name in sorted(known) if beginnings and name.startswith(beginnings))
        design = _design(known, names, len(y))
        penalty = np.diag(RIDGE * design.var(axis=0))
        coefficients = np.linalg.lstsq(design.T @ design + penalty, design.T @ y, rcond=None)[0]
        fitted[rung] = Rung(names, np.asarray(coefficients, dtype=np.float64))
    return fitted


def predict(fitted: Mapping[str, Rung], known: Features, n: int) -> dict[str, Floats]:
    """Predictions (n,) of each rung."""
    return {name: _design(known, rung.names, n) @ rung.coefficients for name, rung in fitted.items()}


def biases(rows: Rows, items: Rows, y: Floats, *, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """Damped listener and item bias of centred y (Koren, "Factor in the neighbors", TKDD 2010, section 2.1).

    Gives arrays (n_listeners,) and (n_items,): y is about listeners[u] + items[i].
    """
    by_listener, by_item = np.zeros(shape[0]), np.zeros(shape[1])
    for _ in range(SWEEPS):
        by_item = _damped(y - by_listener[rows], items, shape[1], ITEM_DAMPING)
        by_listener = _damped(y - by_item[items], rows, shape[0], LISTENER_DAMPING)
    return by_listener, by_item


def _influencers(matrix: Matrix, residuals: csr_array, ones: csr_array, pairs: Pairs) -> dict[str, Floats]:
    """What friends and the listener's other plays of the same type or artist say of a pair.

    For each further item block: level, the listener's mean residual in the item's columns; affinity, the
    share of the listener's items there. For friends: their mean residual on the item, and how many play it.
    """
    known: dict[str, Floats] = {}
    for block in matrix.item_blocks:
        if block is matrix.item_block:
            continue
        shares = matrix.shares[block]
        per_item = shares[pairs.items]
        amount = csr_array(ones @ shares)
        total = csr_array(residuals @ shares)
        level = total.multiply(_inverse(amount, damping=1.0))
        share = diags_array(1 / np.maximum(ones.sum(axis=1), 1.0)) @ amount
        known[f"influencer_{block}_level"] = _row_dots(csr_array(level)[pairs.rows], per_item)
        known[f"influencer_{block}_affinity"] = _row_dots(csr_array(share)[pairs.rows], per_item)
    if BlockName.FRIEND in matrix.sides:
        friends = matrix.sides[BlockName.FRIEND].astype(np.float64)
        playing = _at(csr_array(friends @ ones), pairs)
        known["influencer_friend_level"] = _at(csr_array(friends @ residuals), pairs) / (playing + 1.0)
        known["influencer_friend_count"] = np.log1p(playing)
    return known


def _inverse(amount: csr_array, *, damping: float) -> csr_array:
    return csr_array((1 / (amount.data + damping), amount.indices, amount.indptr), shape=amount.shape)


def _row_dots(left: csr_array, right: csr_array) -> Floats:
    return np.asarray(left.multiply(right).sum(axis=1)).ravel()


def _at(cells: csr_array, pairs: Pairs) -> Floats:
    return np.asarray(cells[pairs.rows, pairs.items]).ravel()


def _dot(listener_factors: NDArray[np.float32], item_factors: NDArray[np.float32], pairs: Pairs) -> Floats:
    products = np.einsum("nf,nf->n", listener_factors[pairs.rows], item_factors[pairs.items])
    return np.asarray(products, dtype=np.float64)


def _damped(y: Floats, index: Rows, size: int, damping: float) -> Floats:
    sums = np.bincount(index, weights=y, minlength=size)
    return np.asarray(sums / (np.bincount(index, minlength=size) + damping))


def _design(known: Features, names: tuple[str, ...], n: int) -> Floats:
    return np.column_stack([*(known[name] for name in names), np.ones(n)])


def _cells(matrix: csr_array) -> tuple[Rows, Rows, Floats]:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return rows, matrix.indices.astype(np.intp), matrix.data.astype(np.float64)


def _unheard(heard: csr_array, rows: Rows, rng: np.random.Generator) -> Rows:
    """Draw for each of `rows` an item that its listener never played: uniform, by rejection."""
    n_items = heard.shape[1]
    of, items, _ = _cells(heard)
    taken = np.sort(of * n_items + items)
    drawn = rng.integers(0, n_items, size=len(rows))
    again = np.arange(len(rows))
    while len(again):
        codes = rows[again] * n_items + drawn[again]
        place = np.minimum(np.searchsorted(taken, codes), len(taken) - 1)
        again = again[taken[place] == codes]
        drawn[again] = rng.integers(0, n_items, size=len(again))
    return drawn
