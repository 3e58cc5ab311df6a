"""Factors for columns that nobody plays in the part fitted, from what they are made of.

A column without a cell teaches ALS nothing: its factors are 0, and so is every score. But the same model has
factors of what such a column belongs to: an artist's music types, a track's artist. From the columns that
somebody plays, a ridge regression learns how their own factors follow from those and from the artist's
region; that map then gives factors to the others (Gantner, Drumond, Freudenthaler, Rendle and Schmidt-Thieme,
"Learning attribute-to-feature mappings for cold-start recommendations", ICDM 2010):

    x_i = [mean of the factors of i's music types, factors of i's artist, region of i]
    W   = (X^T X + ridge I)^-1 X^T Y    over the columns that somebody plays
    y_i = x_i W                         for the others

Columns count alike, whatever their number of listeners: weighed by it, W would give what nobody knows the
long factors of what everybody does, and such columns would crowd the lists. That, and the ridge, were chosen
on validation parts (`benchmarks/cold.py`). What nothing is known of keeps factors of 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from fairtune.columns import REGION, BlockName
from fairtune.matrix.matrix import Matrix

Factors = NDArray[np.float32]

RIDGE: Final = 30.0
"""In units of columns, as columns count 1 each."""
COARSE_FIRST: Final = (BlockName.MUSIC_TYPE, BlockName.ARTIST, BlockName.TRACK)
"""Each is made of those before it."""


@dataclass(frozen=True)
class Unplayed:
    """What the columns of a block are made of, some of which nobody plays.

    weight: (n_columns,), how much each counts where the map is learned; 0: nobody plays it, it is filled in.
    belongs: for each coarser block, csr, n_columns x its columns, rows sum to 1, or 0 where nothing is known.
    regions: (n_columns, n_regions), 1 for the artist's region.
    """

    block: BlockName
    weight: NDArray[np.float64]
    belongs: Mapping[BlockName, csr_array]
    regions: NDArray[np.float64]


def describe(matrix: Matrix, audience: Mapping[BlockName, NDArray[np.intp]]) -> tuple[Unplayed, ...]:
    """Look for columns to fill in, coarse blocks first; audience: (n_columns,) listeners, by block.

    A block that no other block of the matrix says anything of is left out.
    """
    blocks: list[BlockName] = [block for block in COARSE_FIRST if block in matrix.blocks]
    found = []
    for place, block in enumerate(blocks):
        weight = (audience[block] > 0).astype(np.float64)
        if place and not weight.all():
            belongs = {coarse: _belongs(matrix, block, coarse) for coarse in blocks[:place]}
            found.append(Unplayed(block, weight, belongs, _regions(matrix, block)))
    return tuple(found)


def fill(
    column_factors: Mapping[BlockName, Factors], columns: Sequence[Unplayed], *, ridge: float = RIDGE
) -> dict[BlockName, Factors]:
    """Give the factors with those of the unplayed columns filled in; what is given stays as it is."""
    from threadpoolctl import threadpool_limits

    filled = dict(column_factors)
    with threadpool_limits(limits=1, user_api="blas"):  # the same bytes whatever the number of threads
        for of in columns:
            made_of = [shares @ filled[coarse].astype(np.float64) for coarse, shares in of.belongs.items()]
            x = np.hstack([*made_of, of.regions])
            y = filled[of.block].astype(np.float64)
            counted = x * of.weight[:, None]
            gram = counted.T @ x + ridge * np.eye(x.shape[1])
            unplayed = of.weight == 0
            y[unplayed] = x[unplayed] @ np.linalg.solve(gram, counted.T @ y)
            filled[of.block] = y.astype(np.float32)
    return filled


def _belongs(matrix: Matrix, block: BlockName, coarse: BlockName) -> csr_array:
    shared = csr_array(matrix.shares[block].T @ matrix.shares[coarse])
    total = np.asarray(shared.sum(axis=1), dtype=np.float64).ravel()
    return csr_array(diags_array(np.divide(1.0, total, out=np.zeros(len(total)), where=total > 0)) @ shared)


def _regions(matrix: Matrix, block: BlockName) -> NDArray[np.float64]:
    codes, names = matrix.columns[block][REGION].factorize(sort=True)
    regions = np.zeros((len(codes), len(names) + 1))
    regions[np.arange(len(codes)), codes] = 1.0
    return regions[:, :-1]  # the last column, -1, is that of unknown regions
