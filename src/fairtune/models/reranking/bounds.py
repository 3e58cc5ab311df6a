"""The bounds as numbers: how far lists are from keeping each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import UNKNOWN
from fairtune.config.gate_limits import Place
from fairtune.config.reranking_bounds import Constraints
from fairtune.errors import BadRequest
from fairtune.metrics.fairness.pooling import Pooling
from fairtune.metrics.fairness.provider_parity import Chances

Floats = NDArray[np.float64]
Measure = Literal["share", "dp", "eo"]
UNEQUAL = 1e9  # a disparity nobody has a rate for: as unfair as can be


@dataclass(frozen=True)
class Bound:
    """One bound on the groups `at` of what is counted, those of one grouping.

    group: the place of the group among them whose share of places is at least `limit`; None: the disparity of
    those `compared` is at most `limit`. chance: (g,), what places or hits are divided by.
    """

    measure: Measure
    grouping: str
    name: str | None
    limit: float
    at: slice
    group: int | None
    compared: NDArray[np.bool_]
    chance: Floats

    def value(self, places: Floats, hits: Floats) -> float:
        """Measure lists by the places and hits of every group, (g,) each of all groupings side by side."""
        counted = (hits if self.measure == "eo" else places)[self.at]
        if self.group is not None:
            return float(counted[self.group] / max(counted.sum(), 1.0))
        there = self.compared & (self.chance > 0)
        rates = counted[there] / self.chance[there]
        return float(rates.std() / rates.mean()) if rates.any() else UNEQUAL

    def wanting(self, places: Floats, hits: Floats) -> Floats:
        """How much more each group would need for its share, or for the mean rate: (groups,).

        Relative to that share or rate; below 0: it has more than that.
        """
        counted = (hits if self.measure == "eo" else places)[self.at]
        if self.group is not None:
            wanting: Floats = np.zeros(len(counted))
            wanting[self.group] = 1 - self.value(places, hits) / self.limit
            return wanting
        there = self.compared & (self.chance > 0)
        rates = np.divide(counted, self.chance, out=np.zeros_like(counted), where=there)
        mean = rates[there].mean() or 1.0
        return np.asarray(np.where(there, 1 - rates / mean, 0.0))

    def slack(self, value: float) -> float:
        """How much is left, relative to the limit: 0 and above where the bound is kept."""
        return (value - self.limit if self.group is not None else self.limit - value) / self.limit

    def told(self) -> str:
        """Say what is asked for."""
        if self.measure == "share":
            return f"share of {self.grouping}.{self.name} at least {self.limit:g}"
        return f"{self.measure.upper()} disparity by {self.grouping} at most {self.limit:g}"


def bounds(constraints: Constraints, given: Chances) -> tuple[Bound, ...]:
    """Find the groups that are asked for; `BadRequest` if one isn't there, and which there are."""
    found = []
    for written, share in sorted(constraints.min_share.items()):
        place = Place.parse(written)
        pooling, at = given.pooled[place.grouping]
        group = _index(place, pooling.names)
        found.append(_bound("share", place.grouping, place.group, share, at, pooling, given, group))
    asked: Sequence[tuple[Measure, Mapping[str, float]]] = (
        ("dp", constraints.max_dp_disparity),
        ("eo", constraints.max_eo_disparity),
    )
    for measure, limits in asked:
        for grouping, limit in sorted(limits.items()):
            pooling, at = given.pooled[grouping]
            if pooling.compared.sum() < 2:  # noqa: PLR2004 - two groups make a comparison
                raise BadRequest(f"nothing to even out by {grouping}: fewer than two of its groups are known")
            found.append(_bound(measure, grouping, None, limit, at, pooling, given, None))
    return tuple(found)


def _bound(
    measure: Measure,
    grouping: str,
    name: str | None,
    limit: float,
    at: slice,
    pooling: Pooling,
    given: Chances,
    group: int | None,
) -> Bound:
    _, unheard, wanted = given.sums[0, :, at]
    chance = wanted if measure == "eo" else unheard
    return Bound(measure, grouping, name, limit, at, group, pooling.compared, chance)


def _index(place: Place, names: Sequence[str]) -> int:
    if place.group not in names:
        there = ", ".join(name for name in names if name != UNKNOWN)
        raise BadRequest(f"there is no group '{place.group}' by {place.grouping}; there are: {there}")
    return names.index(place.group)
