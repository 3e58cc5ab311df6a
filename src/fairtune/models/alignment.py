"""A fit carried over to another matrix: its listeners and columns found again by their ids.

So a model that was trained before can be judged by what there is to hold out now. Who came after it is folded
in from their plays by its own factors and weights, as serving does with new listeners: half an iteration of
alternating least squares (Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets",
ICDM 2008, equation 4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from fairtune.columns import DEMOGRAPHIC, ITEM, SIDE_BLOCKS, USER, BlockName, Part
from fairtune.config.params import Hyperparameters
from fairtune.matrix import demographics
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.weights import BlockWeights
from fairtune.models.als.model import Als, Factors, Start, weigh, weigh_listeners

Places = NDArray[np.intp]
Number = TypeVar("Number", bound=np.number)

NEVER: Final = np.float32(-1e6)
"""Bonus of a column that a model doesn't know: far below every score, so that no list has it."""


@dataclass(frozen=True)
class Fitted:
    """A fit, what names its rows and columns, and what it learned from.

    listeners: (n_listeners,) ids. columns: for each block, (n_columns,) ids. audience: for each block,
    (n_columns,), how many listeners each had in the part fitted. heard: listeners x items, a cell a pair of
    that part.
    """

    model: Als
    target: BlockName
    item_block: BlockName
    counts: bool
    regularization: float
    listeners: pd.Index
    columns: Mapping[BlockName, pd.Index]
    audience: Mapping[BlockName, NDArray[np.int64]]
    heard: csr_array

    @property
    def blocks(self) -> tuple[BlockName, ...]:
        return tuple(self.columns)


def describe(
    matrix: Matrix, part: Part, model: Als, *, regularization: float, age_bands: Sequence[int]
) -> Fitted:
    """Say what the rows and columns of `model` are, which was fitted on `part` of `matrix`."""
    heard = matrix.plays(part)
    return Fitted(
        model=model,
        target=matrix.target,
        item_block=matrix.item_block,
        counts=matrix.counts,
        regularization=regularization,
        listeners=pd.Index(matrix.listeners[USER]),
        columns=column_ids(matrix, age_bands=age_bands),
        audience={
            block: np.bincount(cells.indices, minlength=cells.shape[1]).astype(np.int64)
            for block in matrix.blocks
            for cells in (matrix.block(block, part),)
        },
        heard=_ones(heard),
    )


def column_ids(matrix: Matrix, *, age_bands: Sequence[int]) -> dict[BlockName, pd.Index]:
    """Give what names the columns of every block: ids of items, of friends, or what is known of listeners."""
    ids = {}
    for block in matrix.blocks:
        if block not in SIDE_BLOCKS:
            ids[block] = pd.Index(matrix.columns[block][ITEM])
        elif block in DEMOGRAPHIC:
            known = demographics.values(matrix.listeners, block, age_bands=age_bands)
            ids[block] = pd.Index(known.astype("str").factorize(sort=True)[1])
        else:
            ids[block] = pd.Index(matrix.listeners[USER])
    return ids


def carry(fitted: Fitted, matrix: Matrix, part: Part, *, age_bands: Sequence[int], threads: int) -> Als:
    """Give the model with the rows and columns of `matrix`.

    Listeners whom it knows keep their factors, whatever they played since; the others are folded in from
    what they play in `part`. Columns that it doesn't know have factors of 0, and no list has them. Blocks
    that `matrix` hasn't are left out.
    """
    model, rows = fitted.model, rows_of(fitted, matrix)
    places = places_of(fitted, matrix, age_bands=age_bands)
    nothing = np.zeros((0, model.listener_factors.shape[1]), dtype=np.float32)
    carried = Als(
        listener_factors=taken(model.listener_factors, rows),
        column_factors={
            block: taken(model.column_factors.get(block, nothing), at) for block, at in places.items()
        },
        weights={block: _weights(fitted, block, at) for block, at in places.items()},
        listener_weights=None
        if model.listener_weights is None
        else np.where(rows < 0, np.float32(1), taken(model.listener_weights, rows)),
        bonus=_bonus(fitted, {block: places[block] for block in matrix.item_blocks}),
    )
    new = np.flatnonzero(rows < 0)
    if not len(new):
        return carried
    cells = {
        block: carried.weights[block].confidence(matrix.block(block, part))[new]
        @ _selection(at, len(fitted.columns[block]))
        for block, at in places.items()
        if block in fitted.columns
    }
    factors = carried.listener_factors.copy()
    factors[new] = fold_in(fitted, cells, threads=threads)
    return replace(carried, listener_factors=factors)


def why_not(fitted: Fitted, matrix: Matrix, part: Part, chosen: Hyperparameters) -> str:
    """Say why a fit on `part` can't start from another; empty if it can.

    Every pair that one has learned must be among those that this one learns. Otherwise what it knows of pairs
    that are held out, or were withdrawn, would stay in the factors. So nothing does through a chain of starts
    either.
    """
    factors = fitted.model.listener_factors.shape[1]
    if factors != chosen.factors:
        return f"it has {factors} factors, not {chosen.factors}"
    if fitted.item_block is not matrix.item_block:
        return f"it learned from plays of {fitted.item_block}, not of {matrix.item_block}"
    known, own = _ones(learned(fitted, matrix)), _ones(matrix.plays(part))
    other = known - csr_array(known.multiply(own))
    other.eliminate_zeros()
    judged = {Part.TRAIN: matrix.valid + matrix.test, Part.TRAIN_VALID: matrix.test}.get(part)
    leaked = 0 if judged is None else csr_array(other.multiply(_ones(judged))).nnz
    if leaked:
        held_out = "validation or test part" if part is Part.TRAIN else "test part"
        return f"it has learned {leaked:,} pairs of the present {held_out}"
    gone = fitted.heard.nnz - known.nnz + other.nnz
    return f"it has learned {gone:,} pairs that are no longer there" if gone else ""


def start(
    fitted: Fitted,
    matrix: Matrix,
    part: Part,
    chosen: Hyperparameters,
    *,
    age_bands: Sequence[int],
    threads: int,
) -> Start:
    """Give factors of rows and columns of `matrix` from where a fit of as many factors on `part` can go on.

    Who is new is folded in by the columns, then what is new by the listeners. A column that nobody played
    when it was fitted counts as new: what factors it has came after the fit.
    """
    rows = carry(fitted, matrix, part, age_bands=age_bands, threads=threads)
    weights, listeners = weigh(matrix, part, chosen), weigh_listeners(matrix, part, chosen)
    found = []
    for block, at in places_of(fitted, matrix, age_bands=age_bands).items():
        cells = weights[block].confidence(matrix.block(block, part), listeners)
        learned = taken(fitted.audience.get(block, np.zeros(0, dtype=np.int64)), at) > 0
        factors = np.where(learned[:, None], rows.column_factors[block], np.float32(0))
        new = np.flatnonzero(~learned & (np.bincount(cells.indices, minlength=len(at)) > 0))
        if len(new):
            some = csr_array(cells.tocsc()[:, new].T)
            factors[new] = _solved(
                rows.listener_factors, some, regularization=chosen.regularization, threads=threads
            )
        found.append(factors)
    return rows.listener_factors, np.concatenate(found)


def fold_in(fitted: Fitted, cells: Mapping[BlockName, csr_array], *, threads: int) -> Factors:
    """Give factors to new listeners, all at once: (n, factors); 0 for who plays nothing that the fit knows.

    cells: for each block, n x the fit's columns, confidences. Columns that nobody played when it was fitted
    tell nothing: their factors came afterwards (`fairtune.models.als.cold_start`).
    """
    (n,) = {of.shape[0] for of in cells.values()}
    played = [
        np.where(fitted.audience[block][:, None] > 0, fitted.model.column_factors[block], np.float32(0))
        for block in fitted.columns
    ]
    whole = [
        cells.get(block, csr_array((n, len(ids)), dtype=np.float32)) for block, ids in fitted.columns.items()
    ]
    columns, confidence = np.concatenate(played), csr_array(hstack(whole, format="csr"))
    return _solved(columns, confidence, regularization=fitted.regularization, threads=threads)


def learned(fitted: Fitted, matrix: Matrix) -> csr_array:
    """Give the pairs that the fit learned from, in the rows and columns of `matrix`: listeners x items, ones.

    Those of listeners or items that `matrix` hasn't are left out. Both have the same item block.
    """
    cells = fitted.heard.tocoo()
    rows = pd.Index(matrix.listeners[USER]).get_indexer(fitted.listeners)[cells.row]
    items = pd.Index(matrix.columns[matrix.item_block][ITEM])
    columns = items.get_indexer(fitted.columns[fitted.item_block])[cells.col]
    there = (rows >= 0) & (columns >= 0)
    ones = np.ones(int(there.sum()), dtype=np.int8)
    return csr_array((ones, (rows[there], columns[there])), shape=matrix.train.shape)


def rows_of(fitted: Fitted, matrix: Matrix) -> Places:
    """Give the row of every listener of `matrix` in the fit, -1 where it knows nobody of that id."""
    return np.asarray(fitted.listeners.get_indexer(matrix.listeners[USER]))


def places_of(fitted: Fitted, matrix: Matrix, *, age_bands: Sequence[int]) -> dict[BlockName, Places]:
    """Give the place of every column of `matrix` in the fit, -1 where it doesn't know it; by block."""
    return {
        block: np.asarray(fitted.columns[block].get_indexer(ids))
        if block in fitted.columns
        else np.full(len(ids), -1)
        for block, ids in column_ids(matrix, age_bands=age_bands).items()
    }


def taken(values: NDArray[Number], places: Places) -> NDArray[Number]:
    """Give the lines of `values` at `places`, 0 where a place is -1."""
    found = np.zeros((len(places), *values.shape[1:]), dtype=values.dtype)
    found[places >= 0] = values[places[places >= 0]]
    return found


def _solved(factors: Factors, confidence: csr_array, *, regularization: float, threads: int) -> Factors:
    """Give the factors of each row of `confidence`, (n, m), that fit those of its columns, (m, factors)."""
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    solver = AlternatingLeastSquares(
        factors=factors.shape[1], regularization=regularization, alpha=1.0, num_threads=threads
    )
    solver.item_factors = factors
    with threadpool_limits(limits=1, user_api="blas"):  # sums in one order, whatever the machine is doing
        rows = np.arange(confidence.shape[0])
        return np.asarray(solver.recalculate_user(rows, csr_matrix(confidence, dtype=np.float32)))


def _bonus(fitted: Fitted, places: Mapping[BlockName, Places]) -> dict[BlockName, NDArray[np.float32]]:
    """Give the bonus of the columns of each block that has one, or has columns that the fit doesn't know."""
    bonus = {}
    for block, at in places.items():
        of = fitted.model.bonus.get(block)
        if of is not None or (at < 0).any():
            own = np.zeros(len(at), dtype=np.float32) if of is None else taken(of, at)
            bonus[block] = np.where(at < 0, NEVER, own)
    return bonus


def _weights(fitted: Fitted, block: BlockName, places: Places) -> BlockWeights:
    if block not in fitted.model.weights:
        return BlockWeights(np.zeros(len(places), dtype=np.float32), "binary", 1.0)
    of = fitted.model.weights[block]
    return replace(of, multipliers=taken(of.multipliers, places))


def _selection(places: Places, n_columns: int) -> csr_array:
    """Move columns to where the fit has them: len(places) x n_columns, ones; unknown ones go nowhere."""
    there = np.flatnonzero(places >= 0)
    ones = np.ones(len(there), dtype=np.float32)
    return csr_array((ones, (there, places[there])), shape=(len(places), n_columns))


def _ones(plays: csr_array) -> csr_array:
    return csr_array((np.ones(plays.nnz, dtype=np.int8), plays.indices, plays.indptr), shape=plays.shape)
