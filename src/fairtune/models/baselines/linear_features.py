"""What is known of every listener and column together, as products: nothing is written down a pair at a time.

Likeness of a listener and a column: how much of what the listener plays shares the column's traits (music
types, artist, the artists' region), and the share of the listener's friends who play it. What the listener
plays of the column itself is left out, else a feature would tell what it is to predict.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from fairtune.columns import UNKNOWN, BlockName, Part
from fairtune.matrix import provider_groups
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.ranking import Rows

Floats = NDArray[np.float64]
CHUNK: Final = 2**17
"""Pairs whose traits are held in memory at once."""


class Feature(NamedTuple):
    """A feature of all pairs: listeners[u] . columns[c] where u doesn't play c, else `played`.

    Attributes
    ----------
    listeners
        Listeners x traits.
    columns
        Columns x traits.
    played
        Of the pairs that are played, without what they say themselves, (n_played,).
    product
        What the two factors would say of those, (n_played,).
    """

    listeners: csr_array
    columns: csr_array
    played: Floats
    product: Floats


class FeaturePairs(NamedTuple):
    """The pairs that are played.

    Attributes
    ----------
    listeners
        Rows, (n_played,).
    columns
        Columns of the target, (n_played,).
    items
        How many of the listener's items carry the column, (n_played,).
    """

    listeners: Rows
    columns: Rows
    items: Floats


def features(matrix: Matrix, part: Part, *, damping: float) -> tuple[Feature, ...]:
    """Describe all pairs of listener and target column.

    Parameters
    ----------
    matrix
        Blocks, shares and friends.
    part
        Part whose plays count.
    damping
        Items (friends) unlike the column that are added to those of each listener, 0 and above.

    Returns
    -------
    tuple
        Constant, activity ln(1 + items), popularity ln(1 + listeners); then the likenesses that differ from
        pair to pair.
    """
    plays = _ones(matrix.plays(part))
    carries = _carries(matrix)
    items_carrying = csr_array(plays @ _ones(carries))
    pairs = FeaturePairs(*_cells(items_carrying))
    items = np.diff(plays.indptr).astype(np.float64)
    audience = np.bincount(pairs.columns, minlength=carries.shape[1]).astype(np.float64)
    of_listeners, of_columns = np.ones(len(items)), np.ones(len(audience))
    plain = (
        _separate(of_listeners, of_columns, pairs, np.ones(len(pairs.items))),
        _separate(np.log1p(items), of_columns, pairs, np.log1p(items[pairs.listeners] - pairs.items)),
        _separate(of_listeners, np.log1p(audience), pairs, np.log1p(audience[pairs.columns] - 1.0)),
    )
    traits = [matrix.shares[block] for block in matrix.item_blocks]
    region = provider_groups.regions(matrix, matrix.item_block, part)
    named = [at for at, name in enumerate(region.names) if name != UNKNOWN]
    traits.append(csr_array(region.membership[:, named]))
    likenesses = [_shared(plays, carries, block, pairs, damping) for block in traits]
    if BlockName.FRIEND in matrix.blocks:
        likenesses.append(_friends(matrix.sides[BlockName.FRIEND], items_carrying, pairs, damping))
    return (*plain, *(feature for feature in likenesses if feature.columns.nnz and _says_more(feature)))


def _says_more(feature: Feature) -> bool:
    """Whether a feature says more than what a listener plays of the column itself."""
    everywhere = (feature.listeners.sum(axis=0) * feature.columns.sum(axis=0)).sum()
    return bool(everywhere - feature.product.sum() + feature.played.sum() > 1e-9 * everywhere)


def _carries(matrix: Matrix) -> csr_array:
    return csr_array(matrix.shares[matrix.target].astype(np.float64))


def _separate(of_listeners: Floats, of_columns: Floats, pairs: FeaturePairs, played: Floats) -> Feature:
    """Multiply a number of the listener by a number of the column."""
    return Feature(
        csr_array(of_listeners[:, None]),
        csr_array(of_columns[:, None]),
        played,
        of_listeners[pairs.listeners] * of_columns[pairs.columns],
    )


def _shared(
    plays: csr_array, carries: csr_array, traits: csr_array, pairs: FeaturePairs, damping: float
) -> Feature:
    """Mean, over the listener's items that don't carry the column, of traits[item] . traits of the column.

    Traits of a column are the mean of those of the items that carry it.
    """
    traits = csr_array(traits.astype(np.float64))
    weight = carries.sum(axis=0)
    columns = csr_array(diags_array(_inverse(weight)) @ (carries.T @ traits))
    sums = csr_array(plays @ traits)
    number = np.diff(plays.indptr) + damping
    whole = _dots(sums, columns, pairs)
    own = plays @ _own(carries, traits, columns)
    left = number[pairs.listeners] - pairs.items
    played = (whole - _at(csr_array(own), pairs)) * _inverse(left)
    return Feature(
        csr_array(diags_array(_inverse(number)) @ sums),
        columns,
        played,
        whole * _inverse(number)[pairs.listeners],
    )


def _own(carries: csr_array, traits: csr_array, columns: csr_array) -> csr_array:
    """What an item says of the columns that it carries itself: items x columns."""
    item, column, _ = _cells(carries)
    values = _dots(traits, columns, FeaturePairs(item, column, np.empty(0)))
    return csr_array((values, (item, column)), shape=carries.shape)


def _friends(friends: csr_array, items_carrying: csr_array, pairs: FeaturePairs, damping: float) -> Feature:
    """Share of the listener's friends who play the column."""
    number = np.diff(friends.indptr) + damping
    listeners = csr_array(diags_array(_inverse(number)) @ _ones(friends))
    columns = csr_array(_ones(items_carrying).T)
    product = _dots(listeners, columns, pairs)
    return Feature(listeners, columns, product, product)


def _dots(left: csr_array, right: csr_array, pairs: FeaturePairs) -> Floats:
    """Products left[listener] . right[column] of each pair, (n,).

    Out of the product of all rows with all columns if that is less work, else a chunk of pairs at a time.
    """
    everything = _filled(left) @ _filled(right)
    alone = np.diff(left.indptr)[pairs.listeners].sum() + np.diff(right.indptr)[pairs.columns].sum()
    if everything < alone:
        return _at(csr_array(left @ right.T), pairs)
    values = np.empty(len(pairs.listeners))
    for part in _chunks(len(values)):
        rows, columns = left[pairs.listeners[part]], right[pairs.columns[part]]
        values[part] = rows.multiply(columns).sum(axis=1)
    return values


def _at(values: csr_array, pairs: FeaturePairs) -> Floats:
    if not len(pairs.listeners):  # scipy can't pick no cells
        return np.zeros(0)
    return np.asarray(values[pairs.listeners, pairs.columns]).ravel()


def _cells(matrix: csr_array) -> tuple[Rows, Rows, Floats]:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return rows, matrix.indices.astype(np.intp), matrix.data.astype(np.float64)


def _ones(matrix: csr_array) -> csr_array:
    return csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)


def _filled(matrix: csr_array) -> Floats:
    """Stored cells of each column: (n_columns,)."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(np.float64)


def _inverse(values: Floats) -> Floats:
    """1 / values, 0 where they are not above 0."""
    return np.divide(1.0, values, out=np.zeros(len(values)), where=values > 0)


def _chunks(n: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, n, CHUNK))
