"""Provider groups: which columns belong together by who made them and by who plays them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.columns import (
    ARTIST,
    ARTIST_GENDER,
    COUNTRY,
    FIRST_SEEN,
    OTHER,
    REGION,
    TAIL_SHARE,
    UNKNOWN,
    BlockName,
    Part,
)  # fmt: skip
from fairtune.config.sections import Evaluate
from fairtune.matrix.matrix import Matrix

TIER: Final = "tier"
TIERS: Final = ("head", "middle", "tail")
EMERGENCE: Final = "emerging"
EMERGING: Final = ("emerging", "established")


@dataclass(frozen=True)
class ProviderGroups:
    """A grouping of columns by their providers.

    Attributes
    ----------
    names
        Of the groups.
    membership
        Shape (n_columns, n_groups); rows sum to 1, fractions allowed.
    """

    names: tuple[str, ...]
    membership: NDArray[np.float64]

    @property
    def unknown(self) -> float:
        """Share of the columns whose group is unknown, 0..1."""
        if UNKNOWN not in self.names or not len(self.membership):
            return 0.0
        return float(self.membership[:, self.names.index(UNKNOWN)].mean())


def grouping(
    matrix: Matrix,
    block: BlockName,
    part: Part,
    name: str,
    *,
    largest: int = 10,
    head_share: float = 0.2,
    tail_share: float = TAIL_SHARE,
) -> ProviderGroups:
    """Group the columns of a block by the grouping's name.

    Parameters
    ----------
    matrix
        Columns and who plays them.
    block
        An item block.
    part
        Plays that music types and tiers follow from.
    name
        region, country, artist_gender or tier; `KeyError` for another one.
    largest
        Number of countries with a group of their own, see `countries`.
    head_share
        Share of the cells that the head carries, see `tiers`.
    tail_share
        Share of the cells that the tail carries, see `tiers`.

    Returns
    -------
    ProviderGroups
        Groups of all columns of the block.
    """
    by = {
        REGION: lambda: regions(matrix, block, part),
        COUNTRY: lambda: countries(matrix, block, part, largest=largest),
        ARTIST_GENDER: lambda: genders(matrix, block, part),
        TIER: lambda: tiers(matrix.block(block, part), head_share=head_share, tail_share=tail_share),
    }
    return by[name]()


def provider_groupings(
    matrix: Matrix, block: BlockName, part: Part, params: Evaluate
) -> dict[str, ProviderGroups]:
    """Group the columns of a block in every way that an evaluation looks at.

    Parameters
    ----------
    matrix
        Columns and who plays them.
    block
        An item block.
    part
        Plays that music types, tiers and emergence follow from.
    params
        Number of countries, shares of the tiers, and what makes an artist emerging.

    Returns
    -------
    dict[str, ProviderGroups]
        By name of the grouping; emergence and artists' genders are left out where none is known.
    """
    groupings = {
        name: grouping(
            matrix,
            block,
            part,
            name,
            largest=params.countries,
            head_share=params.head_share,
            tail_share=params.tail_share,
        )
        for name in (REGION, COUNTRY, TIER)
    }
    few, late = params.emerging_listeners, params.emerging_period
    by_artist = {
        EMERGENCE: emerging(matrix, block, part, listeners=few, period=late),
        ARTIST_GENDER: genders(matrix, block, part),
    }
    return groupings | {name: groups for name, groups in by_artist.items() if groups.unknown < 1}


def regions(matrix: Matrix, block: BlockName, part: Part) -> ProviderGroups:
    """Artist regions of the columns of a block.

    A track or an artist has one region. A music type belongs to a region to the extent that its artists do,
    by plays in `part`; a type nobody played there, by its artists alone.

    Parameters
    ----------
    matrix
        Columns and who plays them.
    block
        An item block.
    part
        Plays that weigh the artists of a music type.

    Returns
    -------
    ProviderGroups
        Regions in the order of the alphabet; the last group is `unknown`.
    """
    return _by_value(matrix, block, part, matrix.columns[matrix.item_block][REGION])


def countries(matrix: Matrix, block: BlockName, part: Part, *, largest: int) -> ProviderGroups:
    """Artist countries of the columns of a block.

    Parameters
    ----------
    matrix
        Columns and who plays them.
    block
        An item block.
    part
        Plays that weigh the artists of a music type, as in `regions`.
    largest
        How many countries, those of most items, are groups; of equally many items the first in the alphabet
        counts as larger.

    Returns
    -------
    ProviderGroups
        Countries in the order of the alphabet, then `other`, then `unknown`.
    """
    known = matrix.columns[matrix.item_block][COUNTRY]
    sizes = known.value_counts().rename_axis(COUNTRY).reset_index(name="items")
    named = sizes.sort_values(["items", COUNTRY], ascending=[False, True])[COUNTRY].head(largest)
    return _by_value(matrix, block, part, known.where(known.isin(named) | known.isna(), OTHER))


def genders(matrix: Matrix, block: BlockName, part: Part) -> ProviderGroups:
    """Artist genders of the columns of a block, as `regions`; the last group, `unknown`, holds bands too."""
    return _by_value(matrix, block, part, matrix.columns[matrix.item_block][ARTIST_GENDER])


def emerging(
    matrix: Matrix, block: BlockName, part: Part, *, listeners: int, period: float
) -> ProviderGroups:
    """Group the columns of a block by emerging and established artists.

    An artist is emerging with few listeners, or if nobody played them before the last stretch of time; the
    latter only where time stamps are known.

    Parameters
    ----------
    matrix
        Columns and who plays them.
    block
        An item block.
    part
        Plays that listeners are counted in, and that weigh the artists of a music type, as in `regions`.
    listeners
        The most listeners that an emerging artist may have.
    period
        Length of the last stretch of time, as a share of all pairs, 0..1.

    Returns
    -------
    ProviderGroups
        Two groups, emerging and established; where items have no artist also `unknown`.
    """
    artists = _artists(matrix)
    plays = matrix.plays(part)
    artist_of_item = csr_array((np.ones(len(artists)), (np.arange(len(artists)), artists)))
    audience = np.bincount(csr_array(plays @ artist_of_item).indices, minlength=artist_of_item.shape[1])
    first = matrix.columns[matrix.item_block][FIRST_SEEN].groupby(artists).min().to_numpy()
    new = (audience <= listeners) | (first >= 1 - period)  # NaN is not late
    membership = np.column_stack([new, ~new])[artists] * 1.0
    known = matrix.columns[matrix.item_block][ARTIST].notna().to_numpy()
    if matrix.item_block is BlockName.ARTIST or known.all():
        return _by_membership(matrix, block, part, EMERGING, membership)
    membership = np.column_stack([membership * known[:, None], ~known])
    return _by_membership(matrix, block, part, (*EMERGING, UNKNOWN), membership)


def tiers(plays: csr_array, *, head_share: float, tail_share: float) -> ProviderGroups:
    """Group columns by popularity.

    Head: the most listened columns that together carry `head_share` of all cells; tail: the least listened
    ones that carry `tail_share`, and those nobody played.

    Parameters
    ----------
    plays
        Listeners x columns; a cell is one listener of the column.
    head_share
        Share of all cells, 0..1.
    tail_share
        Share of all cells, 0..1.

    Returns
    -------
    ProviderGroups
        Three groups: head, middle, tail.

    References
    ----------
    Abdollahpouri, Burke and Mobasher, "Managing popularity bias in recommender systems with personalized
    re-ranking", FLAIRS 2019.
    """
    listeners = np.bincount(plays.indices, minlength=plays.shape[1])
    order = np.lexsort((np.arange(len(listeners)), -listeners))
    before = np.cumsum(listeners[order]) - listeners[order]
    total = listeners.sum()
    tier = np.where(before < head_share * total, 0, np.where(before < (1 - tail_share) * total, 1, 2))
    membership = np.zeros((len(listeners), len(TIERS)))
    membership[order, tier] = 1.0
    return ProviderGroups(names=TIERS, membership=membership)


def _by_value(matrix: Matrix, block: BlockName, part: Part, of_items: pd.Series) -> ProviderGroups:
    """Group by an attribute of each item: its values in order, `other` behind them, null as `unknown`."""
    names = sorted(of_items.dropna().unique(), key=lambda name: (name == OTHER, name))
    codes = pd.Index(names).get_indexer(of_items)  # null has code -1: the last column, `unknown`
    membership = np.zeros((len(codes), len(names) + 1))
    membership[np.arange(len(codes)), codes] = 1.0
    return _by_membership(matrix, block, part, (*(str(name) for name in names), UNKNOWN), membership)


def _by_membership(
    matrix: Matrix, block: BlockName, part: Part, names: tuple[str, ...], of_items: NDArray[np.float64]
) -> ProviderGroups:
    if block is matrix.item_block:
        return ProviderGroups(names, of_items)
    return ProviderGroups(names, _aggregated(of_items, matrix.shares[block], matrix.plays(part)))


def _aggregated(membership: NDArray[np.float64], shares: csr_array, plays: csr_array) -> NDArray[np.float64]:
    weight = np.asarray(plays.sum(axis=0), dtype=np.float64)
    by_plays = shares.T @ (membership * weight[:, None])
    total = by_plays.sum(axis=1, keepdims=True)
    mixed = np.where(total > 0, by_plays, shares.T @ membership)
    return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))


def _artists(matrix: Matrix) -> NDArray[np.intp]:
    """Number the artists of the interaction items; an item without an artist is one of its own."""
    columns = matrix.columns[matrix.item_block]
    own = np.arange(len(columns))
    if matrix.item_block is BlockName.ARTIST:
        return own
    codes, names = columns[ARTIST].factorize(sort=True)
    return np.unique(np.where(codes < 0, len(names) + own, codes), return_inverse=True)[1]
