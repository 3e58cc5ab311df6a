"""Where a fit can start from another one: when it may, and with which factors."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from fairtune.columns import Part
from fairtune.config.hyperparameters import Hyperparameters
from fairtune.matrix.matrix import Matrix
from fairtune.models.alignment import Fitted, align, indicator, learned, places_of, take_rows
from fairtune.models.als.fold_in import fold_in
from fairtune.models.als.model import weigh, weigh_listeners
from fairtune.models.als.solver import Start


def obstacle(fitted: Fitted, matrix: Matrix, part: Part, chosen: Hyperparameters) -> str:
    """Return the reason why a fit can't start from another.

    Every pair that one has learned must be among those that this one learns. Otherwise what it knows of pairs
    that are held out, or were withdrawn, would stay in the factors. So nothing does through a chain of starts
    either.

    Parameters
    ----------
    fitted
        The fit to start from.
    matrix
        What the new fit learns from.
    part
        Part of `matrix` that it learns.
    chosen
        Hyperparameters of the new fit.

    Returns
    -------
    str
        A clause about the fit to start from; empty if nothing stands in the way.
    """
    factors = fitted.model.listener_factors.shape[1]
    if factors != chosen.factors:
        return f"it has {factors} factors, not {chosen.factors}"
    if fitted.item_block is not matrix.item_block:
        return f"it learned from plays of {fitted.item_block}, not of {matrix.item_block}"
    known, own = indicator(learned(fitted, matrix)), indicator(matrix.plays(part))
    other = known - csr_array(known.multiply(own))
    other.eliminate_zeros()
    judged = {Part.TRAIN: matrix.valid + matrix.test, Part.TRAIN_VALID: matrix.test}.get(part)
    leaked = 0 if judged is None else csr_array(other.multiply(indicator(judged))).nnz
    if leaked:
        held_out = "validation or test part" if part is Part.TRAIN else "test part"
        return f"it has learned {leaked:,} pairs of the present {held_out}"
    gone = fitted.played.nnz - known.nnz + other.nnz
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
    """Return the factors from which a fit goes on where another one ended.

    Who is new is folded in by the columns, then what is new by the listeners. A column that nobody played
    when it was fitted counts as new: what factors it has came after the fit.

    Parameters
    ----------
    fitted
        The fit to start from, of as many factors.
    matrix
        What the new fit learns from.
    part
        Part of `matrix` that it learns.
    chosen
        Hyperparameters of the new fit.
    age_bands
        Ages at which a band ends and the next one begins, ascending; those of `fitted`.
    threads
        Of the fold-in, 1 and above.

    Returns
    -------
    Start
        Factors of rows, (n_listeners, factors), and of the columns of all blocks, (n_columns, factors).
    """
    rows = align(fitted, matrix, part, age_bands=age_bands, threads=threads)
    weights, listeners = weigh(matrix, part, chosen), weigh_listeners(matrix, part, chosen)
    column_factors = []
    for block, at in places_of(fitted, matrix, age_bands=age_bands).items():
        cells = weights[block].confidence(matrix.block(block, part), listeners)
        had_listeners = take_rows(fitted.audience.get(block, np.zeros(0, dtype=np.int64)), at) > 0
        factors = np.where(had_listeners[:, None], rows.column_factors[block], np.float32(0))
        new = np.flatnonzero(~had_listeners & (np.bincount(cells.indices, minlength=len(at)) > 0))
        if len(new):
            confidence = csr_array(cells.tocsc()[:, new].T)
            factors[new] = fold_in(
                rows.listener_factors, confidence, regularization=chosen.regularization, threads=threads
            )
        column_factors.append(factors)
    return rows.listener_factors, np.concatenate(column_factors)
