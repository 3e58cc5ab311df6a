"""Content features of the columns of a block, by which the diversity of lists is measured without a model."""

import numpy as np
from scipy.sparse import csr_array, diags_array

from fairtune.columns import ARTIST, BlockName
from fairtune.matrix.matrix import Matrix


def profiles(matrix: Matrix, block: BlockName) -> csr_array | None:
    """Collect the content features of the columns of a block.

    The features of a music type are the artists or tracks that carry it; those of an artist or track are its
    music types. Where music types are unknown the feature of a track is its artist, and artists have none.

    Parameters
    ----------
    matrix
        Which knows music types and artists.
    block
        Of items.

    Returns
    -------
    csr_array | None
        Columns x features, rows of length 1, or of 0 where nothing is known; None where columns can't be
        distinguished by content.
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
