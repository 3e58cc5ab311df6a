"""What one listener plays, as cells of the matrix, and how sure the model is of each."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.serving.release import Release


@dataclass(frozen=True)
class Cells:
    """What a listener plays of one block.

    Attributes
    ----------
    columns
        Ascending, (k,).
    plays
        How much of each, above 0, (k,).
    """

    columns: NDArray[np.int64]
    plays: NDArray[np.float64]


Listening = Mapping[BlockName, Cells]
"""Cells of a listener for every block of the model."""


def of_listener(release: Release, row: int) -> Listening:
    """Return everything the model was fitted on for one of its listeners."""
    return {block: Cells(*release.plays(block).row(row)) for block in release.blocks}


def confidences(
    release: Release, block: BlockName, cells: Cells, *, weight: float = 1.0
) -> NDArray[np.float64]:
    """Return the confidence of each cell in the fit: c = 1 + weight * multiplier[column] * s(plays) / scale.

    The formulas are those of `fairtune.matrix.weights` for one row, without its imports; a test holds the two
    together.

    Parameters
    ----------
    release
        The model.
    block
        Of the cells.
    cells
        Of a listener, k of them.
    weight
        Of the listener; 1 for a new one.

    Returns
    -------
    NDArray
        Confidences, (k,), 1 and above.
    """
    scaling = release.scaling[block]
    weights = weight * release.multipliers(block)[cells.columns] / scaling.scale
    if scaling.s == "binary":
        return np.asarray(1 + weights)
    if scaling.s == "log":
        return np.asarray(1 + weights * np.log1p(cells.plays))
    n_listeners, mean_total, listeners = release.once(f"bm25 of {block}", lambda: _lengths(release, block))
    length = 1 - scaling.b + scaling.b * cells.plays.sum() / mean_total
    rarity = np.maximum(np.log(n_listeners) - np.log1p(listeners[cells.columns]), 0)
    saturated = cells.plays * (scaling.k1 + 1) / (scaling.k1 * length + cells.plays)
    return np.asarray(1 + weights * rarity * saturated)


def average_plays(release: Release, block: BlockName) -> float:
    """Return the plays that count as average: their s is the block's mean if s is `log`, else the median."""
    scaling = release.scaling[block]
    if scaling.s == "log":
        return float(np.expm1(scaling.scale))
    return release.once(f"average plays of {block}", lambda: _median(release.plays(block).data))


def _lengths(release: Release, block: BlockName) -> tuple[int, float, NDArray[np.int64]]:
    """Listeners of the model, the mean of their plays, and how many play each column."""
    plays = release.plays(block)
    n_listeners, n_columns = plays.shape
    return n_listeners, float(plays.data.sum() / n_listeners), np.bincount(plays.indices, minlength=n_columns)


def _median(plays: NDArray[np.float64]) -> float:
    return float(np.median(plays)) if len(plays) else 1.0
