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

from fairtune.metrics.rounding import significant

Floats = NDArray[np.float64]
PERCENTILES = (2.5, 97.5)
CELLS_PER_CHUNK = 2**22
CELLS_AT_HAND = 2**24
"""Draws kept as floating point numbers, 128 MB; more are converted chunk by chunk for every sum."""


@dataclass(frozen=True)
class Figure:
    """A number with its 95 % interval; all None where it can't be computed (0/0, nobody to look at).

    Attributes
    ----------
    value
        The number itself, from all listeners.
    low
        Lower end of the interval, never above the value.
    high
        Upper end of the interval, never below the value.
    """

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def exact(cls, value: float) -> "Figure":
        """Return a figure that is no estimate, but a plain count or share: the interval is the value."""
        return cls(value, value, value)

    def to_json(self) -> dict[str, float | None]:
        """Round to significant digits: the rest differs between processors and says nothing."""
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        return {key: None if number is None else significant(number) for key, number in numbers.items()}


UNDEFINED = Figure(None, None, None)


def figure(value: float, resampled: Floats) -> Figure:
    """Combine a value and its resamples into a figure, by the 2.5th and 97.5th percentile.

    Parameters
    ----------
    value
        From all listeners; a NaN or infinite one is `UNDEFINED`.
    resampled
        Shape (resamples,); resamples that are not finite (none of the listeners drawn is in the group) are
        left out. Without any resample the interval is the value.

    Returns
    -------
    Figure
        The interval is widened to hold the value, which percentiles of spreads and extremes (biased upwards)
        may miss.
    """
    finite = resampled[np.isfinite(resampled)]
    if np.isfinite(value) and not len(resampled):
        return Figure.exact(float(value))  # nobody asked for an interval
    if not np.isfinite(value) or not len(finite):
        return UNDEFINED
    low, high = percentiles(finite)
    return Figure(float(value), float(min(low, value)), float(max(high, value)))


def figures(values: Floats, resampled: Floats) -> list[Figure]:
    """Combine each of `values` (m,) with its column of `resampled` (resamples, m), as `figure` does."""
    columns = np.ascontiguousarray(resampled.T)
    whole = np.isfinite(values) & np.isfinite(columns).all(axis=1)
    if not len(resampled) or not whole.any():
        return [figure(value, column) for value, column in zip(values, columns, strict=True)]
    low, high = np.full((2, len(values)), np.nan)
    low[whole], high[whole] = percentiles(columns[whole])
    return [
        Figure(float(value), float(min(low[i], value)), float(max(high[i], value)))
        if whole[i]
        else figure(value, columns[i])
        for i, value in enumerate(values)
    ]


def percentiles(resampled: Floats, at: tuple[float, ...] = PERCENTILES) -> Floats:
    """Interpolate percentiles along the last axis.

    Those of numpy, by one sort: numpy's own take several times as long for a thousand numbers.

    Parameters
    ----------
    resampled
        Shape (..., resamples), finite.
    at
        Percentiles to compute, 0..100.

    Returns
    -------
    Floats
        Shape (len(at), ...).
    """
    ordered = np.sort(resampled, axis=-1)
    place = np.array(at) / 100 * (ordered.shape[-1] - 1)
    below = np.floor(place).astype(np.intp)
    above = np.minimum(below + 1, ordered.shape[-1] - 1)
    parts = zip(below, above, place - below, strict=True)
    return np.array([ordered[..., a] + (ordered[..., b] - ordered[..., a]) * part for a, b, part in parts])


def divided(numerator: Floats, denominator: Floats | float) -> Floats:
    """Divide; 0/0 and x/0 are NaN, which `figure` turns into `UNDEFINED`."""
    safe = np.where(denominator == 0, np.nan, denominator)
    return np.asarray(numerator / safe)


@dataclass(frozen=True)
class Bootstrap:
    """The resamples of `n_listeners` rows; the same arguments give the same resamples.

    Attributes
    ----------
    n_listeners
        Rows to draw from, and rows drawn for each resample.
    resamples
        How many; with 0 every figure is a point estimate, its interval the value: quick, for a search.
    seed
        Of the draws.
    """

    n_listeners: int
    resamples: int
    seed: int

    @cached_property
    def draws(self) -> NDArray[np.uint8]:
        """Draws of each listener in each resample, (resamples, n_listeners): never near 255."""
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
        """Sum columns over the listeners of each resample.

        Parameters
        ----------
        columns
            Shape (n_listeners, m).

        Returns
        -------
        Floats
            Shape (resamples, m).
        """
        return self.sums_by_group(columns, np.zeros(len(columns), dtype=np.intp), 1)[:, 0]

    def sums_by_group(self, columns: Floats, groups: NDArray[np.intp], n_groups: int) -> Floats:
        """Sum columns over the listeners of each resample, for each group of listeners by itself.

        All groups together cost as much as one sum.

        Parameters
        ----------
        columns
            Shape (n_listeners, m).
        groups
            Shape (n_listeners,), 0..n_groups - 1.
        n_groups
            Number of groups.

        Returns
        -------
        Floats
            Shape (resamples, n_groups, m).

        Raises
        ------
        ValueError
            The columns have another number of rows.
        """
        if len(columns) != self.n_listeners:
            raise ValueError(f"{len(columns)} rows, but {self.n_listeners} listeners are resampled")
        sums = np.empty((self.resamples, n_groups, columns.shape[1]))
        step = max(1, CELLS_PER_CHUNK // max(1, self.n_listeners))
        draws = self.draws if self._at_hand is None else self._at_hand
        for group in range(n_groups):
            members = slice(None) if n_groups == 1 else np.flatnonzero(groups == group)
            inside = columns[members]
            for start in range(0, self.resamples, step):
                drawn = draws[start : start + step, members]
                sums[start : start + step, group] = drawn.astype(np.float64, copy=False) @ inside
        return sums

    @cached_property
    def _at_hand(self) -> Floats | None:
        return self.draws.astype(np.float64) if self.draws.size <= CELLS_AT_HAND else None

    def ratios(self, numerators: Floats, denominators: Floats) -> tuple[Floats, Floats]:
        """Divide sums over listeners by one another; 0/0 is NaN.

        Parameters
        ----------
        numerators
            Shape (n_listeners, g).
        denominators
            Shape (n_listeners, g).

        Returns
        -------
        tuple[Floats, Floats]
            The ratios, shape (g,), and the resampled ones, shape (resamples, g).
        """
        groups = numerators.shape[1]
        columns = np.hstack([numerators, denominators])
        total, resampled = columns.sum(axis=0), self.sums(columns)
        values = divided(total[:groups], total[groups:])
        return values, divided(resampled[:, :groups], resampled[:, groups:])

    def means(self, values: Mapping[str, Floats]) -> dict[str, Figure]:
        """Average arrays (n_listeners,) over listeners, each by its name, NaN left out."""
        if not values:
            return {}
        everybody = np.zeros(self.n_listeners, dtype=np.intp)
        mean, resampled, _ = self.means_by_group(np.column_stack(list(values.values())), everybody, 1)
        return dict(zip(values, figures(mean[0], resampled[:, 0]), strict=True))

    def means_by_group(
        self, columns: Floats, groups: NDArray[np.intp], n_groups: int
    ) -> tuple[Floats, Floats, Floats]:
        """Average columns over the listeners of each group, NaN left out.

        Parameters
        ----------
        columns
            Shape (n_listeners, m).
        groups
            Shape (n_listeners,), 0..n_groups - 1.
        n_groups
            Number of groups.

        Returns
        -------
        tuple[Floats, Floats, Floats]
            The means (n_groups, m), the resampled ones (resamples, n_groups, m), and how many listeners count
            (n_groups, m). A mean over nobody is NaN.
        """
        missing = np.isnan(columns)
        patterns, pattern_of = _distinct(missing)  # figures that miss the same listeners share their counts
        stacked = np.hstack([np.where(missing, 0.0, columns), ~patterns])
        total = np.array([stacked[groups == group].sum(axis=0) for group in range(n_groups)])
        total = total.reshape(n_groups, stacked.shape[1])
        resampled = self.sums_by_group(stacked, groups, n_groups)
        m = columns.shape[1]
        counted = total[:, m:][:, pattern_of]
        return (
            divided(total[:, :m], counted),
            divided(resampled[..., :m], resampled[..., m:][..., pattern_of]),
            counted,
        )

    def mean(self, values: Floats) -> Figure:
        """Average one array (n_listeners,) over listeners, NaN left out."""
        return self.means({"mean": values})["mean"]


def _distinct(missing: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Find the different columns of (n, m), and for each of the m which of them it is."""
    first: dict[bytes, int] = {}
    place = [first.setdefault(column.tobytes(), len(first)) for column in missing.T]
    which = np.array(place, dtype=np.intp)
    kept = np.unique(which, return_index=True)[1]
    return missing[:, kept], which
