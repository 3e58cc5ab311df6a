"""The matrix: listeners x columns in blocks, split first and aggregated afterwards.

Only plays of the interaction items (artists or tracks) are split; every other item block is aggregated from
the plays of one part (plays @ shares). So no play can be on both sides, whatever block is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, eye_array

from fairtune import demographics, splits
from fairtune.columns import (
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_GENDER,
    ARTIST_REGION,
    COUNTRY,
    DEMOGRAPHIC,
    FIRST_SEEN,
    FRIEND,
    ITEM,
    MUSIC_TYPE,
    NAME,
    PLAYS,
    REGION,
    SHARE,
    SIDE_BLOCKS,
    TIMESTAMP,
    USER,
    BlockName,
    Part,
    Table,
)
from fairtune.errors import BadParams
from fairtune.params import Matrix as MatrixParams


@dataclass(frozen=True)
class Matrix:
    """Plays of three disjoint parts, and how they aggregate into blocks.

    train, valid, test: csr, listeners x items, plays (int64 counts, disjoint listening).
    shares: for each item block, csr, items x columns: how an item's plays spread over the columns (identity
    for the
        block of the items themselves).
    sides: for each side block, csr, listeners x columns, ones.
    listeners: frame in row order: user_id, country, region, gender, age.
    columns: for each item block, frame in column order: item_id, name, artist, region (null = unknown); for
        the block of the items themselves also country, artist_gender, and first_seen: the share of all
        pairs that were played before the first of the item, in train and valid together (null without time
        stamps).
    blocks: names in the order of the columns; `target` is the one that is ranked and judged.
    min_share: of a listener's held-out plays, for a music type to count as truth.
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
        """Leave a block out of the columns; plays, shares and everything else stay."""
        return replace(self, blocks=tuple(other for other in self.blocks if other is not block))

    @cached_property
    def _plays(self) -> dict[Part, csr_array]:
        fitted = self.train + self.valid
        return {Part.TRAIN: self.train, Part.TRAIN_VALID: fitted, Part.ALL: fitted + self.test}

    def plays(self, part: Part) -> csr_array:
        """Plays of the interaction items in `part`: listeners x items."""
        return self._plays[part]

    def block(self, block: BlockName, part: Part) -> csr_array:
        """Cells of one block built from `part` alone: listeners x columns, (expected) plays."""
        if block in SIDE_BLOCKS:
            return self.sides[block]
        return self._aggregate(self._plays[part], block)

    def held_out(self, part: Part) -> csr_array:
        """What a fit on `part` is judged on: validation plays for TRAIN, test plays for TRAIN_VALID."""
        return {Part.TRAIN: self.valid, Part.TRAIN_VALID: self.test}[part]

    def truth(self, block: BlockName, part: Part) -> csr_array:
        """Columns of `block` that a listener plays in the held-out part and not in `part`: listeners x
        columns, ones.

        A music type counts if it carries at least `min_share` of the listener's held-out plays.
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


def build(
    tables: Mapping[Table, pd.DataFrame],
    params: MatrixParams,
    *,
    item_block: BlockName,
    counts: bool,
    seed: int,
    age_bands: Sequence[int] = (),
) -> Matrix:
    """Split the interactions, then describe how their plays aggregate into the blocks of `params`.

    age_bands: where bands after the first begin; asked for by the block `age_band` alone.
    """
    interactions, items = tables[Table.INTERACTIONS], tables[Table.ITEMS].sort_values(ITEM, ignore_index=True)
    _check_blocks(params, item_block, tables)
    users = pd.Index(np.sort(interactions[USER].unique()))
    rows, columns = (
        users.get_indexer(interactions[USER]),
        pd.Index(items[ITEM]).get_indexer(interactions[ITEM]),
    )
    labels = splits.split(interactions, params, seed=seed)

    def part(label: int) -> csr_array:
        of = labels == label
        cells = (interactions[PLAYS].to_numpy()[of], (rows[of], columns[of]))
        return _canonical(csr_array(cells, shape=(len(users), len(items)), dtype=np.int64))

    shares, described = {}, {}
    for block in params.blocks:
        if block not in SIDE_BLOCKS:
            shares[block], described[block] = _item_block(block, item_block, items, tables[Table.ITEM_TYPES])
    seen = _first_seen(interactions[labels != splits.TEST], items[ITEM])
    described[item_block] = described[item_block].assign(**{FIRST_SEEN: seen})
    listeners = tables[Table.USERS].set_index(USER).reindex(users).rename_axis(USER).reset_index()
    sides: dict[BlockName, csr_array] = {}
    for block in params.blocks:
        if block is BlockName.FRIEND:
            sides[block] = _friends(tables[Table.FRIENDS], users)
        elif block in DEMOGRAPHIC:
            sides[block] = demographics.cells(demographics.values(listeners, block, age_bands=age_bands))
    return Matrix(
        target=params.target,
        item_block=item_block,
        blocks=params.blocks,
        counts=counts,
        min_share=params.min_share,
        train=part(splits.TRAIN),
        valid=part(splits.VALID),
        test=part(splits.TEST),
        shares=shares,
        sides=sides,
        listeners=listeners,
        columns=described,
    )


def _item_block(
    block: BlockName, item_block: BlockName, items: pd.DataFrame, item_types: pd.DataFrame
) -> tuple[csr_array, pd.DataFrame]:
    """Give the shares (items x columns) and the description of the columns of one item block."""
    if block is item_block:
        described = items.rename(columns={ARTIST_REGION: REGION, ARTIST_COUNTRY: COUNTRY})
        kept = [ITEM, NAME, ARTIST, REGION, COUNTRY, ARTIST_GENDER]
        return csr_array(eye_array(len(items), format="csr")), described[kept]
    if block is BlockName.MUSIC_TYPE:
        names = np.sort(item_types[MUSIC_TYPE].unique())
        rows = pd.Index(items[ITEM]).get_indexer(item_types[ITEM])
        cells = item_types[SHARE].to_numpy(), (rows, np.searchsorted(names, item_types[MUSIC_TYPE]))
        regions: list[str | None] = [None] * len(names)
    else:
        artists, names = items[ARTIST].factorize(sort=True)
        cells = np.ones(len(items)), (np.arange(len(items)), artists)
        regions = items.groupby(ARTIST)[ARTIST_REGION].first().reindex(names).tolist()
    described = pd.DataFrame({ITEM: names, NAME: names, ARTIST: None, REGION: regions}, dtype="str")
    return _canonical(csr_array(cells, shape=(len(items), len(names)))), described


def _first_seen(fitted: pd.DataFrame, items: pd.Series) -> NDArray[np.float64]:
    """Share of the pairs in `fitted` before the first of each item, 0..1: (n_items,); NaN where unknown."""
    if TIMESTAMP not in fitted:
        return np.full(len(items), np.nan)
    times = fitted[TIMESTAMP].astype("datetime64[s]")
    first = times.groupby(fitted[ITEM]).min().reindex(items).to_numpy()
    before = np.searchsorted(np.sort(times.to_numpy()), first, side="left") / max(len(times), 1)
    return np.where(np.isnat(first), np.nan, before)


def _friends(friends: pd.DataFrame, users: pd.Index) -> csr_array:
    """Listeners x listeners; friends who have no plays are left out: they can tell nothing."""
    rows, columns = users.get_indexer(friends[USER]), users.get_indexer(friends[FRIEND])
    inside = (rows >= 0) & (columns >= 0)
    cells = np.ones(int(inside.sum()), dtype=np.int64), (rows[inside], columns[inside])
    return _canonical(csr_array(cells, shape=(len(users), len(users))))


def _check_blocks(params: MatrixParams, item_block: BlockName, tables: Mapping[Table, pd.DataFrame]) -> None:
    if params.target not in params.blocks or params.target in SIDE_BLOCKS:
        raise BadParams(f"matrix.target: '{params.target}' must be one of matrix.blocks that can be ranked")
    if len(set(params.blocks)) < len(params.blocks):
        raise BadParams("matrix.blocks: a block is named twice")
    if BlockName.TRACK in params.blocks and item_block is BlockName.ARTIST:
        raise BadParams("matrix.blocks: 'track' is not possible, this data set counts plays of artists")
    if item_block not in params.blocks:
        raise BadParams(
            f"matrix.blocks: '{item_block}' must be there: it is what this data set counts plays of"
        )
    for block, table in ((BlockName.MUSIC_TYPE, Table.ITEM_TYPES), (BlockName.FRIEND, Table.FRIENDS)):
        if block in params.blocks and tables[table].empty:
            raise BadParams(f"matrix.blocks: '{block}' is not possible, this data set has no {table}")
    demographics.check(tables[Table.USERS], params.blocks)


def _canonical(matrix: csr_array) -> csr_array:
    matrix.sum_duplicates()
    matrix.sort_indices()
    return matrix


def _ones(matrix: csr_array) -> csr_array:
    """Give 1 where `matrix` is positive, without stored zeros."""
    kept = csr_array(matrix > 0).astype(np.int8)
    kept.eliminate_zeros()
    return _canonical(kept)
