"""From canonical tables to the matrix: split the listening, then describe the blocks."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array

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
    Table,
)
from fairtune.config.sections import MatrixParams
from fairtune.errors import BadParams
from fairtune.matrix import demographics, splits
from fairtune.matrix.matrix import Matrix, canonical


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

    Parameters
    ----------
    tables
        The canonical tables.
    params
        Blocks, target and split.
    item_block
        Block of the items that the data set counts plays of: artists or tracks.
    counts
        Whether plays are counted; else every pair has one.
    seed
        Of a random split.
    age_bands
        Ages at which bands after the first begin, ascending; the block `age_band` alone needs them.

    Returns
    -------
    Matrix
        Rows are the listeners with interactions, by their id; item columns are the items, by theirs.
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
        rows_of_part = labels == label
        cells = (interactions[PLAYS].to_numpy()[rows_of_part], (rows[rows_of_part], columns[rows_of_part]))
        return canonical(csr_array(cells, shape=(len(users), len(items)), dtype=np.int64))

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
    """Build the shares (items x columns) and the description of the columns of one item block."""
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
        known = np.flatnonzero(artists >= 0)  # an item whose artist is unknown has none: no column, no cell
        cells = np.ones(len(known)), (known, artists[known])
        regions = items.groupby(ARTIST)[ARTIST_REGION].first().reindex(names).tolist()
    described = pd.DataFrame({ITEM: names, NAME: names, ARTIST: None, REGION: regions}, dtype="str")
    return canonical(csr_array(cells, shape=(len(items), len(names)))), described


def _first_seen(fitted: pd.DataFrame, items: pd.Series) -> NDArray[np.float64]:
    """Share of the pairs in `fitted` before the first of each item, 0..1: (n_items,); NaN where unknown."""
    if TIMESTAMP not in fitted:
        return np.full(len(items), np.nan)
    times = fitted[TIMESTAMP].astype("datetime64[s]")
    first = times.groupby(fitted[ITEM]).min().reindex(items).to_numpy()
    before = np.searchsorted(np.sort(times.to_numpy()), first, side="left") / max(len(times), 1)
    return np.where(np.isnat(first), np.nan, before)


def _friends(friends: pd.DataFrame, users: pd.Index) -> csr_array:
    """Link listeners to their friends, listeners x listeners; friends without plays carry no information."""
    rows, columns = users.get_indexer(friends[USER]), users.get_indexer(friends[FRIEND])
    inside = (rows >= 0) & (columns >= 0)
    cells = np.ones(int(inside.sum()), dtype=np.int64), (rows[inside], columns[inside])
    return canonical(csr_array(cells, shape=(len(users), len(users))))


def _check_blocks(params: MatrixParams, item_block: BlockName, tables: Mapping[Table, pd.DataFrame]) -> None:
    if BlockName.TRACK in params.blocks and item_block is BlockName.ARTIST:
        raise BadParams("matrix.blocks: 'track' is not possible, this data set counts plays of artists")
    if item_block not in params.blocks:
        raise BadParams(
            f"matrix.blocks: '{item_block}' must be there: it is what this data set counts plays of"
        )
    if BlockName.ARTIST in params.blocks and tables[Table.ITEMS][ARTIST].isna().all():
        raise BadParams("matrix.blocks: 'artist' is not possible, no item of this data set has an artist")
    for block, table in ((BlockName.MUSIC_TYPE, Table.ITEM_TYPES), (BlockName.FRIEND, Table.FRIENDS)):
        if block in params.blocks and tables[table].empty:
            raise BadParams(f"matrix.blocks: '{block}' is not possible, this data set has no {table}")
    demographics.check(tables[Table.USERS], params.blocks)
