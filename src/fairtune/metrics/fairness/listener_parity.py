"""Demographic parity and equal opportunity between listener groups, and every figure by group.

g: a group of listeners; its rate is the mean of a per-listener figure: recall (eo), nDCG (dp_ndcg), or the
share of the long tail (dp_tail) and of each artist region (dp_region) in the list. Means by group are those
of fairlearn's MetricFrame.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairtune.columns import UNKNOWN
from fairtune.metrics.bootstrap import Bootstrap, Figure, Floats, divided, figure, figures
from fairtune.metrics.fairness.disparity import spread, spread_to_json
from fairtune.metrics.fairness.pooling import Pooling, pool

Json = dict[str, Any]
Labels = Sequence[str] | NDArray[Any]
DP_REGION = "dp_region."
FEWEST = 2
"""Listeners of a mean that has an interval: nothing says how one varies."""


@dataclass(frozen=True)
class Grouped:
    """Means of figures over the listeners of each group.

    Attributes
    ----------
    names
        Of the figures.
    pooling
        Which groups there are, and which are compared.
    means
        Shape (groups, figures); NaN: nobody.
    resampled
        Shape (resamples, groups, figures); NaN: nobody.
    counted
        Shape (groups, figures), listeners whose figure counts.
    unknown
        Share of listeners without a label, 0..1.
    """

    names: Sequence[str]
    pooling: Pooling
    means: Floats
    resampled: Floats
    counted: Floats
    unknown: float


def grouped(
    figures_of: Mapping[str, Floats], labels: Labels, *, bootstrap: Bootstrap, min_group: int
) -> Grouped:
    """Average every figure over each group.

    Parameters
    ----------
    figures_of
        By name, shape (n,); NaN: the listener has none and is left out.
    labels
        Shape (n,), the group of each listener; null is `unknown`.
    bootstrap
        Resamples of the n listeners.
    min_group
        Groups of fewer listeners are pooled.

    Returns
    -------
    Grouped
        Means of all figures.
    """
    codes, given = pd.Series(np.asarray(labels, dtype=object)).fillna(UNKNOWN).factorize(sort=True)
    sizes = np.bincount(codes, minlength=len(given)).astype(np.float64)
    pooling = pool([str(name) for name in given], sizes, min_group)
    group = pooling.merge.argmax(axis=1)[codes] if len(codes) else codes
    columns = np.column_stack([np.empty((len(codes), 0)), *figures_of.values()])
    nameless = sizes[[name == UNKNOWN for name in given]].sum()
    return Grouped(
        tuple(figures_of),
        pooling,
        *bootstrap.means_by_group(columns, group, len(pooling.names)),
        unknown=float(nameless / max(len(codes), 1)),
    )


def compare(by_group: Grouped, names: Mapping[str, str]) -> dict[str, Json]:
    """Compare the groups by some of the figures.

    Parameters
    ----------
    by_group
        Means of figures by group.
    names
        What a comparison is called -> the figure in `by_group` that it compares.

    Returns
    -------
    dict[str, Json]
        By comparison: {difference, ratio, groups: {label: {rate, n}}} as JSON; n: listeners whose figure
        counts.
    """
    results: dict[str, Json] = {}
    for called, name in names.items():
        at = by_group.names.index(name)
        apart = spread(by_group.means[:, at], by_group.resampled[:, :, at], by_group.pooling.compared)
        rates = figures(by_group.means[:, at], by_group.resampled[:, :, at])
        counted = by_group.counted[:, at]
        groups = {
            label: {"rate": _of_several(rates[g], counted[g]).to_json(), "n": int(counted[g])}
            for g, label in enumerate(by_group.pooling.names)
        }
        fewest = counted[by_group.pooling.compared].min(initial=FEWEST)
        shown = {measure: _of_several(apart[measure], fewest) for measure in ("difference", "ratio")}
        results[called] = spread_to_json(shown) | {"groups": groups}
    return results


def _of_several(figure: Figure, listeners: float) -> Figure:
    """Take the interval from what hangs on one listener: it would have no width, and mean nothing."""
    return Figure(figure.value, None, None) if listeners < FEWEST else figure


def tabulate(by_group: Grouped, names: Iterable[str]) -> dict[str, Json]:
    """Return the means as JSON.

    Parameters
    ----------
    by_group
        Means of figures by group.
    names
        Of the figures that are wanted.

    Returns
    -------
    dict[str, Json]
        {group: {figure: mean}}.
    """
    at = [by_group.names.index(name) for name in names]
    return {
        label: {
            by_group.names[place]: _of_several(mean, by_group.counted[g, place]).to_json()
            for place, mean in zip(
                at, figures(by_group.means[g, at], by_group.resampled[:, g, at]), strict=True
            )
        }
        for g, label in enumerate(by_group.pooling.names)
    }


def own_region(
    recommended: Mapping[str, Floats],
    listening: Floats,
    labels: Labels,
    *,
    bootstrap: Bootstrap,
    min_group: int,
) -> Json:
    """Compare what listeners are recommended of their own region with what they play of it.

    Parameters
    ----------
    recommended
        By "@<k>", share of the listener's own region in the list, shape (n,); NaN: no list, or the region is
        unknown.
    listening
        The same share, shape (n,), in what the listener knows.
    labels
        Shape (n,), the region of each listener; those whose region is unknown are left out.
    bootstrap
        Resamples of the n listeners.
    min_group
        Regions of fewer listeners are pooled.

    Returns
    -------
    Json
        {"<region>@<k>": {share_recommended, share_listening, ratio, n}}. Shares are means over the listeners
        of a region who have both; ratio: recommended over listening, 1: as much as they play, below 1: less;
        null if nobody plays any.
    """
    results: Json = {}
    for at, values in recommended.items():
        has_both = np.where(np.isnan(values) | np.isnan(listening), np.nan, 1.0)
        columns = {"recommended": values * has_both, "listening": listening * has_both}
        by_group = grouped(columns, labels, bootstrap=bootstrap, min_group=min_group)
        ratios = divided(by_group.means[:, 0], by_group.means[:, 1])
        resampled = divided(by_group.resampled[:, :, 0], by_group.resampled[:, :, 1])
        for g, label in enumerate(by_group.pooling.names):
            if label == UNKNOWN:
                continue
            shown: dict[str, Figure] = {
                "share_recommended": figure(by_group.means[g, 0], by_group.resampled[:, g, 0]),
                "share_listening": figure(by_group.means[g, 1], by_group.resampled[:, g, 1]),
                "ratio": figure(ratios[g], resampled[:, g]),
            }
            results[f"{label}{at}"] = spread_to_json(shown) | {"n": int(by_group.counted[g, 0])}
    return results
