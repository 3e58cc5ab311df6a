"""Who listeners are, as columns: one cell for each of whom it is known, nothing to hold out or to rank."""

import numpy as np
import pandas as pd
import pytest
from tests.toy import params, tables

from fairtune.columns import BlockName, Part, Table
from fairtune.errors import BadParams
from fairtune.matrix import build as matrix_build
from fairtune.matrix import demographics

PLAYED = {(user, item): 1 for user in range(1, 6) for item in range(6)}
BLOCKS = ("track", "country", "gender", "age_band")


def build(**people):
    data = tables(PLAYED)
    known = {"country": ["NO", None, "ZA", "NO", "BW"], "gender": ["f", "m", None, "f", None]}
    known |= {"age": [15, None, 18, 34, 35]} | people
    data[Table.USERS] = data[Table.USERS].assign(**known)
    return matrix_build.build(
        data, params(blocks=BLOCKS), item_block=BlockName.TRACK, counts=True, seed=1, age_bands=(18, 35)
    )


def test_a_listener_has_one_cell_if_the_value_is_known():
    built = build()
    dense = {block: cells.toarray().tolist() for block, cells in built.sides.items()}
    assert dense == {
        BlockName.COUNTRY: [[0, 1, 0], [0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]],  # BW, NO, ZA
        BlockName.GENDER: [[1, 0], [0, 1], [0, 0], [1, 0], [0, 0]],
        BlockName.AGE_BAND: [[0, 0, 1], [0, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0]],  # 18-34, 35+, under 18
    }


def test_it_is_the_same_whatever_part_is_fitted_and_can_not_be_ranked():
    built = build()
    assert built.item_blocks == (BlockName.TRACK,)
    assert built.influencers == (BlockName.COUNTRY, BlockName.GENDER, BlockName.AGE_BAND)
    for block in built.influencers:
        assert (built.block(block, Part.TRAIN) != built.block(block, Part.ALL)).nnz == 0


@pytest.mark.parametrize(
    ("column", "block"), [("country", "country"), ("gender", "gender"), ("age", "age_band")]
)
def test_what_is_known_of_nobody_is_refused(column, block):
    with pytest.raises(BadParams) as caught:
        build(**{column: None})
    assert str(caught.value) == (
        f"matrix.blocks: '{block}' is not possible, this data set tells nobody's {column}"
    )


def test_bands_begin_where_they_are_said_to():
    band = demographics.age_band(pd.Series([10, 17, 18, 34, 35, np.nan]), (18, 35))
    assert band.astype("str").tolist()[:5] == ["under 18", "under 18", "18-34", "18-34", "35+"]
    assert band.isna().tolist() == [False] * 5 + [True]
