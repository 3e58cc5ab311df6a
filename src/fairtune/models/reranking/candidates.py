"""The items that some multipliers could put on a list: few of each listener's, and none is missing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.columns import BlockName
from fairtune.metrics import ranking, sparse_pairs
from fairtune.metrics.ranking import NOTHING, Lists
from fairtune.models.als.model import Als

LISTENERS_AT_ONCE = 1024


@dataclass(frozen=True)
class Candidates:
    """For every listener (row) the same number of places, grouped by kind.

    Attributes
    ----------
    scores
        Score over the length of the listener's factors, float32, (n, c); -inf: nothing stands there.
    wanted
        Whether the item is in the listener's truth, (n, c).
    kind
        Of the items at a place, (c,).
    member
        To which groups a kind belongs, (n_kinds, g).
    """

    scores: NDArray[np.float32]
    wanted: NDArray[np.bool_]
    kind: NDArray[np.intp]
    member: NDArray[np.float64]


def candidates(
    model: Als,
    block: BlockName,
    known: csr_array,
    truth: csr_array,
    member: NDArray[np.float64],
    *,
    k: int,
    threads: int,
) -> Candidates:
    """Collect the k best unplayed columns of every kind.

    Items of one kind belong to the same groups to the same extent, so no multipliers change their order: a
    list of k holds the best of each kind. Where there are about as many kinds as columns (shares of music
    types), all columns are candidates.

    Parameters
    ----------
    model
        A fit that scores them.
    block
        Whose columns are listed.
    known
        Listeners x columns, (n, n_columns); what is stored is on no list.
    truth
        Likewise, what listeners went on to play.
    member
        Membership of columns in the groups of all groupings, (n_columns, g).
    k
        Length of a list, 1 and above.
    threads
        Of the ranking, 1 and above.

    Returns
    -------
    Candidates
        In the rows of `known`.
    """
    kinds, kind = np.unique(member, axis=0, return_inverse=True)
    width = len(member)
    if len(kinds) * k >= width:
        items = np.broadcast_to(np.arange(width, dtype=np.int32), (known.shape[0], width)).copy()
        played = np.repeat(np.arange(known.shape[0]), np.diff(known.indptr)), known.indices
        items[played] = NOTHING
        of_place = kind.ravel()
    else:
        columns = [np.flatnonzero(kind.ravel() == one) for one in range(len(kinds))]
        items = np.hstack([_best(model, block, known, some, k, threads) for some in columns])
        of_place = np.repeat(np.arange(len(kinds)), k)
    return Candidates(_scores(model, block, items), sparse_pairs.hits(items, truth), of_place, kinds)


def _best(
    model: Als, block: BlockName, known: csr_array, columns: NDArray[np.intp], k: int, threads: int
) -> Lists:
    """List the k best of some columns of `block`, by their numbers among all."""
    less = model.only(block, columns)
    lists = ranking.rank(lambda rows: less.scores(rows, block), known[:, columns], k, threads=threads)
    return np.where(lists == NOTHING, NOTHING, columns[lists]).astype(np.int32)


def _scores(model: Als, block: BlockName, items: Lists) -> NDArray[np.float32]:
    """Score items of each listener's row over the length of their factors: (n, c), -inf where none is."""
    scores = np.empty(items.shape, dtype=np.float32)
    factors, bonus = model.column_factors[block], model.bonus.get(block)
    beside = model.neighbours if model.neighbours and model.neighbours.target is block else None
    for start in range(0, len(items), LISTENERS_AT_ONCE):
        rows = np.arange(start, min(start + LISTENERS_AT_ONCE, len(items)))
        lengths = model.lengths(rows)
        lengths = np.where(lengths > 0, lengths, 1)[:, None]
        listeners = model.listener_factors[rows] / lengths
        scores[rows] = np.matmul(factors[items[rows]], listeners[:, :, None])[:, :, 0]
        if beside is not None:
            scores[rows] += np.take_along_axis(beside.scores(rows), items[rows], axis=1) / lengths
    if bonus is not None:
        scores += bonus[items]
    scores[items == NOTHING] = -np.inf
    return scores
