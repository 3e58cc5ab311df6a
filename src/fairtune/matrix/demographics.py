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
    """Return the attribute of each listener that a demographic block is made of.

    Parameters
    ----------
    listeners
        Frame with the columns country, gender and age.
    block
        Country, gender or age band.
    age_bands
        Ages at which bands after the first begin, ascending.

    Returns
    -------
    pd.Series
        Shape (n_listeners,), null where the attribute isn't known.
    """
    attribute = listeners[COLUMNS[block]]
    return age_band(attribute, age_bands) if block is BlockName.AGE_BAND else attribute


def check(users: pd.DataFrame, blocks: Iterable[BlockName]) -> None:
    """Check that every demographic block has something to hold.

    Parameters
    ----------
    users
        The canonical table of listeners.
    blocks
        Names of blocks; those that aren't demographic are not looked at.

    Raises
    ------
    BadParams
        The attribute of a block is known of nobody.
    """
    for block in blocks:
        if block in COLUMNS and users[COLUMNS[block]].isna().all():
            what = f"this data set tells nobody's {COLUMNS[block]}"
            raise BadParams(f"matrix.blocks: '{block}' is not possible, {what}")


def age_band(ages: pd.Series, bounds: Sequence[int]) -> pd.Series:
    """Name the band of each age.

    Parameters
    ----------
    ages
        In years, null where unknown.
    bounds
        Ages at which the bands after the first begin, ascending.

    Returns
    -------
    pd.Series
        Names such as "under 18", "18-24" and "50+", null where the age is unknown.
    """
    edges = (-np.inf, *bounds, np.inf)
    names = [
        f"under {bounds[0]}",
        *(f"{a}-{b - 1}" for a, b in itertools.pairwise(bounds)),
        f"{bounds[-1]}+",
    ]
    return pd.cut(ages.astype("float64"), edges, right=False, labels=names)


def cells(attribute: pd.Series) -> csr_array:
    """Encode an attribute as the cells of a block.

    Parameters
    ----------
    attribute
        Shape (n_listeners,), null where it isn't known.

    Returns
    -------
    csr_array
        Listeners x different values, in order of value, ones: a row has one cell, or none where null.
    """
    codes = attribute.astype("str").factorize(sort=True)[0]
    rows = np.flatnonzero(codes >= 0)
    ones = np.ones(len(rows), dtype=np.int64)
    return csr_array((ones, (rows, codes[rows])), shape=(len(codes), int(codes.max(initial=-1)) + 1))
