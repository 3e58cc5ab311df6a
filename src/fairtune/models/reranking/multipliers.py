"""Multipliers of groups, and the bonus of each column that follows from them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fairtune.matrix.provider_groups import ProviderGroups

Multipliers = Mapping[str, Mapping[str, float]]
"""Grouping -> group -> what its items gain, in units of score over the length of a listener's factors."""


def bonus(multipliers: Multipliers, groupings: Mapping[str, ProviderGroups]) -> NDArray[np.float32]:
    """Return what every column gains.

    An item that belongs to several groups in part gains their multipliers in the same proportion.

    Parameters
    ----------
    multipliers
        By grouping and group; groups without one gain nothing.
    groupings
        Groups of the columns.

    Returns
    -------
    NDArray
        Float32, (n_columns,), in units of score over the length of a listener's factors.
    """
    total = sum(
        groupings[grouping].membership @ [by_group.get(name, 0.0) for name in groupings[grouping].names]
        for grouping, by_group in multipliers.items()
    )
    return np.asarray(total, dtype=np.float32)
