"""How one model serves listener groups: comparisons, every figure by group, and their own region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fairtune.columns import REGION, UNKNOWN
from fairtune.config.sections import Evaluate
from fairtune.evaluation.measure.ground_truth import HeldOut
from fairtune.matrix.listener_groups import Labels
from fairtune.metrics import sparse_pairs
from fairtune.metrics.bootstrap import Bootstrap, Figure, Floats
from fairtune.metrics.fairness import listener_parity

Json = dict[str, Any]
COMPARED = {"eo": "recall", "dp_ndcg": "ndcg", "dp_tail": "tail_share"}
"""What groups are compared by -> the figure of a list that it is the mean of."""


@dataclass(frozen=True)
class Served:
    """How one model serves listener groups.

    Attributes
    ----------
    by_group
        {grouping: {group: {figure@k}}}.
    fairness
        {grouping: {figure@k: ..., share_unknown}}: how alike the groups of a grouping are served.
    """

    by_group: dict[str, Json]
    fairness: dict[str, Json]


def served(
    figures: Mapping[str, Floats],
    region_shares: Mapping[str, Floats],
    labels: Mapping[str, Labels],
    params: Evaluate,
    bootstrap: Bootstrap,
) -> Served:
    """Average all figures of lists over the groups of every grouping, and compare groups by some of them.

    Parameters
    ----------
    figures
        Of each listener's list, (n_listeners,) by "<figure>@k"; NaN where a listener has none.
    region_shares
        Share of each artist region in each list, (n_listeners,) by name, for groups to be compared by.
    labels
        By grouping, the group of each listener, (n_listeners,).
    params
        `evaluate` of params.yaml.
    bootstrap
        Of these listeners.

    Returns
    -------
    Served
        Averages and comparisons, at the lengths `params.fairness_ks`.
    """
    ks = params.fairness_ks
    every = {name: values for name, values in figures.items() if int(name.partition("@")[2]) in ks}
    names = {f"{criterion}@{k}": f"{name}@{k}" for criterion, name in COMPARED.items() for k in ks}
    names |= {name: name for name in region_shares}
    by_group, fairness = {}, {}
    for grouping, groups in labels.items():
        grouped = listener_parity.grouped(
            {**every, **region_shares}, groups, bootstrap=bootstrap, min_group=params.min_group
        )
        by_group[grouping] = listener_parity.tabulate(grouped, every)
        fairness[grouping] = listener_parity.compare(grouped, names) | {
            "share_unknown": Figure.exact(grouped.unknown).to_json()
        }
    return Served(by_group, fairness)


def own_region(
    region_shares: Mapping[str, Floats],
    held: HeldOut,
    regions: Labels,
    ks: Sequence[int],
    *,
    bootstrap: Bootstrap,
    min_group: int,
) -> Json:
    """Compare how much of their own region's music listeners get with how much of it they play.

    Parameters
    ----------
    region_shares
        Share of each artist region in each list, (n_listeners,) by "dp_region.<region>@k".
    held
        Of the block that is listed.
    regions
        The region of each listener, (n_listeners,), named as those of the artists. A region that no artist
        is from has a share of 0.
    ks
        Lengths of lists.
    bootstrap
        Of these listeners.
    min_group
        Regions of fewer listeners are pooled.

    Returns
    -------
    Json
        Both shares and their ratio by "<region>@<k>", region that of the listeners.
    """
    names = held.groupings[REGION].names
    played = sparse_pairs.ones(held.known) @ held.groupings[REGION].membership
    total = played.sum(axis=1, keepdims=True)
    listening = played / np.where(total > 0, total, np.nan)
    recommended = {
        f"@{k}": np.column_stack([region_shares[f"dp_region.{name}@{k}"] for name in names]) for k in ks
    }
    return listener_parity.own_region(
        {at: _own(shares, regions, names) for at, shares in recommended.items()},
        _own(listening, regions, names),
        regions,
        bootstrap=bootstrap,
        min_group=min_group,
    )


def _own(shares: Floats, regions: Labels, names: Sequence[str]) -> Floats:
    """Pick from (n, regions) the share of each listener's own region; NaN where that is unknown."""
    at = pd.Index(names).get_indexer(regions)
    inside = np.where(at < 0, 0.0 * shares[:, 0], shares[np.arange(len(shares)), at])
    return np.where(regions == UNKNOWN, np.nan, inside)
