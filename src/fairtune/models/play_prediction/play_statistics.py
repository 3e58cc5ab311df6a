"""One part of the listening: its cells, and what is unusual about the plays of each.

Plays differ in scale between listeners more than between items: 20 plays are few for one and many for
another. So plays are compared within a listener (standing: how many of the listener's own standard
deviations above their mean).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.ranking import Rows

Floats = NDArray[np.float64]

ITEM_DAMPING: Final = 5.0
LISTENER_DAMPING: Final = 1.0
"""Pairs of the mean that an item's (a listener's) own pairs are weighed against (Funk 2006)."""
SPREAD_DAMPING: Final = 5.0
PULL_DAMPING: Final = 20.0
SWEEPS: Final = 10


@dataclass(frozen=True)
class Pairs:
    """Listener-item pairs to predict.

    Attributes
    ----------
    rows
        Of the listeners, (n,).
    items
        Columns of the item block, (n,).
    y
        What is true of the pairs, (n,): ln(1+plays), or 1 and 0 where plays aren't counted.
    """

    rows: Rows
    items: Rows
    y: Floats


@dataclass(frozen=True)
class Listening:
    """The cells of one part, and what is unusual about the plays of each.

    Attributes
    ----------
    shape
        Listeners x items.
    rows
        Of the listeners, (n,).
    items
        Columns of the item block, (n,).
    residual
        ln(1+plays) less the biases of listener and item, (n,); 0 without counts.
    standing
        ln(1+plays) in standard deviations of the listener, above their mean, (n,); 0 without counts.
    surprise
        Standing less the item's mean standing, (n,); 0 without counts.
    spread
        Standard deviation of ln(1+plays) of each listener, damped, (n_listeners,); 1 without counts.
    known
        What biases and numbers alone say, for each listener ("user_...") or item ("item_..."). user_reach:
        the mean item_listeners of what the listener plays. user_pull: how much standing rises with
        item_listeners among that. user_floor: their least plays, below their mean: who keeps a list of
        favourites plays nothing on it only once.
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
        """Cells a listener, on average; sums over listeners are divided by it to compare parts."""
        return len(self.rows) / self.shape[0]

    def cells(self, values: Floats) -> csr_array:
        """Return (n,) values of the cells as a matrix, listeners x items."""
        return csr_array((values, (self.rows, self.items)), shape=self.shape)


def listening(matrix: Matrix, part: Part) -> Listening:
    """Describe the cells of `part`, its listeners and its items."""
    plays = matrix.plays(part)
    rows, items, counts = cells(plays)
    n_listeners, n_items = plays.shape
    item_listeners = _amount(items, n_items)
    user_items = _amount(rows, n_listeners)
    reach = damped(item_listeners[items], rows, n_listeners, LISTENER_DAMPING)
    numbers = {"item_listeners": item_listeners, "user_items": user_items, "user_reach": reach}
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
    beyond = item_listeners[items] - reach[rows]
    rises = np.bincount(rows, beyond * standing, n_listeners)
    floor = np.zeros(n_listeners)
    np.minimum.at(floor, rows, above)
    averages = {
        "item_mean": damped(centred, items, n_items, ITEM_DAMPING),
        "user_mean": user_mean,
        "item_bias": by_item,
        "user_bias": by_listener,
        "item_standing": item_standing,
        "user_floor": floor,
        "user_pull": rises / (np.bincount(rows, beyond**2, n_listeners) + PULL_DAMPING),
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


def biases(rows: Rows, items: Rows, y: Floats, *, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return damped biases of listeners and items.

    Parameters
    ----------
    rows
        Of the listeners, (n,).
    items
        Columns of the items, (n,).
    y
        Centred values, (n,).
    shape
        Numbers of listeners and of items.

    Returns
    -------
    tuple
        By listener, (n_listeners,), and by item, (n_items,): y is about their sum.

    References
    ----------
    Koren, "Factor in the neighbors", TKDD 2010, section 2.1.
    """
    by_listener, by_item = np.zeros(shape[0]), np.zeros(shape[1])
    for _ in range(SWEEPS):
        by_item = damped(y - by_listener[rows], items, shape[1], ITEM_DAMPING)
        by_listener = damped(y - by_item[items], rows, shape[0], LISTENER_DAMPING)
    return by_listener, by_item


def damped(y: Floats, index: Rows, size: int, damping: float) -> Floats:
    """Return means of groups, drawn towards 0.

    Parameters
    ----------
    y
        Values, (n,).
    index
        Group of each value, (n,), 0..size - 1.
    size
        Number of groups.
    damping
        So many values of 0 are added to each group, 0 and above.

    Returns
    -------
    Floats
        A mean for each group, (size,).
    """
    sums = np.bincount(index, weights=y, minlength=size)
    return np.asarray(sums / (np.bincount(index, minlength=size) + damping))


def cells(matrix: csr_array) -> tuple[Rows, Rows, Floats]:
    """Return rows, columns and values of the stored cells, (n,) each."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return rows, matrix.indices.astype(np.intp), matrix.data.astype(np.float64)


def _amount(index: Rows, size: int) -> Floats:
    """Log of how often each number occurs in `index`, against the average: (size,).

    Against the average, because coefficients learnt with one part are used with another: what is usual there
    must look usual. Where everybody has 35 items in one part and 40 in the other, the bare number would not.
    """
    logs = np.log1p(np.bincount(index, minlength=size))
    return np.asarray(logs - logs.mean())
