"""95 % intervals by resampling listeners (percentile bootstrap; Efron and Tibshirani 1993, chapter 13).

A resample draws as many listeners as there are, with replacement. It is kept as counts (how often each
listener was drawn), so that all resamples of all sums are one matrix product, and figures from one
`Bootstrap` are paired: same listeners drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PERCENTILES = (2.5, 97.5)
CELLS_PER_CHUNK = 2**22


@dataclass(frozen=True)
class Figure:
    """A number with its 95 % interval; all None where it can't be computed (0/0, nobody to look at)."""

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def exact(cls, value: float) -> "Figure":
        """Give a plain count or share of what is there, no estimate: the interval is the value."""
        return cls(value, value, value)

    def to_json(self) -> dict[str, float | None]:
        """Round to 6 significant digits: the rest differs between processors and says nothing."""
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        return {key: None if number is None else float(f"{number:.6g}") for key, number in numbers.items()}


UNDEFINED = Figure(None, None, None)


def figure(value: float, resampled: Floats) -> Figure:
    """Give `value` with the 2.5th and 97.5th percentile of `resampled` (resamples,).

    A NaN or infinite value is `UNDEFINED`; resamples that are not finite (none of the listeners drawn is in
    the group) are left out. The interval is widened to hold the value, which percentiles of spreads and
    extremes (biased upwards) may miss.
    """
    finite = resampled[np.isfinite(resampled)]
    if np.isfinite(value) and not len(resampled):
        return Figure.exact(float(value))  # nobody asked for an interval
    if not np.isfinite(value) or not len(finite):
        return UNDEFINED
    low, high = np.percentile(finite, PERCENTILES)
    return Figure(float(value), float(min(low, value)), float(max(high, value)))


def divided(numerator: Floats, denominator: Floats) -> Floats:
    """Divide; 0/0 and x/0 are NaN, which `figure` turns into `UNDEFINED`."""
    safe = np.where(denominator == 0, np.nan, denominator)
    return np.asarray(numerator / safe)


@dataclass(frozen=True)
class Bootstrap:
    """The resamples of `n_listeners` rows; the same arguments give the same resamples.

    With 0 resamples every figure is a point estimate, its interval the value: quick, for a search.
    """

    n_listeners: int
    resamples: int
    seed: int

    @cached_property
    def draws(self) -> NDArray[np.uint8]:
        """How often each listener is in each resample, (resamples, n_listeners): never near 255 times."""
        n = self.n_listeners
        rng = np.random.default_rng(self.seed)
        draws = np.zeros((self.resamples, n), dtype=np.uint8)
        step = max(1, CELLS_PER_CHUNK // max(1, n))
        for start in range(0, self.resamples if n else 0, step):
            part = draws[start : start + step]
            drawn = rng.integers(0, n, size=part.shape)
            drawn += np.arange(len(part))[:, None] * n
            part[:] = np.bincount(drawn.ravel(), minlength=part.size).reshape(part.shape)
        return draws

    def sums(self, columns: Floats) -> Floats:
        """Sum per-listener `columns` (n_listeners, m) over the listeners of each resample: (resamples, m)."""
        if len(columns) != self.n_listeners:
            raise ValueError(f"{len(columns)} rows, but {self.n_listeners} listeners are resampled")
        step = max(1, CELLS_PER_CHUNK // max(1, self.n_listeners))
        parts = (self.draws[start : start + step] for start in range(0, self.resamples, step))
        products = (part.astype(np.float64) @ columns for part in parts)
        return np.concatenate([np.empty((0, columns.shape[1])), *products])

    def ratios(self, numerators: Floats, denominators: Floats) -> tuple[Floats, Floats]:
        """Divide sums of (n_listeners, g) by one another: values (g,), resampled (resamples, g); 0/0: NaN."""
        groups = numerators.shape[1]
        columns = np.hstack([numerators, denominators])
        total, resampled = columns.sum(axis=0), self.sums(columns)
        values = divided(total[:groups], total[groups:])
        return values, divided(resampled[:, :groups], resampled[:, groups:])

    def means(self, values: Mapping[str, Floats]) -> dict[str, Figure]:
        """Average arrays (n_listeners,) over listeners, NaN left out."""
        if not values:
            return {}
        columns = np.column_stack(list(values.values()))
        counted = ~np.isnan(columns)
        mean, resampled = self.ratios(np.where(counted, columns, 0.0), counted.astype(np.float64))
        return {name: figure(mean[i], resampled[:, i]) for i, name in enumerate(values)}

    def mean(self, values: Floats) -> Figure:
        """Average one array (n_listeners,) over listeners, NaN left out."""
        return self.means({"mean": values})["mean"]
