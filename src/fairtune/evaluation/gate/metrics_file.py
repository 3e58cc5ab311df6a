"""Figures as they stand in metrics.json: {"value", "low", "high"}, in nested objects."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

Metrics = Mapping[str, Any]
Path = tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A figure of metrics.json.

    Attributes
    ----------
    value
        The figure itself.
    low
        Lower bound of its 95 % interval.
    high
        Upper bound of it.
    """

    value: float
    low: float
    high: float


def read(metrics: Metrics, path: Path) -> Reading | None:
    """Return the figure at `path`; None where it is missing, undefined (null) or no finite number."""
    node = at(metrics, path)
    if not isinstance(node, Mapping):
        return None
    value, low, high = (node.get(key) for key in ("value", "low", "high"))
    return Reading(value, low, high) if _finite(value) and _finite(low) and _finite(high) else None


def _finite(number: object) -> TypeGuard[float]:
    return isinstance(number, int | float) and math.isfinite(number)


def at(metrics: object, path: Sequence[str]) -> object:
    """Return what stands at `path`, None if nothing does."""
    node = metrics
    for step in path:
        node = node.get(step) if isinstance(node, Mapping) else None
    return node


def branch(tree: object, *keys: str) -> Metrics:
    """Return the mapping at `keys`, empty if there is none."""
    node = at(tree, keys)
    return node if isinstance(node, Mapping) else {}


def names(metrics: Metrics, path: Sequence[str]) -> tuple[str, ...]:
    """Return the names of what stands at `path`, sorted."""
    return tuple(sorted(branch(metrics, *path)))
