"""What the columns of a block are made of, by which the diversity of a list is told: no model is asked."""

import numpy as np
from scipy.sparse import csr_array, diags_array

from fairtune.columns import ARTIST, BlockName
from fairtune.matrix.matrix import Matrix


def profiles(matrix: Matrix, block: BlockName) -> csr_array | None:
    """Rows of length 1 for the columns of `block`, or of 0 where nothing is known: columns x features.

    A music type is made of the artists or tracks that carry it; an artist or track of its music types. Where
    music types are unknown a track is made of its artist, and artists can't be told apart: None.
    """
    types = matrix.shares.get(BlockName.MUSIC_TYPE)
    if types is None:
        return _of_artists(matrix) if block is BlockName.TRACK else None
    if block is BlockName.MUSIC_TYPE:
        return _unit(csr_array(types.T))
    return _unit(csr_array(matrix.shares[block].T @ types))


def _of_artists(matrix: Matrix) -> csr_array:
    artist = matrix.columns[BlockName.TRACK][ARTIST].factorize(sort=True)[0]
    known = np.flatnonzero(artist >= 0)
    cells = np.ones(len(known)), (known, artist[known])
    return csr_array(cells, shape=(len(artist), int(artist.max(initial=0)) + 1))


def _unit(rows: csr_array) -> csr_array:
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1), dtype=np.float64).ravel())
    scale = np.divide(1.0, length, out=np.zeros(len(length)), where=length > 0)
    return csr_array(diags_array(scale) @ rows)
