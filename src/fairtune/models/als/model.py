"""`als`: one weighted matrix of all blocks, factorised by alternating least squares, with item neighbours.

    score(u,i) = x_u . y_i + n(u,i),    n scaled so that  deviation of n = share / (1 - share) * that of x . y

n is what the listener's own items say of i (`fairtune.models.neighbours.model`); with a share of 0 there is
none. The two deviations are over all listeners and columns of the part fitted, one number each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from fairtune.columns import SIDE_BLOCKS, BlockName, Part
from fairtune.config.hyperparameters import Hyperparameters
from fairtune.matrix import listener_groups, provider_groups
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.weights import BlockWeights, block_weights, listener_weights
from fairtune.metrics.ranking import Rows
from fairtune.models.als import cold_start, initialization
from fairtune.models.als.solver import Factors, Start, factorise
from fairtune.models.base import Scores
from fairtune.models.neighbours import model as item_neighbours
from fairtune.models.neighbours.model import Neighbours, Unbalanced


@dataclass(frozen=True)
class Als:
    """Factors of listeners and of every column.

    Attributes
    ----------
    listener_factors
        Float32, (n_listeners, factors).
    column_factors
        For each block, float32, (n_columns, factors).
    weights
        How the cells of each block were weighed; a new listener is folded in with them.
    listener_weights
        How much the cells of each listener weigh beside, (n_listeners,); None: everybody's 1, as those of a
        new listener do.
    bonus
        For each block that is re-ranked, what each column gains for a listener whose factors have length 1,
        (n_columns,) (`fairtune.models.reranking`).
    neighbours
        What listeners' own items say of the target; None: its share is 0.
    """

    listener_factors: Factors
    column_factors: Mapping[BlockName, Factors]
    weights: Mapping[BlockName, BlockWeights]
    listener_weights: NDArray[np.float32] | None = None
    bonus: Mapping[BlockName, NDArray[np.float32]] = field(default_factory=dict)
    neighbours: Neighbours | None = None

    def scores(self, listeners: Rows, block: BlockName) -> Scores:
        """Score the columns of a block: x_u . y_i + n(u,i) + |x_u| bonus_i.

        Parameters
        ----------
        listeners
            Rows to score for, (n,).
        block
            Whose columns are scored.

        Returns
        -------
        Scores
            Float32, (n, n_columns), higher is better.
        """
        scores = self.listener_factors[listeners] @ self.column_factors[block].T
        if self.neighbours is not None and block is self.neighbours.target:
            scores += self.neighbours.scores(listeners)
        if block in self.bonus:
            scores += self.lengths(listeners)[:, None] * self.bonus[block]
        return scores

    def lengths(self, listeners: Rows) -> NDArray[np.float32]:
        """Return the length |x_u| of listeners' factors, the scale of their scores: (len(listeners),)."""
        return np.asarray(np.linalg.norm(self.listener_factors[listeners], axis=1))

    def take(self, listeners: Rows) -> "Als":
        """Return the same model for some of its listeners."""
        neighbours = self.neighbours and self.neighbours.take(listeners)
        return replace(self, listener_factors=self.listener_factors[listeners], neighbours=neighbours)

    def only(self, block: BlockName, columns: NDArray[np.intp]) -> "Als":
        """Return the same model for some columns of one block, to score them."""
        bonus = {block: self.bonus[block][columns]} if block in self.bonus else {}
        neighbours = self.neighbours
        if neighbours is not None:
            neighbours = neighbours.only(columns) if block is neighbours.target else None
        factors = {block: self.column_factors[block][columns]}
        return replace(self, column_factors=factors, bonus=bonus, neighbours=neighbours)

    def lifted(self, block: BlockName, bonus: NDArray[np.float32]) -> "Als":
        """Return the same model with `bonus`, (n_columns,), on top of what the columns of `block` score."""
        return replace(self, bonus={**self.bonus, block: self.bonus.get(block, np.float32(0)) + bonus})


def weigh(matrix: Matrix, part: Part, chosen: Hyperparameters) -> dict[BlockName, BlockWeights]:
    """Return the weights of every block of the matrix, from what is played in `part`."""
    return {
        block: block_weights(
            matrix.block(block, part),
            weight=chosen.alpha * chosen.block_weights.get(block, 1.0),
            beta=chosen.beta,
            gamma=chosen.gamma,
            scaling=chosen.block_scalings.get(block, chosen.scaling),
            membership=None
            if block in SIDE_BLOCKS
            else provider_groups.grouping(matrix, block, part, chosen.provider_balance).membership,
        )
        for block in matrix.blocks
    }


def weigh_listeners(matrix: Matrix, part: Part, chosen: Hyperparameters) -> NDArray[np.float32] | None:
    """Return the weights of the listeners, from what they play in `part`; None if all weigh the same."""
    if chosen.delta == 0:
        return None
    groups = listener_groups.codes(matrix, chosen.listener_balance)
    return listener_weights(matrix.plays(part), delta=chosen.delta, groups=groups)


def beginning(matrix: Matrix, part: Part, factors: int, *, seed: int) -> Start:
    """Return where every fit of so many factors on `part` begins, whatever its other hyperparameters."""
    cells = hstack([matrix.block(block, part) for block in matrix.blocks], format="csr")
    return initialization.start(csr_array(cells), factors, seed=seed)


def fit(
    matrix: Matrix,
    part: Part,
    chosen: Hyperparameters,
    *,
    seed: int,
    threads: int,
    progress: Callable[[int], None] | None = None,
    watch: Callable[[int, Callable[[], Als]], None] | None = None,
    start: Start | None = None,
    neighbours: Unbalanced | None = None,
) -> Als:
    """Weigh and factorise all blocks at once, give factors to columns that nobody plays, add neighbours.

    Parameters
    ----------
    matrix
        Blocks to learn from.
    part
        Part of it that is learned; nothing else is read.
    chosen
        Hyperparameters.
    seed
        Of the start; same seed, same bytes.
    threads
        Of the solver, 1 and above; they change nothing in the result.
    progress
        Called with each finished iteration's number, from 1.
    watch
        Called with that number and with a function that returns the model so far.
    start
        What `beginning` returns for the same arguments, by default worked out here, or factors of an earlier
        fit.
    neighbours
        What `fairtune.models.neighbours.model.fit` returns for the same arguments, by default worked out
        here.

    Returns
    -------
    Als
        Factors of all listeners and columns.
    """
    weights = weigh(matrix, part, chosen)
    listeners = weigh_listeners(matrix, part, chosen)
    cells = [weights[block].confidence(matrix.block(block, part), listeners) for block in matrix.blocks]
    bounds = np.cumsum([cell.shape[1] for cell in cells])[:-1]
    audience = {
        block: np.bincount(cell.indices, minlength=cell.shape[1])
        for block, cell in zip(matrix.blocks, cells, strict=True)
    }
    content = cold_start.content_features(matrix, audience)
    own: Unbalanced | None = None
    if chosen.share > 0:
        own = neighbours or item_neighbours.fit(matrix, part, chosen, threads=threads)
        balance = item_neighbours.multipliers(matrix, part, chosen)

    def model(listener_factors: Factors, column_factors: Factors) -> Als:
        split = dict(zip(matrix.blocks, np.split(column_factors, bounds), strict=True))
        filled = cold_start.fill(split, content)
        beside = None
        if own is not None:
            deviation = _deviation(listener_factors, filled[matrix.target])
            beside = own.balanced(balance, deviation=deviation * chosen.share / (1 - chosen.share))
        return Als(listener_factors, filled, weights, listeners, neighbours=beside)

    def finished(iteration: int, listener_factors: Factors, column_factors: Factors) -> None:
        if progress is not None:
            progress(iteration)
        if watch is not None:
            watch(iteration, lambda: model(listener_factors, column_factors))

    factors = factorise(
        csr_array(hstack(cells, format="csr")),
        factors=chosen.factors,
        regularization=chosen.regularization,
        exponent=chosen.regularization_exponent,
        iterations=chosen.iterations,
        seed=seed,
        threads=threads,
        start=start or beginning(matrix, part, chosen.factors, seed=seed),
        finished=finished,
    )
    return model(*factors)


def _deviation(rows: Factors, columns: Factors) -> float:
    """Return the standard deviation of all products of a row with a column."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        x, y = rows.astype(np.float64), columns.astype(np.float64)
        square = np.vdot(x.T @ x / max(len(x), 1), y.T @ y / max(len(y), 1))
        return float(np.sqrt(max(square - (x.mean(axis=0) @ y.mean(axis=0)) ** 2, 0.0)))
