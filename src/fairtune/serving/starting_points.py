"""Where to begin with a music type: the artists (or tracks) of it that suit a listener best."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.serving import long_tail
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
    tail: NDArray[np.bool_] | None = None,
    tail_share: float = 0.0,
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
    tail
        Which columns few listeners play, (n_columns,); needed for a share above 0.
    tail_share
        Of all places that goes at least to the tail, 0..1, as far as the types have any of it.

    Returns
    -------
    list
        For each type columns of `block_of`, unknown ones only, best first, and their suitability. A column
        stands under one type of the list, unless a type has no other left.
    """
    by_type = release.once("items of types", lambda: types_of(release, block_of(release)).transposed())
    used = np.zeros(len(scores), dtype=bool)
    chosen: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
    placed = of_tail = 0
    for music_type in types:
        columns, share = by_type.row(music_type)
        value = suitability(scores[columns], share)
        order = np.lexsort((columns, -value, used[columns]))
        order = order[~known[columns[order]]]
        if tail is not None:
            due = max(long_tail.places(tail_share, placed + per_type) - of_tail, 0)
            order = _with_tail(order, tail[columns[order]], due, per_type)
        order = order[:per_type]
        used[columns[order]] = True
        placed += len(order)
        of_tail += 0 if tail is None else int(tail[columns[order]].sum())
        order = order[np.argsort(-value[order], kind="stable")]
        chosen.append((columns[order], value[order]))
    return chosen


def _with_tail(
    order: NDArray[np.int64], in_tail: NDArray[np.bool_], due: int, length: int
) -> NDArray[np.int64]:
    """Put the first `due` of the tail, `length` at most, before the others."""
    first = np.flatnonzero(in_tail)[: min(due, length)]
    return np.concatenate([order[first], np.delete(order, first)])
