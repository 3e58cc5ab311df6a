"""Listener groups: who they are, how much they listen, and how popular what they listen to is."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairtune.columns import AGE, AGE_BANDS, COUNTRY, GENDER, OTHER, REGION, UNKNOWN, Part
from fairtune.errors import BadParams
from fairtune.matrix.demographics import age_band
from fairtune.matrix.matrix import Matrix

AGE_BAND: Final = "age_band"
ACTIVITY: Final = ("less active", "active", "most active")
MAINSTREAMNESS: Final = ("niche", "mixed", "mainstream")
Labels = NDArray[np.str_]


def label(matrix: Matrix, part: Part, *, age_bands: Sequence[int], countries: int) -> dict[str, Labels]:
    """Label every listener by region, country, gender, age band, activity and mainstreamness.

    Parameters
    ----------
    matrix
        Listeners and what they play.
    part
        Plays that activity and mainstreamness are measured by.
    age_bands
        Ages at which bands after the first begin, ascending.
    countries
        How many countries, those with most listeners, keep their name; the others are `other`.

    Returns
    -------
    dict[str, Labels]
        By grouping, labels of shape (n_listeners,). A grouping that is unknown for everybody is left out.

    Notes
    -----
    Activity: thirds of listeners by plays in `part`, or by items where plays aren't counted. Mainstreamness:
    thirds by `mainstreamness`.
    """
    people, plays = matrix.listeners, matrix.plays(part)
    amount = np.asarray(plays.sum(axis=1)) if matrix.counts else np.diff(plays.indptr)
    labels = {
        REGION: _labels(people[REGION]),
        COUNTRY: _labels(_largest(people[COUNTRY], countries)),
        GENDER: _labels(people[GENDER]),
        AGE_BAND: _labels(age_band(people[AGE], age_bands)),
        "activity": _thirds(amount.astype(np.float64), ACTIVITY),
        "mainstreamness": _thirds(mainstreamness(matrix, part), MAINSTREAMNESS),
    }
    return {name: values for name, values in labels.items() if (values != UNKNOWN).any()}


def codes(matrix: Matrix, grouping: str) -> NDArray[np.intp] | None:
    """Number the groups of listeners.

    Parameters
    ----------
    matrix
        Listeners by row.
    grouping
        region, country, gender, age_band, or listener: everybody is a group of their own.

    Returns
    -------
    NDArray[np.intp] | None
        Shape (n_listeners,), from 0, -1 for unknown; None for `listener`.

    Raises
    ------
    BadParams
        The group is unknown for everybody.
    """
    if grouping == "listener":
        return None
    people = matrix.listeners
    values = age_band(people[AGE], AGE_BANDS) if grouping == AGE_BAND else people[grouping]
    numbers = np.asarray(values.astype("str").factorize(sort=True)[0], dtype=np.intp)
    if (numbers < 0).all():
        raise BadParams(
            f"tune: listener_balance: '{grouping}' is not possible, nobody's {grouping.replace('_', ' ')} is "
            "known in this data set: use listener"
        )
    return numbers


def mainstreamness(matrix: Matrix, part: Part) -> NDArray[np.float64]:
    """Average the popularity of the items that each listener plays.

    Popularity is the share of listeners who play the item.

    Parameters
    ----------
    matrix
        Listeners x items.
    part
        Plays that count.

    Returns
    -------
    NDArray[np.float64]
        Shape (n_listeners,), 0..1; 1: only what everybody plays; NaN without plays.

    References
    ----------
    The average popularity of a profile, GAP_p, for one listener: Abdollahpouri, Mansoury, Burke and
    Mobasher, "The unfairness of popularity bias in recommendation", RMSE at RecSys 2019.
    """
    plays = matrix.plays(part)
    popularity = np.bincount(plays.indices, minlength=plays.shape[1]) / max(plays.shape[0], 1)
    size = np.diff(plays.indptr).astype(np.float64)
    size[size == 0] = np.nan
    row = np.repeat(np.arange(plays.shape[0]), np.diff(plays.indptr))
    return np.asarray(np.bincount(row, popularity[plays.indices], minlength=plays.shape[0]) / size)


def _labels(values: pd.Series) -> Labels:
    return np.asarray(values.astype("str").fillna(UNKNOWN), dtype=np.str_)


def _largest(values: pd.Series, largest: int) -> pd.Series:
    """Keep the most frequent values (alphabetically where they tie), the others become `other`."""
    counts = values.value_counts().rename_axis("value").reset_index(name="n")
    named = counts.sort_values(["n", "value"], ascending=[False, True])["value"].head(largest)
    return values.where(values.isin(named) | values.isna(), OTHER)


def _thirds(amount: NDArray[np.float64], names: Sequence[str]) -> Labels:
    """Name the third of listeners that each belongs to; equal amounts stay together, NaN is `unknown`."""
    known = np.isfinite(amount)
    if not known.any():
        return np.full(len(amount), UNKNOWN)
    bounds = np.quantile(amount[known], [1 / 3, 2 / 3])
    third = np.where(known, np.searchsorted(bounds, amount, side="left"), len(names))
    return np.asarray([*names, UNKNOWN])[third]
