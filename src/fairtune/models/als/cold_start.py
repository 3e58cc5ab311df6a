"""Factors for columns that nobody plays in the part fitted, from content features.

A column without a cell teaches ALS nothing: its factors are 0, and so is every score. But the same model has
factors of what such a column belongs to: an artist's music types, a track's artist. From the columns that
somebody plays, a ridge regression learns how their own factors follow from those and from the artist's
region; that map then gives factors to the others:

    x_i = [mean of the factors of i's music types, factors of i's artist, region of i]
    W   = (X^T X + ridge I)^-1 X^T Y    over the columns that somebody plays
    y_i = x_i W                         for the others

Columns count alike, whatever their number of listeners: weighed by it, W would give what nobody knows the
long factors of what everybody does, and such columns would crowd the lists. That, and the ridge, were chosen
on validation parts (`benchmarks/cold.py`). What nothing is known of keeps factors of 0.

References
----------
Gantner, Drumond, Freudenthaler, Rendle and Schmidt-Thieme, "Learning attribute-to-feature mappings for
cold-start recommendations", ICDM 2010.
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
"""The columns of each have content features from the blocks before it."""


@dataclass(frozen=True)
class ContentFeatures:
    """Content features of the columns of a block, some of which nobody plays.

    Attributes
    ----------
    block
        Whose columns they are.
    played
        Columns that the map is learned from, (n_columns,); the others, which nobody plays, are filled in.
    membership
        For each coarser block, n_columns x its columns; rows sum to 1, or 0 where nothing is known.
    regions
        1 for the artist's region, (n_columns, n_regions).
    """

    block: BlockName
    played: NDArray[np.bool_]
    membership: Mapping[BlockName, csr_array]
    regions: NDArray[np.float64]


def content_features(
    matrix: Matrix, audience: Mapping[BlockName, NDArray[np.intp]]
) -> tuple[ContentFeatures, ...]:
    """Describe the blocks that have columns to fill in.

    Parameters
    ----------
    matrix
        What is known of the columns.
    audience
        For each block, listeners of its columns in the part fitted, (n_columns,).

    Returns
    -------
    tuple
        Coarse blocks first; a block that no other block of the matrix says anything of is left out.
    """
    blocks: list[BlockName] = [block for block in COARSE_FIRST if block in matrix.blocks]
    described = []
    for place, block in enumerate(blocks):
        played = audience[block] > 0
        if place and not played.all():
            membership = {coarse: _membership(matrix, block, coarse) for coarse in blocks[:place]}
            described.append(ContentFeatures(block, played, membership, _regions(matrix, block)))
    return tuple(described)


def fill(
    column_factors: Mapping[BlockName, Factors],
    features: Sequence[ContentFeatures],
    *,
    ridge: float = RIDGE,
) -> dict[BlockName, Factors]:
    """Fill in the factors of columns that nobody plays.

    Parameters
    ----------
    column_factors
        For each block, (n_columns, factors); stays as it is.
    features
        Blocks with columns to fill in, coarse ones first.
    ridge
        Penalty of the regression, in units of columns, 0 and above; the higher, the shorter the factors.

    Returns
    -------
    dict
        The same factors, but for those of columns that nobody plays.
    """
    from threadpoolctl import threadpool_limits

    filled = dict(column_factors)
    with threadpool_limits(limits=1, user_api="blas"):  # the same bytes whatever the number of threads
        for content in features:
            means = [
                shares @ filled[coarse].astype(np.float64) for coarse, shares in content.membership.items()
            ]
            x = np.hstack([*means, content.regions])
            y = filled[content.block].astype(np.float64)
            played = content.played
            known = x[played]
            gram = known.T @ known + ridge * np.eye(x.shape[1])
            y[~played] = x[~played] @ np.linalg.solve(gram, known.T @ y[played])
            filled[content.block] = y.astype(np.float32)
    return filled


def _membership(matrix: Matrix, block: BlockName, coarse: BlockName) -> csr_array:
    shared = csr_array(matrix.shares[block].T @ matrix.shares[coarse])
    total = np.asarray(shared.sum(axis=1), dtype=np.float64).ravel()
    return csr_array(diags_array(np.divide(1.0, total, out=np.zeros(len(total)), where=total > 0)) @ shared)


def _regions(matrix: Matrix, block: BlockName) -> NDArray[np.float64]:
    codes, names = matrix.columns[block][REGION].factorize(sort=True)
    regions = np.zeros((len(codes), len(names) + 1))
    regions[np.arange(len(codes)), codes] = 1.0
    return regions[:, :-1]  # the last column, -1, is that of unknown regions
