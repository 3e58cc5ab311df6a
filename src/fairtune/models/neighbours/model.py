"""What a listener's own items say of the target: cells times item-item weights, balanced like the factors.

    n(u,i) = sum_j z(u,j) B_ji,    z(u,j) = s(plays(u,j)) / scale of j's block    over what u plays

`als` adds it to x_u . y_i (`fairtune.models.als.model`) after `Unbalanced.balanced` has multiplied column i
by (listeners(i) / mean)^-beta (rate of i's provider group / mean)^-gamma and all of them by one number, which
brings the deviation of n over all listeners and columns to what is asked for. So nothing has to be worked
out over all columns when a listener is served.

Where the equations of ridge regression have room (`fairtune.models.neighbours.ridge`), B is theirs; beyond
`MOST_EQUATIONS` it is the cosine similarity of the target's columns (`fairtune.models.neighbours.cosine`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from fairtune.columns import BlockName, Part
from fairtune.config.hyperparameters import Hyperparameters, Scaling
from fairtune.errors import BadParams
from fairtune.matrix import provider_groups
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.weights import block_weights, scaled
from fairtune.metrics.ranking import Rows
from fairtune.models.neighbours import cosine, ridge

MOST_EQUATIONS: Final = 20_000
"""Of ridge regression: beyond, a fit takes minutes, and gigabytes for the matrix of its equations."""
ROWS_AT_ONCE: Final = 1024
MOST_MEASURED: Final = 2**14
"""Listeners whose scores are all looked at for the deviation of scores;"""
MEASURED: Final = 2**12
"""of more, so many in equal distances: the deviation is one number, and scoring everybody takes minutes."""
MOST_KEPT: Final = 2**27
"""Scores that `Learned` keeps in all: half a gigabyte."""
FITTED: Final = ("neighbours", "neighbour_regularization", "neighbour_scaling", "neighbour_inputs")
"""Hyperparameters that a fit depends on; share and balances come after it."""


@dataclass(frozen=True)
class Neighbours:
    """Item-item weights and the cells that they are multiplied by.

    Attributes
    ----------
    target
        Block whose columns are scored.
    scales
        By input block, in the order of the input columns, the mean of s(plays) over its cells.
    scaling
        Name of s: binary or log.
    cells
        z of all listeners: listeners x input columns, float32.
    weights
        B: input columns x target columns, float32.
    unbalanced
        Scores of all listeners before the columns were balanced, (n_listeners, n_columns), and what columns
        were multiplied by, (n_columns,): kept where many models differ in the latter; None: worked out.
    """

    target: BlockName
    scales: Mapping[BlockName, float]
    scaling: Scaling
    cells: csr_array
    weights: csr_array
    unbalanced: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    @property
    def inputs(self) -> tuple[BlockName, ...]:
        """Blocks whose columns are looked at, the target first."""
        return tuple(self.scales)

    def scores(self, listeners: Rows) -> NDArray[np.float32]:
        """Score the target's columns: (len(listeners), n_columns)."""
        if self.unbalanced is not None:
            scores, multipliers = self.unbalanced
            return np.asarray(scores[listeners] * multipliers)
        return np.asarray((self.cells[listeners] @ self.weights).toarray())

    def take(self, listeners: Rows) -> "Neighbours":
        """Return the same for some listeners."""
        return replace(self, cells=self.cells[listeners], unbalanced=None)

    def only(self, columns: NDArray[np.intp]) -> "Neighbours":
        """Return the same for some columns of the target."""
        return replace(self, weights=csr_array(self.weights[:, columns]), unbalanced=None)


@dataclass(frozen=True)
class Unbalanced:
    """Neighbours before their columns are balanced: the same for all shares and balances.

    Attributes
    ----------
    neighbours
        With B as it was fitted.
    mean
        Of each column's score over the listeners measured, (n_columns,).
    square
        Mean of each column's squared score, (n_columns,).
    scores
        Of all listeners, (n_listeners, n_columns), where they are kept.
    """

    neighbours: Neighbours
    mean: NDArray[np.float64]
    square: NDArray[np.float64]
    scores: NDArray[np.float32] | None = None

    def balanced(self, multipliers: NDArray[np.floating], *, deviation: float) -> Neighbours:
        """Multiply the columns, and all of them to a deviation.

        Parameters
        ----------
        multipliers
            Of the target's columns, (n_columns,).
        deviation
            What the standard deviation over all scores becomes, 0 and above.

        Returns
        -------
        Neighbours
            With other weights.
        """
        by_column = multipliers.astype(np.float64)
        variance = np.mean(by_column**2 * self.square) - np.mean(by_column * self.mean) ** 2
        by_column *= deviation / np.sqrt(variance) if variance > 0 else 0.0
        fitted = self.neighbours.weights
        cells = (fitted.data * by_column[fitted.indices]).astype(np.float32)
        weights = csr_array((cells, fitted.indices, fitted.indptr), shape=fitted.shape)
        unbalanced = None if self.scores is None else (self.scores, by_column.astype(np.float32))
        return replace(self.neighbours, weights=weights, unbalanced=unbalanced)


@dataclass(frozen=True)
class Learned:
    """Neighbours of one part of a matrix, each fitted once: most fits differ in share, balance or factors.

    Attributes
    ----------
    part
        What is learned.
    threads
        Of a fit, 1 and above.
    scored
        Keep the scores of all listeners as well, where there is room: most of the work of judging a fit.
    """

    part: Part
    threads: int
    scored: bool = False
    _fits: dict[tuple[object, ...], Unbalanced] = field(default_factory=dict, repr=False)

    def of(self, matrix: Matrix, chosen: Hyperparameters) -> Unbalanced | None:
        """Return what `fit` returns; None if the share is 0.

        The matrix is always the same, but for blocks that may be left out of it.
        """
        if chosen.share == 0:
            return None
        key = inputs(matrix, chosen), *(getattr(chosen, name) for name in FITTED)
        if key not in self._fits:
            fitted = fit(matrix, self.part, chosen, threads=self.threads)
            n_cells = fitted.neighbours.cells.shape[0] * fitted.neighbours.weights.shape[1]
            kept = sum(other.scores.size for other in self._fits.values() if other.scores is not None)
            room = self.scored and kept + n_cells <= MOST_KEPT
            scores = _scores(fitted.neighbours) if room else None
            self._fits[key] = replace(fitted, scores=scores)
        return self._fits[key]


def fit(matrix: Matrix, part: Part, chosen: Hyperparameters, *, threads: int) -> Unbalanced:
    """Learn item-item weights.

    Parameters
    ----------
    matrix
        Its blocks of items are the inputs, or its target alone.
    part
        Part of it that is learned.
    chosen
        Of the neighbours: inputs, scaling, regularization and how many are kept.
    threads
        Where several can be used, 1 and above; they change nothing in the result.

    Returns
    -------
    Unbalanced
        Neighbours and the moments of their scores.

    Raises
    ------
    BadParams
        The regularization is too small for a stable solution.
    """
    plays = {block: matrix.block(block, part) for block in inputs(matrix, chosen)}
    scales = {block: _scale(scaled(of, chosen.neighbour_scaling)) for block, of in plays.items()}
    cells = cells_of(plays, chosen.neighbour_scaling, scales)
    targets, kept = plays[matrix.target].shape[1], chosen.neighbours
    if min(cells.shape) <= MOST_EQUATIONS:
        penalty = chosen.neighbour_regularization
        try:
            weights = ridge.fit(cells, targets=targets, regularization=penalty, kept=kept)
        except BadParams as error:
            raise BadParams(f"neighbour_regularization: {error}") from None
    else:
        shrinkage = chosen.neighbour_regularization
        weights = cosine.fit(cells, targets=targets, shrinkage=shrinkage, kept=kept, threads=threads)
    learned = Neighbours(matrix.target, scales, chosen.neighbour_scaling, cells, weights)
    return Unbalanced(learned, *_moments(learned))


def inputs(matrix: Matrix, chosen: Hyperparameters) -> tuple[BlockName, ...]:
    """Return the blocks whose columns are the inputs, the target first."""
    others = matrix.item_blocks if chosen.neighbour_inputs == "items" else ()
    return (matrix.target, *(block for block in others if block is not matrix.target))


def multipliers(matrix: Matrix, part: Part, chosen: Hyperparameters) -> NDArray[np.float32]:
    """Return what the target's columns are multiplied by, (n_columns,): the balance of the neighbours."""
    groups = provider_groups.grouping(matrix, matrix.target, part, chosen.provider_balance)
    return block_weights(
        matrix.block(matrix.target, part),
        weight=1.0,
        beta=chosen.neighbour_beta,
        gamma=chosen.neighbour_gamma,
        scaling="binary",
        membership=groups.membership,
    ).multipliers


def cells_of(
    plays: Mapping[BlockName, csr_array], scaling: Scaling, scales: Mapping[BlockName, float]
) -> csr_array:
    """Return z of listeners, (n, n_inputs), from their plays of each block."""
    parts = [
        csr_array(
            ((scaled(of, scaling) / scales[block]).astype(np.float32), of.indices, of.indptr), shape=of.shape
        )
        for block, of in plays.items()
    ]
    return csr_array(hstack(parts, format="csr"))


def _scale(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 1.0


def _scores(neighbours: Neighbours) -> NDArray[np.float32]:
    """Scores of all listeners, (n_listeners, n_columns)."""
    n_listeners, n_columns = neighbours.cells.shape[0], neighbours.weights.shape[1]
    scores = np.empty((n_listeners, n_columns), dtype=np.float32)
    for start in range(0, n_listeners, ROWS_AT_ONCE):
        rows = np.arange(start, min(start + ROWS_AT_ONCE, n_listeners))
        scores[rows] = neighbours.scores(rows)
    return scores


def _moments(neighbours: Neighbours) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and mean square of each column's score over listeners, some of them at a time."""
    cells, n_columns = neighbours.cells, neighbours.weights.shape[1]
    if cells.shape[0] > MOST_MEASURED:
        cells = cells[np.arange(MEASURED) * cells.shape[0] // MEASURED]
    n_listeners = cells.shape[0]
    total, squares = np.zeros(n_columns), np.zeros(n_columns)
    for start in range(0, n_listeners, ROWS_AT_ONCE):
        scores = cells[start : start + ROWS_AT_ONCE] @ neighbours.weights
        values = scores.data.astype(np.float64)
        total += np.bincount(scores.indices, values, n_columns)
        squares += np.bincount(scores.indices, values**2, n_columns)
    return total / max(n_listeners, 1), squares / max(n_listeners, 1)
