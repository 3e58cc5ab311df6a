"""The matrix: listeners x columns in blocks, split first and aggregated afterwards.

Only plays of the interaction items (artists or tracks) are split; every other item block is aggregated from
the plays of one part (plays @ shares). So no play can be on both sides, whatever block is looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array

from fairtune.columns import (
    SIDE_BLOCKS,
    BlockName,
    Part,
)


@dataclass(frozen=True)
class Matrix:
    """Plays of three disjoint parts, and how they aggregate into blocks.

    Attributes
    ----------
    target
        The block that is ranked and judged.
    item_block
        Block of the items that the data set counts plays of: artists or tracks.
    blocks
        Names in the order of the columns.
    counts
        Whether plays are counted; else every pair has one.
    min_share
        Share of a listener's held-out plays, 0..1, that makes a music type part of the truth.
    train
        Listeners x items, plays as int64 counts; the three parts are disjoint.
    valid
        The same, to tune on.
    test
        The same, to test on.
    shares
        For each item block, items x columns: how an item's plays spread over the columns (the identity for
        the block of the items themselves).
    sides
        For each side block, listeners x columns, ones.
    listeners
        Frame in row order: user_id, country, region, gender, age.
    columns
        For each item block, frame in column order: item_id, name, artist, region (null: unknown). For the
        block of the items themselves also country, artist_gender, and first_seen: the share of all pairs that
        were played before the first of the item, in train and valid together (null without time stamps).
    """

    target: BlockName
    item_block: BlockName
    blocks: tuple[BlockName, ...]
    counts: bool
    min_share: float
    train: csr_array
    valid: csr_array
    test: csr_array
    shares: Mapping[BlockName, csr_array]
    sides: Mapping[BlockName, csr_array]
    listeners: pd.DataFrame
    columns: Mapping[BlockName, pd.DataFrame]

    @property
    def item_blocks(self) -> tuple[BlockName, ...]:
        """Blocks that can be ranked."""
        return tuple(block for block in self.blocks if block not in SIDE_BLOCKS)

    @property
    def influencers(self) -> tuple[BlockName, ...]:
        """Blocks beside the target."""
        return tuple(block for block in self.blocks if block is not self.target)

    def without(self, block: BlockName) -> "Matrix":
        """Copy the matrix without one block of columns; plays, shares and everything else stay."""
        return replace(self, blocks=tuple(other for other in self.blocks if other is not block))

    @cached_property
    def _plays(self) -> dict[Part, csr_array]:
        fitted = self.train + self.valid
        return {Part.TRAIN: self.train, Part.TRAIN_VALID: fitted, Part.ALL: fitted + self.test}

    def plays(self, part: Part) -> csr_array:
        """Plays of the interaction items in `part`: listeners x items."""
        return self._plays[part]

    def block(self, block: BlockName, part: Part) -> csr_array:
        """Cells of one block, built from one part alone.

        Parameters
        ----------
        block
            A block of items, or a side block, which holds the same in every part.
        part
            Plays that are aggregated.

        Returns
        -------
        csr_array
            Listeners x columns: plays, or expected plays where an item has several columns; ones for a side
            block.
        """
        if block in SIDE_BLOCKS:
            return self.sides[block]
        return self._aggregate(self._plays[part], block)

    def held_out(self, part: Part) -> csr_array:
        """Plays that a fit on `part` is judged by: validation part for TRAIN, test part for TRAIN_VALID."""
        return {Part.TRAIN: self.valid, Part.TRAIN_VALID: self.test}[part]

    def truth(self, block: BlockName, part: Part) -> csr_array:
        """Columns that a listener plays in the held-out part and doesn't play in `part`.

        A music type counts if it carries at least `min_share` of the listener's held-out plays.

        Parameters
        ----------
        block
            An item block.
        part
            What the model is fitted on: TRAIN or TRAIN_VALID.

        Returns
        -------
        csr_array
            Listeners x columns, ones.
        """
        held = self._aggregate(self.held_out(part), block)
        if block is BlockName.MUSIC_TYPE:
            totals = held.sum(axis=1)
            share = diags_array(np.divide(1.0, totals, out=np.zeros(len(totals)), where=totals > 0)) @ held
            held = csr_array(share)
            held.data[held.data < self.min_share] = 0
        known = self.block(block, part)
        new = _ones(held) - _ones(held).multiply(_ones(known))
        return _ones(csr_array(new))

    def _aggregate(self, plays: csr_array, block: BlockName) -> csr_array:
        if block is self.item_block:
            return plays
        return csr_array(plays @ self.shares[block])


def canonical(matrix: csr_array) -> csr_array:
    """Sort the columns of each row and sum cells that are there twice, in place; return `matrix`."""
    matrix.sum_duplicates()
    matrix.sort_indices()
    return matrix


def _ones(matrix: csr_array) -> csr_array:
    """1 where `matrix` is positive, without stored zeros."""
    kept = csr_array(matrix > 0).astype(np.int8)
    kept.eliminate_zeros()
    return canonical(kept)
