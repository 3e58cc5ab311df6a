"""Demographic parity and equal opportunity: between provider groups, and between listener groups.

Providers, g a group of items, sums over listeners u (Zhu, Wang, Caverlee, SIGIR 2020):

dp@k rate  P(R|g)     = sum_u |top_k(u) in g| / sum_u |unheard(u) in g|  chance of an unheard item
eo@k rate  P(R|g,y=1) = sum_u |hits(u) in g| / sum_u |truth(u) in g|     chance of an item that will be played

Listeners, g a group of listeners: the rate is the mean of a per-listener figure: recall (eo), nDCG (dp_ndcg),
or the share of the long tail (dp_tail) and of each artist region (dp_region) in the list.

On listener-item pairs with whole memberships the two are fairlearn's selection rate and true positive rate by
group.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.columns import UNKNOWN
from fairtune.metrics import catalogue, pairs
from fairtune.metrics.bootstrap import Bootstrap, Figure, Floats, divided, figure
from fairtune.metrics.grouping import pool
from fairtune.metrics.ranking import Lists
from fairtune.metrics.spread import spread

Json = dict[str, Any]


def providers(
    lists: Lists,
    truth: csr_array,
    known: csr_array,
    *,
    names: Sequence[str],
    membership: NDArray[np.float64] | csr_array,
    ks: Sequence[int],
    bootstrap: Bootstrap,
    min_group: int,
) -> dict[str, Json]:
    """Give {"dp@10": {difference, ratio, disparity, groups: {name: {rate, share_..., n}}}, "eo@10": ...},
    figures as JSON.

    lists (n, k), truth and known (n x n_items): the same listeners, row by row; known is what the lists were
    masked with.
    names, membership: groups of items, (n_items, len(names)), rows sum to 1. A group is small if its shares
    sum to less than `min_group` items. A rate that is 0/0 is null.

    n: (effective) items of the group. share_catalogue: of the items. share_listening: of the known pairs, one
    listener and one item each. share_recommended: of the places of all lists.
    """
    given = np.asarray(membership.sum(axis=0), dtype=np.float64).ravel()
    pooling = pool(names, given, min_group)
    member = np.asarray(membership @ pooling.merge)
    size, g = given @ pooling.merge, len(pooling.names)

    wanted, heard = pairs.ones(truth), pairs.ones(known) @ member
    unheard_items = np.round(size - heard, 9)  # shares that cancel leave 1e-16 behind: nothing, not a chance
    columns = [heard, unheard_items, wanted @ member]
    for k in ks:
        listed = pairs.listed(lists[:, :k], len(member))
        columns += [listed @ member, listed.multiply(wanted) @ member]
    stacked = np.hstack(columns)
    total, resampled = stacked.sum(axis=0, keepdims=True), bootstrap.sums(stacked)
    all_sums = np.vstack([total, resampled]).reshape(len(resampled) + 1, len(columns), g)
    listening, unheard, played, *by_k = all_sums.transpose(1, 0, 2)

    shown = {
        "share_catalogue": [Figure.exact(float(share)) for share in divided(size, size.sum())],
        "share_listening": _figures(_shares(listening)),
    }
    results: dict[str, Json] = {}
    for k, recommended, hits in zip(ks, by_k[::2], by_k[1::2], strict=True):
        by_group = shown | {"share_recommended": _figures(_shares(recommended))}
        for name, rates in (("dp", divided(recommended, unheard)), ("eo", divided(hits, played))):
            results[f"{name}@{k}"] = _compared(pooling.names, size, rates, pooling.compared, by_group)
    return results


def listener_figures(
    accuracy: Mapping[str, Floats],
    lists: Lists,
    *,
    regions: tuple[Sequence[str], NDArray[np.float64]],
    tail: NDArray[np.float64],
    ks: Sequence[int],
) -> dict[str, Floats]:
    """Name what `listeners` compares: "eo@k", "dp_ndcg@k", "dp_tail@k" and "dp_region.<region>@k", arrays
    (n,).

    accuracy: of `accuracy.per_listener`. regions: names and membership (n_items, names). tail: (n_items,), 1
    in the long tail.
    """
    names, membership = regions
    figures: dict[str, Floats] = {}
    for k in ks:
        share = catalogue.shares(lists, np.column_stack([tail, membership]), k)
        figures[f"eo@{k}"] = accuracy[f"recall@{k}"]
        figures[f"dp_ndcg@{k}"] = accuracy[f"ndcg@{k}"]
        figures[f"dp_tail@{k}"] = share[:, 0]
        figures |= {f"dp_region.{name}@{k}": share[:, place] for place, name in enumerate(names, start=1)}
    return figures


def listeners(
    figures: Mapping[str, Floats],
    labels: Sequence[str] | NDArray[Any],
    *,
    bootstrap: Bootstrap,
    min_group: int,
) -> dict[str, Json]:
    """Give {name: {difference, ratio, groups: {label: {rate, n}}}} for every per-listener figure, as JSON.

    figures: arrays (n,), NaN: the listener has none and is left out. labels: (n,), the group of each
    listener; null is `unknown`. Groups of fewer than `min_group` listeners are pooled. n: listeners whose
    figure counts.
    """
    codes, found = pd.Series(np.asarray(labels, dtype=object)).fillna(UNKNOWN).factorize(sort=True)
    sizes = np.bincount(codes, minlength=len(found)).astype(np.float64)
    pooling = pool([str(name) for name in found], sizes, min_group)
    group = pooling.merge[codes]  # (n, groups), one 1 in each row
    results: dict[str, Json] = {}
    for name, values in figures.items():
        counted = (~np.isnan(values)).astype(np.float64)[:, None] * group
        value, resampled = bootstrap.ratios(np.nan_to_num(values)[:, None] * group, counted)
        rates = np.vstack([value, resampled])
        result = _compared(pooling.names, counted.sum(axis=0), rates, pooling.compared, {})
        del result["disparity"]
        results[name] = result
    return results


def _shares(sums: Floats) -> Floats:
    return divided(sums, sums.sum(axis=1, keepdims=True))


def _figures(values: Floats) -> list[Figure]:
    """Give a figure for each column: row 0 is the value, the others its resamples."""
    return [figure(column[0], column[1:]) for column in values.T]


def _compared(
    names: Sequence[str],
    sizes: Floats,
    rates: Floats,
    compared: NDArray[np.bool_],
    by_group: Mapping[str, Sequence[Figure]],
) -> Json:
    """Put together one block of metrics.json; rates (1 + resamples, g): row 0 is the value."""
    shown = {"rate": _figures(rates), **by_group}
    groups = {
        name: {key: figures[i].to_json() for key, figures in shown.items()} | {"n": _number(sizes[i])}
        for i, name in enumerate(names)
    }
    apart = spread(rates[0], rates[1:], compared)
    return {name: number.to_json() for name, number in apart.items()} | {"groups": groups}


def _number(size: float) -> float:
    return int(size) if float(size).is_integer() else float(f"{size:.6g}")
