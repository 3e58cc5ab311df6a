"""What one part of the listening, and the ALS fit on it, say of a listener-item pair.

Plays differ in scale between listeners more than between items: 20 plays are few for one and many for
another. So most features compare plays within a listener (standing: how many of the listener's own standard
deviations above their mean) and are scaled back by the listener's spread. Everything costs a few passes over
the cells, whatever the number of listeners or items.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from fairtune.columns import BlockName, Part
from fairtune.matrix import Matrix
from fairtune.models.als import Als, Factors

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

ITEM_DAMPING: Final = 5.0
LISTENER_DAMPING: Final = 1.0
"""Pairs of the mean that an item's (a listener's) own pairs are weighed against (Funk, 2006)."""
SPREAD_DAMPING: Final = 5.0
ALIKE_DAMPING: Final = 2.0
SWEEPS: Final = 10
CHUNK: Final = 2**18
"""Pairs whose factors are held in memory at once."""


@dataclass(frozen=True)
class Pairs:
    """Listener-item pairs to predict: rows, items (n,) indices; y (n,) what is true of them."""

    rows: Rows
    items: Rows
    y: Floats


@dataclass(frozen=True)
class Listening:
    """The cells of one part: rows, items (n,), and of each cell, (n,), what is unusual about its plays.

    residual: ln(1+plays) less the biases of listener and item. standing: ln(1+plays) in standard deviations
    of the listener, above their mean. surprise: standing less the item's mean standing. All 0 without counts.
    spread: (n_listeners,), standard deviation of ln(1+plays), damped; 1 without counts.
    known: what biases and numbers alone say, by name: for each listener ("user_...") or item ("item_...").
    """

    shape: tuple[int, int]
    rows: Rows
    items: Rows
    residual: Floats
    standing: Floats
    surprise: Floats
    spread: Floats
    known: dict[str, Floats]

    @property
    def density(self) -> float:
        """Cells a listener, on average: what sums over listeners are divided by to compare parts."""
        return len(self.rows) / self.shape[0]

    def cells(self, values: Floats) -> csr_array:
        """Give (n,) values of the cells as a matrix, listeners x items."""
        return csr_array((values, (self.rows, self.items)), shape=self.shape)


def listening(matrix: Matrix, part: Part) -> Listening:
    """Describe the cells of `part`, its listeners and its items."""
    plays = matrix.plays(part)
    rows, items, counts = cells(plays)
    n_listeners, n_items = plays.shape
    item_listeners = _amount(items, n_items)
    user_items = _amount(rows, n_listeners)
    numbers = {"item_listeners": item_listeners, "user_items": user_items}
    if not matrix.counts:  # every observed y is 1: being played often is all that can be known of an item
        nothing, ones = np.zeros(len(rows)), np.ones(n_listeners)
        by_number = {"item_mean": item_listeners, "user_mean": user_items}
        by_number |= {"item_bias": item_listeners, "user_bias": user_items}
        return Listening(plays.shape, rows, items, nothing, nothing, nothing, ones, numbers | by_number)
    y = np.log1p(counts)
    centred = y - y.mean()
    by_listener, by_item = biases(rows, items, centred, shape=plays.shape)
    user_mean = damped(centred, rows, n_listeners, LISTENER_DAMPING)
    above = centred - user_mean[rows]
    squares = np.bincount(rows, above**2 - above.var(), n_listeners)
    spread = np.sqrt(above.var() + squares / (np.bincount(rows, minlength=n_listeners) + SPREAD_DAMPING))
    standing = above / np.maximum(spread, 1e-9)[rows]
    item_standing = damped(standing, items, n_items, ITEM_DAMPING)
    averages = {
        "item_mean": damped(centred, items, n_items, ITEM_DAMPING),
        "user_mean": user_mean,
        "item_bias": by_item,
        "user_bias": by_listener,
        "item_standing": item_standing,
    }
    return Listening(
        shape=plays.shape,
        rows=rows,
        items=items,
        residual=centred - by_listener[rows] - by_item[items],
        standing=standing,
        surprise=standing - item_standing[items],
        spread=spread,
        known=numbers | averages,
    )


def statistics(heard: Listening, pairs: Pairs) -> dict[str, Floats]:
    """Give biases and numbers of the listener and the item of each pair, (n,): nothing of the two together.

    `spread_...` are those beyond a plain bias.
    """
    of = {
        name: values[pairs.rows if name.startswith("user") else pairs.items]
        for name, values in heard.known.items()
    }
    spread = heard.spread[pairs.rows]
    beyond = {
        "spread_user_mean": of["user_mean"],
        "spread_user": spread,
        "spread_user_items": of["user_items"],
        "spread_item_listeners": of["item_listeners"],
        "spread_item_listeners_scaled": of["item_listeners"] * spread,
    }
    if "item_standing" in of:
        beyond["spread_item_standing"] = of["item_standing"] * spread
    return of | beyond


def tastes(heard: Listening, als: Als, block: BlockName, pairs: Pairs) -> dict[str, Floats]:
    """Tell what the ALS fit says of each pair, (n,).

    score: of the pair, and its standing among the scores of what the listener plays. alike: how many
    listeners of the item are like this one, weighed by the cosine of their factors, and how surprisingly much
    those play it; sums over all pairs of listeners are one product of factors, so no neighbour is looked for.
    """
    listener, item = als.listener_factors, als.column_factors[block]
    score = _dots(listener, item, pairs.rows, pairs.items)
    own = _dots(listener, item, heard.rows, heard.items)
    size = heard.shape[0]
    mean = damped(own, heard.rows, size, LISTENER_DAMPING)
    deviation = np.sqrt(damped((own - mean[heard.rows]) ** 2, heard.rows, size, LISTENER_DAMPING))
    standing = (score - mean[pairs.rows]) / (deviation[pairs.rows] + 0.01)
    unit = listener / np.maximum(np.linalg.norm(listener, axis=1, keepdims=True), 1e-9)
    ones, surprise = heard.cells(np.ones(len(heard.rows))), heard.cells(heard.surprise)
    alike = _dots(unit, (ones.T @ unit), pairs.rows, pairs.items)
    louder = _dots(unit, (surprise.T @ unit), pairs.rows, pairs.items)
    spread = heard.spread[pairs.rows]
    return {
        "als_score": score,
        "als_standing": standing,
        "als_standing_scaled": standing * spread,
        "als_alike": np.log1p(np.maximum(alike, 0.0)),
        "als_alike_surplus": louder * spread / heard.density,
        "als_alike_level": louder * spread / (np.maximum(alike, 0.0) + ALIKE_DAMPING),
    }


def influencers(heard: Listening, matrix: Matrix, als: Als, pairs: Pairs) -> dict[str, Floats]:
    """Tell what friends and the listener's other plays of the same type or artist say of each pair, (n,).

    Names begin with `influencer_<block>_`. For each further item block: level, the listener's mean residual
    in the item's columns; affinity, the share of the listener's items there; width, how many columns the
    item is in. For friends: level, their mean standing with the item; count and share of those who play it;
    alike, the same weighed by how like the listener they are.
    """
    known: dict[str, Floats] = {}
    ones, residual = heard.cells(np.ones(len(heard.rows))), heard.cells(heard.residual)
    for block in matrix.item_blocks:
        if block is not matrix.item_block:
            shares = matrix.shares[block]
            per_item = shares[pairs.items]
            amount = csr_array(ones @ shares)
            level = csr_array(residual @ shares).multiply(_inverse(amount, damping=1.0))
            share = csr_array(diags_array(1 / np.maximum(ones.sum(axis=1), 1.0)) @ amount)
            known[f"influencer_{block}_level"] = _row_dots(csr_array(level)[pairs.rows], per_item)
            known[f"influencer_{block}_affinity"] = _row_dots(share[pairs.rows], per_item)
            known[f"influencer_{block}_width"] = np.diff(per_item.indptr).astype(np.float64)
    if BlockName.FRIEND in matrix.sides:
        friends = csr_array(matrix.sides[BlockName.FRIEND].astype(np.float64))
        spread = heard.spread[pairs.rows]
        playing = _at(csr_array(friends @ ones), pairs)
        louder = _at(csr_array(friends @ heard.cells(heard.standing)), pairs)
        alike = _at(csr_array(_alike(friends, als) @ ones), pairs)
        name = f"influencer_{BlockName.FRIEND}"
        known[f"{name}_level"] = louder / (playing + 1.0) * spread
        known[f"{name}_count"] = np.log1p(playing)
        known[f"{name}_share"] = playing / (friends.sum(axis=1)[pairs.rows] + 1.0)
        known[f"{name}_alike"] = np.log1p(alike)
    return known


def biases(rows: Rows, items: Rows, y: Floats, *, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """Damped listener and item bias of centred y (Koren, "Factor in the neighbors", TKDD 2010, section 2.1).

    Gives arrays (n_listeners,) and (n_items,): y is about listeners[u] + items[i].
    """
    by_listener, by_item = np.zeros(shape[0]), np.zeros(shape[1])
    for _ in range(SWEEPS):
        by_item = damped(y - by_listener[rows], items, shape[1], ITEM_DAMPING)
        by_listener = damped(y - by_item[items], rows, shape[0], LISTENER_DAMPING)
    return by_listener, by_item


def damped(y: Floats, index: Rows, size: int, damping: float) -> Floats:
    """Mean of y (n,) by `index` (n,), drawn towards 0 as by `damping` more values of 0: (size,)."""
    sums = np.bincount(index, weights=y, minlength=size)
    return np.asarray(sums / (np.bincount(index, minlength=size) + damping))


def cells(matrix: csr_array) -> tuple[Rows, Rows, Floats]:
    """Rows, columns and values of the stored cells, (n,) each."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return rows, matrix.indices.astype(np.intp), matrix.data.astype(np.float64)


def _amount(index: Rows, size: int) -> Floats:
    """Log of how often each number occurs in `index`, against the average: (size,).

    Against the average, because coefficients learnt with one part are used with another: what is usual there
    must look usual. Where everybody has 35 items in one part and 40 in the other, the bare number would not.
    """
    logs = np.log1p(np.bincount(index, minlength=size))
    return np.asarray(logs - logs.mean())


def _alike(friends: csr_array, als: Als) -> csr_array:
    """Weigh each friendship by the cosine of the two listeners' factors, cubed; 0 if negative."""
    factors = als.listener_factors
    unit = factors / np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-9)
    rows, columns, _ = cells(friends)
    cosine = np.maximum(_dots(unit, unit, rows, columns), 0.0)
    return csr_array((cosine**3, friends.indices, friends.indptr), shape=friends.shape)


def _inverse(amount: csr_array, *, damping: float) -> csr_array:
    return csr_array((1 / (amount.data + damping), amount.indices, amount.indptr), shape=amount.shape)


def _row_dots(left: csr_array, right: csr_array) -> Floats:
    return np.asarray(left.multiply(right).sum(axis=1)).ravel()


def _at(values: csr_array, pairs: Pairs) -> Floats:
    if not len(pairs.rows):  # scipy can't pick no cells
        return np.zeros(0)
    return np.asarray(values[pairs.rows, pairs.items]).ravel()


def _dots(left: Factors, right: Factors, rows: Rows, columns: Rows) -> Floats:
    """Products left[rows] . right[columns], (n,), a chunk of pairs at a time."""
    products = np.empty(len(rows))
    for part in _chunks(len(rows)):
        products[part] = np.einsum("nf,nf->n", left[rows[part]], right[columns[part]])
    return products


def _chunks(n: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, n, CHUNK))
