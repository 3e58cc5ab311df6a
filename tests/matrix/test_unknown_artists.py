"""Unknown is no value: an item without an artist has no artist column, and nobody is recommended for it."""

import numpy as np
import pandas as pd
import pytest
from tests.toy import PLAYED, params, tables

from fairtune.columns import BlockName, Part, Table
from fairtune.errors import BadParams
from fairtune.matrix import build as matrix_build


def built(artists):
    told = tables(PLAYED)
    told[Table.ITEMS] = told[Table.ITEMS].assign(artist=pd.Series(artists, dtype="str"))
    return matrix_build.build(told, params(), item_block=BlockName.TRACK, counts=True, seed=1)


def test_an_item_without_an_artist_has_no_cell_among_the_artists():
    matrix = built(["a", "a", "b", None, None, "d"])
    assert matrix.columns[BlockName.ARTIST]["name"].tolist() == ["a", "b", "d"]
    shares = matrix.shares[BlockName.ARTIST].toarray()
    assert shares.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 1]]
    plays = matrix.plays(Part.ALL).toarray()
    assert (matrix.block(BlockName.ARTIST, Part.ALL).toarray() == plays @ shares).all()
    assert np.asarray(matrix.columns[BlockName.TRACK]["artist"].isna()).tolist() == [0, 0, 0, 1, 1, 0]


def test_artists_that_nobody_names_at_all_can_be_no_block():
    with pytest.raises(BadParams) as error:
        built([None] * 6)
    assert str(error.value) == (
        "matrix.blocks: 'artist' is not possible, no item of this data set has an artist"
    )
