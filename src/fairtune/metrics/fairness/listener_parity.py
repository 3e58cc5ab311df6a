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


@dataclass(frozen=True)
class Grouped:
    """Means of figures over the listeners of each group.

    names: of the figures. means: (groups, figures); resampled: (resamples, groups, figures); NaN: nobody.
    counted: (groups, figures), listeners whose figure counts. unknown: share of listeners without a label.
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

    figures_of: arrays (n,), NaN: the listener has none and is left out. labels: (n,), the group of each
    listener; null is `unknown`. Groups of fewer than `min_group` listeners are pooled.
    """
    codes, found = pd.Series(np.asarray(labels, dtype=object)).fillna(UNKNOWN).factorize(sort=True)
    sizes = np.bincount(codes, minlength=len(found)).astype(np.float64)
    pooling = pool([str(name) for name in found], sizes, min_group)
    group = pooling.merge.argmax(axis=1)[codes] if len(codes) else codes
    columns = np.column_stack([np.empty((len(codes), 0)), *figures_of.values()])
    nameless = sizes[[name == UNKNOWN for name in found]].sum()
    return Grouped(
        tuple(figures_of),
        pooling,
        *bootstrap.means_by_group(columns, group, len(pooling.names)),
        unknown=float(nameless / max(len(codes), 1)),
    )


def compare(of: Grouped, names: Mapping[str, str]) -> dict[str, Json]:
    """Give {name: {difference, ratio, groups: {label: {rate, n}}}} as JSON.

    names: what a comparison is called -> the figure in `of` that it compares. n: listeners whose figure
    counts.
    """
    results: dict[str, Json] = {}
    for called, name in names.items():
        at = of.names.index(name)
        apart = spread(of.means[:, at], of.resampled[:, :, at], of.pooling.compared)
        rates = figures(of.means[:, at], of.resampled[:, :, at])
        groups = {
            label: {"rate": rates[g].to_json(), "n": int(of.counted[g, at])}
            for g, label in enumerate(of.pooling.names)
        }
        shown = {measure: apart[measure] for measure in ("difference", "ratio")}
        results[called] = spread_to_json(shown) | {"groups": groups}
    return results


def tabulate(of: Grouped, names: Iterable[str]) -> dict[str, Json]:
    """Give {group: {figure: mean}} as JSON."""
    at = [of.names.index(name) for name in names]
    return {
        label: {
            of.names[place]: mean.to_json()
            for place, mean in zip(at, figures(of.means[g, at], of.resampled[:, g, at]), strict=True)
        }
        for g, label in enumerate(of.pooling.names)
    }


def own_region(
    recommended: Mapping[str, Floats],
    listening: Floats,
    labels: Labels,
    *,
    bootstrap: Bootstrap,
    min_group: int,
) -> Json:
    """Give {"<region>@<k>": {share_recommended, share_listening, ratio, n}}: what listeners get of their own.

    recommended: by "@<k>", share of the listener's own region in the list, (n,); NaN: no list, or the region
    is unknown. listening: the same in what the listener knows. Shares are means over the listeners of a
    region who have both; ratio: recommended over listening, 1: as much as they play, below 1: less; null if
    nobody plays any. Listeners whose region is unknown are left out.
    """
    results: Json = {}
    for at, values in recommended.items():
        both = np.where(np.isnan(values) | np.isnan(listening), np.nan, 1.0)
        columns = {"recommended": values * both, "listening": listening * both}
        of = grouped(columns, labels, bootstrap=bootstrap, min_group=min_group)
        ratios = divided(of.means[:, 0], of.means[:, 1])
        resampled = divided(of.resampled[:, :, 0], of.resampled[:, :, 1])
        for g, label in enumerate(of.pooling.names):
            if label == UNKNOWN:
                continue
            shown: dict[str, Figure] = {
                "share_recommended": figure(of.means[g, 0], of.resampled[:, g, 0]),
                "share_listening": figure(of.means[g, 1], of.resampled[:, g, 1]),
                "ratio": figure(ratios[g], resampled[:, g]),
            }
            results[f"{label}{at}"] = spread_to_json(shown) | {"n": int(of.counted[g, 0])}
    return results
