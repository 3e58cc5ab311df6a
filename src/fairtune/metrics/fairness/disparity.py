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

    rates: (g,). resampled: (resamples, g). compared: (g,), groups that count. A NaN rate (0/0: the group had
    no chance) does not count either; with fewer than two rates there is nothing to compare, and every figure
    is `UNDEFINED`.

    difference  max - min, 0..1; 0: parity
    ratio       min / max, 0..1; 1: parity; undefined if every rate is 0
    disparity   standard deviation / mean, 0 and above; 0: parity. RSP or REO of Zhu, Wang, Caverlee (SIGIR
    2020), "Measuring and mitigating item under-recommendation bias in personalized ranking systems"

    Noise alone sets groups apart, in every resample once more, so percentiles of resampled spreads never
    reach parity. The end of the interval that faces it is therefore the spread less what noise makes of equal
    rates in 95 % of resamples (both are seminorms: by the triangle inequality the true spread is not less),
    or parity. The other end is a percentile.
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


def _not_below(of: Figure, of_noise: Floats) -> Figure:
    """Let the interval begin with the least spread that noise leaves possible, 0 at the least."""
    finite = of_noise[np.isfinite(of_noise)]
    if of.value is None or not len(finite):
        return of
    return replace(of, low=max(0.0, of.value - float(percentiles(finite, (CERTAINTY,))[0])))


def spread_to_json(apart: Mapping[str, Figure]) -> dict[str, Any]:
    """Give figures as metrics.json holds them."""
    return {name: number.to_json() for name, number in apart.items()}


def _measures(rates: Floats) -> dict[str, Floats]:
    """Measure each row of (rows, g), NaN rates left out; NaN where fewer than two are left."""
    there = np.isfinite(rates)
    count = there.sum(axis=1).astype(np.float64)
    enough = np.where(count >= 2, 1.0, np.nan)  # noqa: PLR2004 - two rates make a comparison
    highest = np.where(there, rates, 0.0).max(axis=1, initial=0.0)
    lowest = np.where(there, rates, np.inf).min(axis=1, initial=np.inf)
    lowest = np.where(np.isfinite(lowest), lowest, 0.0)
    mean = divided(np.where(there, rates, 0.0).sum(axis=1), count)
    squares = np.where(there, (rates - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return {
        "difference": (highest - lowest) * enough,
        "ratio": divided(lowest, highest) * enough,
        "disparity": divided(np.sqrt(divided(squares, count)), mean) * enough,
    }
