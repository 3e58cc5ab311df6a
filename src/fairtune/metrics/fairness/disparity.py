"""How far the rates of groups lie apart: difference, ratio and disparity, with intervals."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairtune.metrics.bootstrap import UNDEFINED, Figure, Floats, divided, figure, percentiles

CERTAINTY = 95.0


def spread(rates: Floats, resampled: Floats, compared: NDArray[np.bool_]) -> dict[str, Figure]:
    """Compare the rates of groups.

    difference  max - min, 0..1; 0: parity
    ratio       min / max, 0..1; 1: parity; undefined if every rate is 0
    disparity   standard deviation / mean, 0 and above; 0: parity; RSP or REO of Zhu, Wang and Caverlee

    Parameters
    ----------
    rates
        Shape (g,). A NaN rate (0/0: the group had no chance) does not count.
    resampled
        Shape (resamples, g).
    compared
        Shape (g,), which groups count.

    Returns
    -------
    dict[str, Figure]
        The three measures by name; `UNDEFINED` with fewer than two rates, for there is nothing to compare.

    Notes
    -----
    Noise alone sets groups apart, in every resample once more, so percentiles of resampled spreads never
    reach parity. The end of the interval that faces it is therefore the spread less what noise makes of equal
    rates in 95 % of resamples (both are seminorms: by the triangle inequality the true spread is not less),
    or parity. The other end is a percentile.

    References
    ----------
    Zhu, Wang and Caverlee, "Measuring and mitigating item under-recommendation bias in personalized ranking
    systems", SIGIR 2020.
    """
    counted = compared & np.isfinite(rates)
    rates, resampled = rates[counted], resampled[:, counted]
    at, around = _measures(rates[None]), _measures(resampled)
    apart = {name: figure(at[name][0], around[name]) for name in at}
    if not len(resampled) or apart["difference"] == UNDEFINED:
        return apart
    noise = resampled - rates
    difference = _not_below(apart["difference"], np.ptp(noise, axis=1))
    disparity = _not_below(apart["disparity"], divided(noise.std(axis=1), np.array(rates.mean())))
    ratio = apart["ratio"]
    if ratio.value is not None and difference.low is not None:
        ratio = replace(ratio, high=max(ratio.value, 1 - difference.low / float(rates.max())))
    return {"difference": difference, "ratio": ratio, "disparity": disparity}


def _not_below(measure: Figure, noise: Floats) -> Figure:
    """Let the interval begin with the least spread that noise leaves possible, 0 at the least."""
    finite = noise[np.isfinite(noise)]
    if measure.value is None or not len(finite):
        return measure
    return replace(measure, low=max(0.0, measure.value - float(percentiles(finite, (CERTAINTY,))[0])))


def spread_to_json(apart: Mapping[str, Figure]) -> dict[str, Any]:
    """Return figures as metrics.json holds them."""
    return {name: number.to_json() for name, number in apart.items()}


def _measures(rates: Floats) -> dict[str, Floats]:
    """Measure each row of (rows, g), NaN rates left out; NaN where fewer than two are left."""
    finite_rates = np.isfinite(rates)
    count = finite_rates.sum(axis=1).astype(np.float64)
    enough = np.where(count >= 2, 1.0, np.nan)  # noqa: PLR2004 - two rates make a comparison
    highest = np.where(finite_rates, rates, 0.0).max(axis=1, initial=0.0)
    lowest = np.where(finite_rates, rates, np.inf).min(axis=1, initial=np.inf)
    lowest = np.where(np.isfinite(lowest), lowest, 0.0)
    mean = divided(np.where(finite_rates, rates, 0.0).sum(axis=1), count)
    squares = np.where(finite_rates, (rates - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return {
        "difference": (highest - lowest) * enough,
        "ratio": divided(lowest, highest) * enough,
        "disparity": divided(np.sqrt(divided(squares, count)), mean) * enough,
    }
