"""Where to begin with a music type: the artists (or tracks) of it that suit a listener best."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.serving.item_types import types_of
from fairtune.serving.release import Release

PER_TYPE: Final = 3


def block_of(release: Release) -> BlockName:
    """Return the block of artists where the model knows them, else that of the items."""
    return BlockName.ARTIST if BlockName.ARTIST in release.blocks else release.item_block


def suitability(scores: NDArray[np.float32], shares: NDArray[np.float64]) -> NDArray[np.float32]:
    """Multiply score by share of the type; a score below 0 is no better for a small share and stays."""
    return np.where(scores > 0, scores * shares, scores).astype(np.float32)


def start_with(
    release: Release,
    types: Sequence[int],
    *,
    scores: NDArray[np.float32],
    known: NDArray[np.bool_],
    per_type: int = PER_TYPE,
) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Choose what to begin with under each music type.

    Parameters
    ----------
    release
        The model.
    types
        Columns of music types, best first.
    scores
        Of the columns of `block_of`, (n_columns,).
    known
        Which of them the listener plays, (n_columns,).
    per_type
        The most under one type.

    Returns
    -------
    list
        For each type columns of `block_of`, unknown ones only, best first, and their suitability. A column
        stands under one type of the list, unless a type has no other left.
    """
    by_type = release.once("items of types", lambda: types_of(release, block_of(release)).transposed())
    used = np.zeros(len(scores), dtype=bool)
    chosen = []
    for music_type in types:
        columns, share = by_type.row(music_type)
        value = suitability(scores[columns], share)
        order = np.lexsort((columns, -value, used[columns]))
        order = order[~known[columns[order]]][:per_type]
        used[columns[order]] = True
        order = order[np.argsort(-value[order], kind="stable")]
        chosen.append((columns[order], value[order]))
    return chosen
