"""Two evaluations of the same listeners: how far figures moved, and how far chance moves them.

Both are resampled by the same draws of listeners, so that what makes one listener easier than another
cancels.

References
----------
Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13; for rankings Sakai, "Evaluating
evaluation metrics based on the bootstrap", SIGIR 2006.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fairtune.columns import USER
from fairtune.config.gate_limits import LISTENER_GROUPINGS
from fairtune.evaluation.comparison.key_metrics import ACCURACY, FULL_PREDICTOR
from fairtune.evaluation.gate.metrics_file import Path
from fairtune.metrics.bootstrap import Bootstrap, Floats, divided
from fairtune.metrics.fairness.pooling import pool
from fairtune.metrics.rmse import NOISE

BIAS = "bias"
RESAMPLES = 1000


@dataclass(frozen=True)
class Shift:
    """A figure of two evaluations, computed from the same listeners.

    Attributes
    ----------
    base
        The figure before.
    now
        The figure now.
    error
        Standard error of now less base, 0 and above.
    """

    base: float
    now: float
    error: float


def aligned(base: pd.DataFrame, now: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Sort two frames by listener.

    Parameters
    ----------
    base
        Frame of listeners.parquet, a row a listener.
    now
        The same of the other evaluation.

    Returns
    -------
    tuple[pd.DataFrame, pd.DataFrame] | None
        Both frames, row i the same listener in either; None if the listeners aren't the same.
    """
    first, second = (frame.sort_values(USER, ignore_index=True) for frame in (base, now))
    return (first, second) if first[USER].equals(second[USER]) else None


def shifts(base: pd.DataFrame, now: pd.DataFrame, *, scale: str, min_group: int) -> Mapping[Path, Shift]:
    """Compute the shift of every headline figure that both frames have columns for.

    Parameters
    ----------
    base
        Frame of listeners.parquet, a row a listener, as `aligned` returns it.
    now
        The same of the other evaluation.
    scale
        Scale of the RMSE, part of its path: "log_plays" or "preference".
    min_group
        `evaluate.min_group`, as when they were evaluated.

    Returns
    -------
    Mapping[Path, Shift]
        The shift by path in metrics.json; a figure that is undefined in either frame is left out.
    """
    one, other = (dict(_columns(frame, scale, min_group)) for frame in (base, now))
    bootstrap = Bootstrap(n_listeners=len(base), resamples=RESAMPLES, seed=0)
    figures = {
        path: (_at(one[path], bootstrap), _at(other[path], bootstrap)) for path in one if path in other
    }
    return {path: shift for path, (was, is_) in figures.items() if (shift := _shift(was, is_))}


@dataclass(frozen=True)
class _Sums:
    """Columns (n_listeners, m) whose sums make a figure, and how: `measure` takes sums (rows, m)."""

    columns: Floats
    measure: Callable[[Floats], Floats]


def _columns(frame: pd.DataFrame, scale: str, min_group: int) -> Iterator[tuple[Path, _Sums]]:
    for figure in ACCURACY:
        if f"als_{figure}" in frame:
            values = frame[f"als_{figure}"].to_numpy(np.float64)
            yield ("ranking", "als", figure), _Sums(_counted(values), _mean)
    errors = [f"squared_error_{rung}" for rung in (FULL_PREDICTOR, BIAS)]
    if {"predicted_pairs", *errors} <= set(frame.columns):
        sums = frame[["predicted_pairs", *errors]].to_numpy(np.float64)
        yield ("rmse", scale, FULL_PREDICTOR), _Sums(sums, _rmse)
        yield ("rmse", "skill"), _Sums(sums, _skill)
    for grouping in LISTENER_GROUPINGS:
        if grouping in frame and "als_recall@10" in frame:
            yield (
                ("fairness", "listeners", grouping, "eo@10", "ratio"),
                _Sums(_by_group(frame, grouping, min_group), _ratio),
            )


def _counted(values: Floats) -> Floats:
    """Return (n, 2): the value, and whether there is one."""
    defined = ~np.isnan(values)
    return np.column_stack([np.where(defined, values, 0.0), defined])


def _by_group(frame: pd.DataFrame, grouping: str, min_group: int) -> Floats:
    """Return (n, 2 g): recall in each compared group, and whether there is one; pooled as when evaluated."""
    codes, names = frame[grouping].factorize(sort=True)
    sizes = np.bincount(codes, minlength=len(names)).astype(np.float64)
    pooling = pool([str(name) for name in names], sizes, min_group)
    group = pooling.merge[codes][:, pooling.compared]
    recall, defined = _counted(frame["als_recall@10"].to_numpy(np.float64)).T
    return np.hstack([recall[:, None] * group, defined[:, None] * group])


def _mean(sums: Floats) -> Floats:
    return divided(sums[:, 0], sums[:, 1])


def _rmse(sums: Floats) -> Floats:
    return np.sqrt(divided(sums[:, 1], sums[:, 0]))


def _skill(sums: Floats) -> Floats:
    erring = sums[:, 2] > NOISE**2 * sums[:, 0]  # of pairs whose plays are in logarithms, or 0 and 1
    return np.asarray(1 - np.sqrt(divided(sums[:, 1], np.where(erring, sums[:, 2], 0.0))))


def _ratio(sums: Floats) -> Floats:
    """Lowest rate over highest; NaN with fewer than two rates."""
    groups = sums.shape[1] // 2
    rates = divided(sums[:, :groups], sums[:, groups:])
    defined = np.isfinite(rates)
    lowest = np.where(defined, rates, np.inf).min(axis=1, initial=np.inf)
    highest = np.where(defined, rates, 0.0).max(axis=1, initial=0.0)
    return np.where(defined.sum(axis=1) > 1, divided(lowest, highest), np.nan)


def _at(sums: _Sums, bootstrap: Bootstrap) -> Floats:
    """Return a figure of everybody (first) and of each resample: (1 + resamples,)."""
    return sums.measure(np.vstack([sums.columns.sum(axis=0), bootstrap.sums(sums.columns)]))


def _shift(base: Floats, now: Floats) -> Shift | None:
    change = (now - base)[1:]
    change = change[np.isfinite(change)]
    if not (np.isfinite(base[0]) and np.isfinite(now[0]) and len(change)):
        return None
    return Shift(float(base[0]), float(now[0]), float(np.std(change)))
