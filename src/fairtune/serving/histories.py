"""What one listener plays, as cells of the matrix, and how sure the model is of each."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.serving.release import Release


@dataclass(frozen=True)
class Cells:
    """Columns of one block that a listener plays, ascending, and how much: both (k,), plays above 0."""

    columns: NDArray[np.int64]
    plays: NDArray[np.float64]


Listening = Mapping[BlockName, Cells]
"""Cells of a listener for every block of the model."""


def of_listener(release: Release, row: int) -> Listening:
    """Everything the model was fitted on for one of its listeners."""
    return {block: Cells(*release.plays(block).row(row)) for block in release.blocks}


def confidences(
    release: Release, block: BlockName, cells: Cells, *, weight: float = 1.0
) -> NDArray[np.float64]:
    """Confidence of each cell in the fit, (k,): c = 1 + weight * multiplier[column] * s(plays) / scale.

    weight: of the listener; 1 for a new one.
    The formulas are those of `fairtune.matrix.weights` for one row, without its imports; a test holds the two
    together.
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
    """Plays that count as average listening: s(plays) is the block's mean if s is `log`, else the median."""
    scaling = release.scaling[block]
    if scaling.s == "log":
        return float(np.expm1(scaling.scale))
    return release.once(f"average plays of {block}", lambda: _median(release.plays(block).data))


def _lengths(release: Release, block: BlockName) -> tuple[int, float, NDArray[np.int64]]:
    """Give the listeners of the model, the mean of their plays, and how many play each column."""
    plays = release.plays(block)
    n_listeners, n_columns = plays.shape
    return n_listeners, float(plays.data.sum() / n_listeners), np.bincount(plays.indices, minlength=n_columns)


def _median(plays: NDArray[np.float64]) -> float:
    return float(np.median(plays)) if len(plays) else 1.0
