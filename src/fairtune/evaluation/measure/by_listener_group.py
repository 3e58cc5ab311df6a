"""How one model serves listener groups: comparisons, every figure by group, and their own region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fairtune.columns import REGION, UNKNOWN
from fairtune.config.params import Evaluate
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
    """by_group: {grouping: {group: {figure@k}}}. fairness: {grouping: {figure@k: ..., share_unknown}}."""

    by_group: dict[str, Json]
    fairness: dict[str, Json]


def served(
    figures: Mapping[str, Floats],
    region_shares: Mapping[str, Floats],
    labels: Mapping[str, Labels],
    params: Evaluate,
    bootstrap: Bootstrap,
) -> Served:
    """Average all figures of lists over the groups of every grouping, and compare groups by some of them."""
    ks = params.fairness_ks
    every = {name: values for name, values in figures.items() if int(name.partition("@")[2]) in ks}
    names = {f"{called}@{k}": f"{name}@{k}" for called, name in COMPARED.items() for k in ks}
    names |= {name: name for name in region_shares}
    by_group, fairness = {}, {}
    for grouping, of_listeners in labels.items():
        of = listener_parity.grouped(
            {**every, **region_shares}, of_listeners, bootstrap=bootstrap, min_group=params.min_group
        )
        by_group[grouping] = listener_parity.tabulate(of, every)
        fairness[grouping] = listener_parity.compare(of, names) | {
            "share_unknown": Figure.exact(of.unknown).to_json()
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
    """Tell how much of their own region's music listeners get, against how much they play.

    regions: (n,), of the listeners, named as those of the artists. A region that no artist is from has a
    share of 0.
    """
    names = held.groupings[REGION].names
    heard = sparse_pairs.ones(held.known) @ held.groupings[REGION].membership
    total = heard.sum(axis=1, keepdims=True)
    listening = heard / np.where(total > 0, total, np.nan)
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
