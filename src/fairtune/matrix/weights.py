"""Cell weights of the matrix: what makes one model both accurate and even-handed.

    w(u,i) = block_weight * s(plays(u,i)) * (n(i) / mean n)^-beta * (r(g(i)) / mean r)^-gamma
             * (q(h(u)) / mean q)^-delta
    c(u,i) = 1 + alpha * w(u,i), the confidence that u likes i

n(i): listeners of column i in the part the model is fitted on. g(i): provider group of i; r(g): interactions
per column of g. h(u): listener group of u; q(h): interactions of all its listeners. beta balances popularity,
gamma provider groups, delta listener groups (1: each group weighs the same in all); all three 0 and one block
is plain ALS (Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.config.hyperparameters import Scaling

BM25_K1: Final = 1.2
BM25_B: Final = 0.75


@dataclass(frozen=True)
class BlockWeights:
    """The weight of a cell, taken apart: `c = 1 + multipliers[column] * listeners[row] * s(plays) / scale`.

    Attributes
    ----------
    multipliers
        Shape (n_columns,): alpha * block weight * popularity balance * group balance.
    scaling
        Name of s.
    scale
        Mean of s(plays) over the cells, so that s has mean 1 in every block.
    """

    multipliers: NDArray[np.float32]
    scaling: Scaling
    scale: float

    def confidence(self, plays: csr_array, listeners: NDArray[np.float32] | None = None) -> csr_array:
        """Weigh every cell of `plays`.

        Parameters
        ----------
        plays
            Listeners x columns of this block.
        listeners
            Shape (n_listeners,), see `listener_weights`; without, everybody weighs 1.

        Returns
        -------
        csr_array
            Same shape and cells, float32, all above 1 where the weight is above 0.
        """
        weights = self.multipliers[plays.indices] * (scaled(plays, self.scaling) / self.scale)
        if listeners is not None:
            weights *= np.repeat(listeners, np.diff(plays.indptr))
        values = 1.0 + weights
        return csr_array((values.astype(np.float32), plays.indices, plays.indptr), shape=plays.shape)


def block_weights(
    plays: csr_array,
    *,
    weight: float,
    beta: float,
    gamma: float,
    scaling: Scaling,
    membership: NDArray[np.float64] | None = None,
) -> BlockWeights:
    """Weights of one block from the plays it is fitted on.

    Parameters
    ----------
    plays
        Listeners x columns.
    weight
        alpha times the block's weight.
    beta
        Strength of the popularity balance, see the module; 0: none.
    gamma
        Strength of the provider-group balance; 0: none.
    scaling
        Name of s.
    membership
        Columns x provider groups, rows sum to 1; without it there is no group balance.

    Returns
    -------
    BlockWeights
        For the columns of this block.
    """
    listeners = np.bincount(plays.indices, minlength=plays.shape[1]).astype(np.float64)
    multipliers = weight * _balance(listeners, beta)
    if membership is not None:
        sizes = membership.sum(axis=0)
        rates = np.divide(listeners @ membership, sizes, out=np.zeros_like(sizes), where=sizes > 0)
        multipliers *= _balance(membership @ rates, gamma)
    cells = scaled(plays, scaling)
    scale = float(cells.mean()) if len(cells) else 1.0
    return BlockWeights(multipliers=multipliers.astype(np.float32), scaling=scaling, scale=scale)


def popularity_balance(plays: csr_array, beta: float) -> NDArray[np.float32]:
    """Return (n(i) / mean n)^-beta of each column, (n_columns,); n: its listeners, the rows with a cell."""
    listeners = np.bincount(plays.indices, minlength=plays.shape[1]).astype(np.float64)
    return _balance(listeners, beta).astype(np.float32)


def listener_weights(
    plays: csr_array, *, delta: float, groups: NDArray[np.intp] | None = None
) -> NDArray[np.float32]:
    """Listener-side balance (q(h(u)) / mean q)^-delta, the mean over listeners whose group is known.

    Parameters
    ----------
    plays
        Listeners x items, what the model is fitted on.
    delta
        Strength of the balance; 0: everybody weighs 1.
    groups
        Shape (n_listeners,), the number of each listener's group from 0, -1 for unknown, whose weight is 1;
        without it everybody is a group of their own.

    Returns
    -------
    NDArray[np.float32]
        Shape (n_listeners,).
    """
    own = np.diff(plays.indptr).astype(np.float64)
    if groups is None:
        return _balance(own, delta).astype(np.float32)
    weights, known = np.ones(len(own)), groups >= 0
    if known.any():
        totals = np.bincount(groups[known], weights=own[known]).astype(np.float64)
        weights[known] = _balance(totals[groups[known]], delta)
    return weights.astype(np.float32)


def scaled(plays: csr_array, scaling: Scaling) -> NDArray[np.float64]:
    """Return s(plays) of every stored cell, before it is scaled to mean 1.

    bm25 saturates counts and discounts busy listeners and columns everybody plays.

    Parameters
    ----------
    plays
        Listeners x columns, counts.
    scaling
        binary: 1; log: log(1 + plays); or bm25.

    Returns
    -------
    NDArray[np.float64]
        Shape (n_cells,), 0 and above.

    References
    ----------
    Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond", 2009.
    """
    if scaling == "binary":
        return np.ones(plays.nnz)
    counts: NDArray[np.float64] = plays.data.astype(np.float64)
    if scaling == "log":
        return np.log1p(counts)
    rows = np.repeat(np.arange(plays.shape[0]), np.diff(plays.indptr))
    totals = np.bincount(rows, weights=counts, minlength=plays.shape[0])
    length = 1 - BM25_B + BM25_B * totals / totals.mean()
    rarity = np.log(plays.shape[0]) - np.log1p(np.bincount(plays.indices, minlength=plays.shape[1]))
    saturated = counts * (BM25_K1 + 1) / (BM25_K1 * length[rows] + counts)
    return np.asarray(saturated * np.maximum(rarity[plays.indices], 0))


def _balance(amounts: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """(amount / mean amount)^-exponent, and 1 where the amount is 0: such a column has no cell to weigh."""
    present = amounts > 0
    balance = np.ones_like(amounts)
    if present.any():
        balance[present] = (amounts[present] / amounts.mean()) ** -exponent
    return balance
