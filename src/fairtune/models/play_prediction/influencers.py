"""What friends and the listener's other plays of the same type or artist say of a listener-item pair."""

import numpy as np
from scipy.sparse import csr_array, diags_array

from fairtune.columns import BlockName
from fairtune.matrix.matrix import Matrix
from fairtune.models.als.model import Als
from fairtune.models.play_prediction.factor_affinity import dots
from fairtune.models.play_prediction.play_statistics import Floats, Listening, Pairs, cells


def influencers(observed: Listening, matrix: Matrix, als: Als, pairs: Pairs) -> dict[str, Floats]:
    """Describe pairs by friends and by the listener's other plays of the same type or artist.

    Parameters
    ----------
    observed
        Cells that the pairs are held out from.
    matrix
        Blocks, shares and friends.
    als
        A fit on those cells.
    pairs
        What is described.

    Returns
    -------
    dict
        Features, (n_pairs,) each, named `influencer_<block>_...`. For each further item block: level, the
        listener's mean residual in the item's columns; affinity, the share of the listener's items there;
        width, how many columns the item is in. For friends: level, their mean standing with the item; count
        and share of those who play it; alike, the same weighed by how like the listener they are.
    """
    features: dict[str, Floats] = {}
    ones, residual = observed.cells(np.ones(len(observed.rows))), observed.cells(observed.residual)
    for block in matrix.item_blocks:
        if block is not matrix.item_block:
            shares = matrix.shares[block]
            per_item = shares[pairs.items]
            amount = csr_array(ones @ shares)
            level = csr_array(residual @ shares).multiply(_inverse(amount, damping=1.0))
            share = csr_array(diags_array(1 / np.maximum(ones.sum(axis=1), 1.0)) @ amount)
            features[f"influencer_{block}_level"] = _row_dots(csr_array(level)[pairs.rows], per_item)
            features[f"influencer_{block}_affinity"] = _row_dots(share[pairs.rows], per_item)
            features[f"influencer_{block}_width"] = np.diff(per_item.indptr).astype(np.float64)
    if BlockName.FRIEND in matrix.sides:
        friends = csr_array(matrix.sides[BlockName.FRIEND].astype(np.float64))
        spread = observed.spread[pairs.rows]
        playing = _at(csr_array(friends @ ones), pairs)
        louder = _at(csr_array(friends @ observed.cells(observed.standing)), pairs)
        alike = _at(csr_array(_alike(friends, als) @ ones), pairs)
        name = f"influencer_{BlockName.FRIEND}"
        features[f"{name}_level"] = louder / (playing + 1.0) * spread
        features[f"{name}_count"] = np.log1p(playing)
        features[f"{name}_share"] = playing / (friends.sum(axis=1)[pairs.rows] + 1.0)
        features[f"{name}_alike"] = np.log1p(alike)
    return features


def _alike(friends: csr_array, als: Als) -> csr_array:
    """Weigh each friendship by the cosine of the two listeners' factors, cubed; 0 if negative."""
    factors = als.listener_factors
    unit = factors / np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-9)
    rows, columns, _ = cells(friends)
    cosine = np.maximum(dots(unit, unit, rows, columns), 0.0)
    return csr_array((cosine**3, friends.indices, friends.indptr), shape=friends.shape)


def _inverse(amount: csr_array, *, damping: float) -> csr_array:
    return csr_array((1 / (amount.data + damping), amount.indices, amount.indptr), shape=amount.shape)


def _row_dots(left: csr_array, right: csr_array) -> Floats:
    return np.asarray(left.multiply(right).sum(axis=1)).ravel()


def _at(values: csr_array, pairs: Pairs) -> Floats:
    if not len(pairs.rows):  # scipy can't pick no cells
        return np.zeros(0)
    return np.asarray(values[pairs.rows, pairs.items]).ravel()
