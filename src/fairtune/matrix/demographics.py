"""What is known of listeners as columns of the matrix: their country, gender and age band.

One column for each value, and one cell for each listener whose value is known. A model learns from them how
tastes differ between such groups, and may put them in the place of somebody's own taste: off unless
`matrix.blocks` names them.
"""

import itertools
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from fairtune.columns import AGE, COUNTRY, GENDER, BlockName
from fairtune.errors import BadParams

COLUMNS: Final = {BlockName.COUNTRY: COUNTRY, BlockName.GENDER: GENDER, BlockName.AGE_BAND: AGE}


def values(listeners: pd.DataFrame, block: BlockName, *, age_bands: Sequence[int]) -> pd.Series:
    """Give what is known of each listener, null where it isn't: (n_listeners,)."""
    known = listeners[COLUMNS[block]]
    return age_band(known, age_bands) if block is BlockName.AGE_BAND else known


def check(users: pd.DataFrame, blocks: Iterable[BlockName]) -> None:
    """Raise `BadParams` if one of `blocks` would hold what is known of nobody."""
    for block in blocks:
        if block in COLUMNS and users[COLUMNS[block]].isna().all():
            what = f"this data set tells nobody's {COLUMNS[block]}"
            raise BadParams(f"matrix.blocks: '{block}' is not possible, {what}")


def age_band(ages: pd.Series, bounds: Sequence[int]) -> pd.Series:
    """Give the band of each age, null where it is unknown; bounds: where the bands after the first begin."""
    edges = (-np.inf, *bounds, np.inf)
    names = [
        f"under {bounds[0]}",
        *(f"{a}-{b - 1}" for a, b in itertools.pairwise(bounds)),
        f"{bounds[-1]}+",
    ]
    return pd.cut(ages.astype("float64"), edges, right=False, labels=names)


def cells(known: pd.Series) -> csr_array:
    """Give listeners x values, in order of value, ones: a row has one cell, or none where null."""
    codes = known.astype("str").factorize(sort=True)[0]
    rows = np.flatnonzero(codes >= 0)
    ones = np.ones(len(rows), dtype=np.int64)
    return csr_array((ones, (rows, codes[rows])), shape=(len(codes), int(codes.max(initial=-1)) + 1))
