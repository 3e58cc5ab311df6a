"""A fit aligned with another matrix: its listeners and columns found again by their ids.

So a model that was trained before can be judged by what there is to hold out now. Who came after it is folded
in from their plays by its own factors and weights, as serving does with new listeners
(`fairtune.models.als.fold_in`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import block_diag, csr_array, diags_array, hstack

from fairtune.columns import DEMOGRAPHIC, ITEM, SIDE_BLOCKS, USER, BlockName, Part
from fairtune.matrix import demographics
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.weights import BlockWeights
from fairtune.models.als import fold_in
from fairtune.models.als.model import Als
from fairtune.models.als.solver import Factors
from fairtune.models.neighbours import model as item_neighbours
from fairtune.models.neighbours.model import Neighbours

Places = NDArray[np.intp]
Number = TypeVar("Number", bound=np.number)

NEVER: Final = np.float32(-1e6)
"""Bonus of a column that a model doesn't know: far below every score, so that no list has it."""


@dataclass(frozen=True)
class Fitted:
    """A fit, what names its rows and columns, and what it learned from.

    Attributes
    ----------
    model
        Factors and weights.
    target
        Block that the model ranks.
    item_block
        Block of the items that were played: artists or tracks.
    counts
        Whether plays were counted; without, each pair is 1.
    regularization
        Of the fit, 0 and above.
    listeners
        Ids of the rows, (n_listeners,).
    columns
        For each block, ids of its columns, (n_columns,).
    audience
        For each block, how many listeners each column had in the part fitted, (n_columns,).
    played
        Listeners x items, a cell a pair of that part.
    """

    model: Als
    target: BlockName
    item_block: BlockName
    counts: bool
    regularization: float
    listeners: pd.Index
    columns: Mapping[BlockName, pd.Index]
    audience: Mapping[BlockName, NDArray[np.int64]]
    played: csr_array

    @property
    def blocks(self) -> tuple[BlockName, ...]:
        return tuple(self.columns)


def describe(
    matrix: Matrix, part: Part, model: Als, *, regularization: float, age_bands: Sequence[int]
) -> Fitted:
    """Name the rows and columns of a model by their ids.

    Parameters
    ----------
    matrix
        What the model was fitted on.
    part
        Part of it that the model was fitted on.
    model
        The fit.
    regularization
        Of the fit, 0 and above.
    age_bands
        Ages at which a band ends and the next one begins, ascending.

    Returns
    -------
    Fitted
        The model with its ids, and the pairs it learned from.
    """
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
        played=indicator(matrix.plays(part)),
    )


def column_ids(matrix: Matrix, *, age_bands: Sequence[int]) -> dict[BlockName, pd.Index]:
    """Return what names the columns of every block: ids of items, of friends, or values of a trait."""
    ids = {}
    for block in matrix.blocks:
        if block not in SIDE_BLOCKS:
            ids[block] = pd.Index(matrix.columns[block][ITEM])
        elif block in DEMOGRAPHIC:
            values = demographics.values(matrix.listeners, block, age_bands=age_bands)
            ids[block] = pd.Index(values.astype("str").factorize(sort=True)[1])
        else:
            ids[block] = pd.Index(matrix.listeners[USER])
    return ids


def align(fitted: Fitted, matrix: Matrix, part: Part, *, age_bands: Sequence[int], threads: int) -> Als:
    """Return the model with the rows and columns of another matrix.

    Listeners whom it knows keep their factors, whatever they played since; the others are folded in. Columns
    that it doesn't know have factors of 0, and no list has them. Blocks that the matrix hasn't are left out.

    Parameters
    ----------
    fitted
        The model with its ids.
    matrix
        Whose rows and columns the result has.
    part
        Part of `matrix` whose plays fold in the listeners that the model doesn't know.
    age_bands
        Ages at which a band ends and the next one begins, ascending; those of `fitted`.
    threads
        Of the fold-in, 1 and above.

    Returns
    -------
    Als
        Listener factors (n_listeners, factors) and for each block of `matrix` column factors.
    """
    model, rows = fitted.model, rows_of(fitted, matrix)
    places = places_of(fitted, matrix, age_bands=age_bands)
    nothing = np.zeros((0, model.listener_factors.shape[1]), dtype=np.float32)
    aligned = Als(
        listener_factors=take_rows(model.listener_factors, rows),
        column_factors={
            block: take_rows(model.column_factors.get(block, nothing), at) for block, at in places.items()
        },
        weights={block: _weights(fitted, block, at) for block, at in places.items()},
        listener_weights=None
        if model.listener_weights is None
        else np.where(rows < 0, np.float32(1), take_rows(model.listener_weights, rows)),
        bonus=_bonus(fitted, {block: places[block] for block in matrix.item_blocks}),
        neighbours=_neighbours(fitted, matrix, part, places),
    )
    new = np.flatnonzero(rows < 0)
    if not len(new):
        return aligned
    cells = {
        block: aligned.weights[block].confidence(matrix.block(block, part))[new]
        @ _selection(at, len(fitted.columns[block]))
        for block, at in places.items()
        if block in fitted.columns
    }
    factors = aligned.listener_factors.copy()
    factors[new] = _fold_in(fitted, cells, threads=threads)
    return replace(aligned, listener_factors=factors)


def learned(fitted: Fitted, matrix: Matrix) -> csr_array:
    """Return the pairs that a fit learned from, in the rows and columns of a matrix.

    Parameters
    ----------
    fitted
        The fit, of the same item block as `matrix`.
    matrix
        Listeners and items that it hasn't are left out.

    Returns
    -------
    csr_array
        Listeners x items of `matrix`, ones.
    """
    cells = fitted.played.tocoo()
    rows = pd.Index(matrix.listeners[USER]).get_indexer(fitted.listeners)[cells.row]
    items = pd.Index(matrix.columns[matrix.item_block][ITEM])
    columns = items.get_indexer(fitted.columns[fitted.item_block])[cells.col]
    present = (rows >= 0) & (columns >= 0)
    ones = np.ones(int(present.sum()), dtype=np.int8)
    return csr_array((ones, (rows[present], columns[present])), shape=matrix.train.shape)


def rows_of(fitted: Fitted, matrix: Matrix) -> Places:
    """Return the row of every listener of `matrix` in the fit, -1 where it knows nobody of that id."""
    return np.asarray(fitted.listeners.get_indexer(matrix.listeners[USER]))


def places_of(fitted: Fitted, matrix: Matrix, *, age_bands: Sequence[int]) -> dict[BlockName, Places]:
    """Return, by block, the place of every column of `matrix` in the fit, -1 where it doesn't know it."""
    return {
        block: np.asarray(fitted.columns[block].get_indexer(ids))
        if block in fitted.columns
        else np.full(len(ids), -1)
        for block, ids in column_ids(matrix, age_bands=age_bands).items()
    }


def take_rows(values: NDArray[Number], places: Places) -> NDArray[Number]:
    """Return the rows of `values` at `places`, 0 where a place is -1."""
    rows = np.zeros((len(places), *values.shape[1:]), dtype=values.dtype)
    rows[places >= 0] = values[places[places >= 0]]
    return rows


def indicator(plays: csr_array) -> csr_array:
    """Return ones in the cells that `plays` stores."""
    return csr_array((np.ones(plays.nnz, dtype=np.int8), plays.indices, plays.indptr), shape=plays.shape)


def _fold_in(fitted: Fitted, cells: Mapping[BlockName, csr_array], *, threads: int) -> Factors:
    """Factors of new listeners, (n, factors), from confidences, for each block n x the fit's columns.

    Columns that nobody played when it was fitted say nothing: their factors came afterwards
    (`fairtune.models.als.cold_start`). Who plays no other column has factors of 0.
    """
    (n,) = {confidence.shape[0] for confidence in cells.values()}
    played = [
        np.where(fitted.audience[block][:, None] > 0, fitted.model.column_factors[block], np.float32(0))
        for block in fitted.columns
    ]
    whole = [
        cells.get(block, csr_array((n, len(ids)), dtype=np.float32)) for block, ids in fitted.columns.items()
    ]
    columns, confidence = np.concatenate(played), csr_array(hstack(whole, format="csr"))
    return fold_in.fold_in(columns, confidence, regularization=fitted.regularization, threads=threads)


def _neighbours(
    fitted: Fitted, matrix: Matrix, part: Part, places: Mapping[BlockName, Places]
) -> Neighbours | None:
    """Neighbours of the fit in rows and columns of `matrix`; listeners who are new have their cells there."""
    known, rows = fitted.model.neighbours, rows_of(fitted, matrix)
    if known is None or known.target not in places:
        return None
    inputs = {block: len(fitted.columns[block]) for block in known.inputs}
    moved = csr_array(
        block_diag([_selection(places[block], n) for block, n in inputs.items() if block in places])
    )
    there = np.repeat([block in places for block in inputs], list(inputs.values()))
    scales = {block: scale for block, scale in known.scales.items() if block in places}
    plays = {block: matrix.block(block, part) for block in scales}
    of_new = diags_array((rows < 0).astype(np.float32)) @ item_neighbours.cells_of(
        plays, known.scaling, scales
    )
    of_known = _selection(rows, len(fitted.listeners)) @ known.cells[:, there] @ moved.T
    target = _selection(places[known.target], inputs[known.target])
    weights = csr_array(moved @ known.weights[there] @ target.T)
    return replace(known, scales=scales, cells=csr_array(of_known + of_new), weights=weights)


def _bonus(fitted: Fitted, places: Mapping[BlockName, Places]) -> dict[BlockName, NDArray[np.float32]]:
    """Bonus of the columns of each block that has one, or has columns that the fit doesn't know."""
    bonus = {}
    for block, at in places.items():
        before = fitted.model.bonus.get(block)
        if before is not None or (at < 0).any():
            own = np.zeros(len(at), dtype=np.float32) if before is None else take_rows(before, at)
            bonus[block] = np.where(at < 0, NEVER, own)
    return bonus


def _weights(fitted: Fitted, block: BlockName, places: Places) -> BlockWeights:
    if block not in fitted.model.weights:
        return BlockWeights(np.zeros(len(places), dtype=np.float32), "binary", 1.0)
    weights = fitted.model.weights[block]
    return replace(weights, multipliers=take_rows(weights.multipliers, places))


def _selection(places: Places, n_columns: int) -> csr_array:
    """Move columns to where the fit has them: len(places) x n_columns, ones; unknown ones go nowhere."""
    known = np.flatnonzero(places >= 0)
    ones = np.ones(len(known), dtype=np.float32)
    return csr_array((ones, (known, places[known])), shape=(len(places), n_columns))
