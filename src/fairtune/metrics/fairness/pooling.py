"""Which groups are compared: small ones pooled, unknown and too small ones shown but left out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import OTHER, UNKNOWN


@dataclass(frozen=True)
class Pooling:
    """How groups become those that are shown.

    Attributes
    ----------
    names
        Shown groups: as given, then `other`, then `unknown`; groups without a member are left out.
    merge
        0/1 matrix (given groups, shown groups): `membership @ merge` pools the columns.
    compared
        For each shown group, whether it counts in differences, ratios and disparities.
    """

    names: tuple[str, ...]
    merge: NDArray[np.float64]
    compared: NDArray[np.bool_]


def pool(names: Sequence[str], sizes: NDArray[np.float64], min_group: int) -> Pooling:
    """Merge groups smaller than `min_group` into `other`.

    `unknown` is never pooled and never compared. `other` is compared if it reaches `min_group` together; if
    not, its rate is shown but is too noisy to judge by, just as each of its groups was.

    Parameters
    ----------
    names
        Of the groups.
    sizes
        Members of each group, shape (len(names),); with fractional membership the sum of the shares, the
        effective number of members.
    min_group
        Members that make a group large enough.

    Returns
    -------
    Pooling
        Groups that are shown, and which of them are compared.
    """
    target = [_target(name, size, min_group) for name, size in zip(names, sizes, strict=True)]
    last = {OTHER: 1, UNKNOWN: 2}
    shown = sorted(
        {name for name in target if name is not None},
        key=lambda name: (last.get(name, 0), _place(name, names)),
    )
    merge = np.array([[name == group for group in shown] for name in target], dtype=np.float64)
    merge = merge.reshape(len(names), len(shown))
    compared = np.array([name != UNKNOWN for name in shown], dtype=bool) & (sizes @ merge >= min_group)
    return Pooling(tuple(shown), merge, compared)


def _target(name: str, size: float, min_group: int) -> str | None:
    if size <= 0:
        return None
    return name if name == UNKNOWN or size >= min_group else OTHER


def _place(name: str, names: Sequence[str]) -> int:
    return list(names).index(name) if name in names else len(names)
