"""How much of an artist or track belongs to each music type."""

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.serving.release import Release
from fairtune.serving.sparse_rows import SparseRows


def types_of(release: Release, block: BlockName) -> SparseRows:
    """Return columns of `block` (artists or tracks) x music types; rows sum to 1, or 0: no type is known.

    Artists of a data set of tracks have the types of their tracks, in proportion to the tracks' listeners.
    """
    shares = release.item_types
    if shares is None:
        raise ValueError("the model has no music types")
    if block is release.item_block:
        return shares
    artist_of = release.item_artist
    if artist_of is None:
        raise ValueError(f"the model has no block {block}")
    listeners = np.maximum(release.columns(release.item_block).listeners, 1)
    return release.once("artist_types", lambda: _of_artists(shares, artist_of, listeners))


def _of_artists(shares: SparseRows, artist_of: SparseRows, listeners: NDArray[np.int64]) -> SparseRows:
    """Add up the tracks' types for each artist: artists x music types.

    A track without an artist says nothing of any.
    """
    tracks = shares.row_of_cell
    n_artists, n_types = artist_of.shape[1], shares.shape[1]
    artists = artist_of.only_columns()[tracks]
    known = artists >= 0
    keys, cell = np.unique((artists * n_types + shares.indices)[known], return_inverse=True)
    weights = np.bincount(cell, weights=(shares.data * listeners[tracks])[known], minlength=len(keys))
    rows = keys // n_types
    totals = np.bincount(rows, weights=weights, minlength=n_artists)
    return SparseRows(
        indptr=np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n_artists))]),
        indices=keys % n_types,
        data=weights / totals[rows],
        shape=(n_artists, n_types),
    )
