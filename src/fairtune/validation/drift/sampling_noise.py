"""How far two samples of the same listeners are apart by chance alone, measured on the data itself.

Formulas for it take every play for an independent draw; but listeners play what they play again and again,
and a single one may hold a thousandth of all plays. So the listeners are divided into halves at random, many
times over: what lies between two halves is chance, heavy listeners and all.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairtune.validation.drift.distances import Counts
from fairtune.validation.drift.measures import Measure, divergence

GROUPS: Final = 20
HALVINGS: Final = 200
LEVEL: Final = 0.99
"""Share of the halvings whose distance is at most what is called chance."""


def groups(units: int) -> NDArray[np.int64]:
    """Divide units (listeners, items) at random into `GROUPS` of equal size; always the same way.

    Parameters
    ----------
    units
        How many.

    Returns
    -------
    ndarray
        Group of each unit, 0 to `GROUPS` - 1, (units,).
    """
    return np.random.default_rng(units).permutation(units) % GROUPS


def expected(measure: Measure, table: Counts) -> float | None:
    """Estimate what chance adds to the divergence of a sample this large from another.

    Parameters
    ----------
    measure
        How columns are compared.
    table
        Counts by group and value, (GROUPS, n_values).

    Returns
    -------
    float or None
        0 or more; `LEVEL` of the halvings are within it. None if a group has nothing: too few to tell what
        is chance.

    Notes
    -----
    Chance adds about c / n to the divergence of a sample of n units, so that two halves are 4 c / n apart,
    and two samples the sum of what is returned for each.
    """
    if (table.sum(axis=1) <= 0).any():
        return None
    rng = np.random.default_rng(0)
    chosen = np.argsort(rng.random((HALVINGS, GROUPS)), axis=1) < GROUPS // 2
    halves = chosen.astype(np.float64) @ table
    others = table.sum(axis=0) - halves
    apart = [divergence(measure, one, other) for one, other in zip(halves, others, strict=True)]
    return float(np.quantile(apart, LEVEL)) / 4
