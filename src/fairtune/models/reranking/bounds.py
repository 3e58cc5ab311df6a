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
    """One bound on the groups of one grouping.

    Attributes
    ----------
    measure
        Share of places, or disparity of the rates of places (dp) or of hits (eo).
    grouping
        Whose groups they are.
    name
        Of the group that gets a share; None for a disparity.
    limit
        The least share, 0..1, or the highest disparity, above 0.
    at
        Where the groups stand among those of all groupings.
    group
        Place of the group among them whose share has a limit; None for a disparity.
    compared
        Groups whose rates the disparity compares, (g,).
    chance
        What places or hits are divided by to make rates, (g,).
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
        """Measure lists by what groups got.

        Parameters
        ----------
        places
            Of every group, those of all groupings side by side, (n_groups,).
        hits
            Likewise, (n_groups,).

        Returns
        -------
        float
            Share, 0..1, or disparity, 0 and above.
        """
        counted = (hits if self.measure == "eo" else places)[self.at]
        if self.group is not None:
            return float(counted[self.group] / max(counted.sum(), 1.0))
        defined = self.compared & (self.chance > 0)
        rates = counted[defined] / self.chance[defined]
        return float(rates.std() / rates.mean()) if rates.any() else UNEQUAL

    def deficit(self, places: Floats, hits: Floats) -> Floats:
        """Return how much more each group would need for its share, or for the mean rate.

        Parameters
        ----------
        places
            Of every group, those of all groupings side by side, (n_groups,).
        hits
            Likewise, (n_groups,).

        Returns
        -------
        Floats
            Of the groups of this grouping, (g,), relative to that share or rate; below 0: it has more.
        """
        counted = (hits if self.measure == "eo" else places)[self.at]
        if self.group is not None:
            deficit: Floats = np.zeros(len(counted))
            deficit[self.group] = 1 - self.value(places, hits) / self.limit
            return deficit
        defined = self.compared & (self.chance > 0)
        rates = np.divide(counted, self.chance, out=np.zeros_like(counted), where=defined)
        mean = rates[defined].mean() or 1.0
        return np.asarray(np.where(defined, 1 - rates / mean, 0.0))

    def slack(self, value: float) -> float:
        """Return how much is left, relative to the limit: 0 and above where the bound is kept."""
        return (value - self.limit if self.group is not None else self.limit - value) / self.limit

    def description(self) -> str:
        """Return what is asked for, in words."""
        if self.measure == "share":
            return f"share of {self.grouping}.{self.name} at least {self.limit:g}"
        return f"{self.measure.upper()} disparity by {self.grouping} at most {self.limit:g}"


def bounds(constraints: Constraints, given: Chances) -> tuple[Bound, ...]:
    """Turn constraints into bounds on groups.

    Parameters
    ----------
    constraints
        What is asked for.
    given
        What every group could get.

    Returns
    -------
    tuple
        Shares first, then disparities by places, then those by hits.

    Raises
    ------
    BadRequest
        A group isn't there (the message lists those that are), or a disparity would compare fewer than two.
    """
    wanted = []
    for written, share in sorted(constraints.min_share.items()):
        place = Place.parse(written)
        pooling, at = given.pooled[place.grouping]
        group = _index(place, pooling.names)
        wanted.append(_bound("share", place.grouping, place.group, share, at, pooling, given, group))
    disparities: Sequence[tuple[Measure, Mapping[str, float]]] = (
        ("dp", constraints.max_dp_disparity),
        ("eo", constraints.max_eo_disparity),
    )
    for measure, limits in disparities:
        for grouping, limit in sorted(limits.items()):
            pooling, at = given.pooled[grouping]
            if pooling.compared.sum() < 2:  # noqa: PLR2004 - two groups make a comparison
                raise BadRequest(f"nothing to even out by {grouping}: fewer than two of its groups are known")
            wanted.append(_bound(measure, grouping, None, limit, at, pooling, given, None))
    return tuple(wanted)


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
    _, not_played, truth = given.sums[0, :, at]
    chance = truth if measure == "eo" else not_played
    return Bound(measure, grouping, name, limit, at, group, pooling.compared, chance)


def _index(place: Place, names: Sequence[str]) -> int:
    if place.group not in names:
        choices = ", ".join(name for name in names if name != UNKNOWN)
        raise BadRequest(f"there is no group '{place.group}' by {place.grouping}; there are: {choices}")
    return names.index(place.group)
