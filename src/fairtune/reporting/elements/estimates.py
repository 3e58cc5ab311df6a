"""Figures as `metrics.json` holds them, found by their path; what isn't there is None."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fairtune.columns import UNKNOWN
from fairtune.evaluation.gate.metrics_file import branch


@dataclass(frozen=True)
class Estimate:
    """A figure and its 95 % interval; the bounds are None where no interval was computed."""

    value: float
    low: float | None = None
    high: float | None = None

    def overlaps(self, other: "Estimate") -> bool:
        """Return whether the two intervals share a value; a missing interval overlaps everything."""
        if self.low is None or self.high is None or other.low is None or other.high is None:
            return True
        return self.low <= other.high and other.low <= self.high

    def scaled(self, factor: float) -> "Estimate":
        """Multiply figure and bounds, to change the unit."""
        return Estimate(
            self.value * factor,
            None if self.low is None else self.low * factor,
            None if self.high is None else self.high * factor,
        )


def estimate(tree: Any, *keys: str) -> Estimate | None:
    """Return the figure at `keys`, {"value", "low", "high"} or a number; None if missing or not computed."""
    node: Any = branch(tree, *keys[:-1]).get(keys[-1]) if keys else tree
    if isinstance(node, Mapping):
        value = node.get("value")
        if value is None:
            return None
        return Estimate(
            float(value), *(None if node.get(end) is None else float(node[end]) for end in ("low", "high"))
        )
    if isinstance(node, int | float) and not isinstance(node, bool):
        return Estimate(float(node))
    return None


@dataclass(frozen=True)
class Group:
    """A row of `groups` in `metrics.json`.

    Attributes
    ----------
    name
        Of the group.
    rate
        What it gets, with its interval.
    members
        Listeners or items of the group.
    compared
        Whether it counts in ratios and disparities.
    """

    name: str
    rate: Estimate
    members: float
    compared: bool


def groups(measure: Mapping[str, Any], *, min_group: int) -> tuple[Group, ...]:
    """Return the groups of a measure ("dp@10" of a grouping, say) that have a rate, in their own order."""
    rated = []
    for name, facts in branch(measure, "groups").items():
        rate = estimate(facts, "rate")
        if rate is not None:
            members = float(facts.get("n", 0))
            rated.append(Group(name, rate, members, compared=name != UNKNOWN and members >= min_group))
    return tuple(rated)


def extremes(rated: Iterable[Group]) -> tuple[Group, Group] | None:
    """Return the groups with the highest and the lowest rate among those compared; None if fewer than two."""
    known = [group for group in rated if group.compared]
    if len(known) < 2:  # noqa: PLR2004 - a comparison takes two
        return None
    return max(known, key=lambda group: group.rate.value), min(known, key=lambda group: group.rate.value)
