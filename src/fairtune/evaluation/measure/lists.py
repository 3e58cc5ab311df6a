"""The figures of one model's lists: of each listener, and of all together."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_array, diags_array

from fairtune.columns import REGION
from fairtune.evaluation.measure.ground_truth import TRAITS, HeldOut
from fairtune.metrics import accuracy, beyond_accuracy
from fairtune.metrics.bootstrap import Bootstrap, Floats
from fairtune.metrics.ranking import Lists

Json = dict[str, Any]
PARTS = ("cold", "warm")


def of_listeners(lists: Lists, held: HeldOut, ks: Sequence[int]) -> dict[str, Floats]:
    """Give every figure that is a mean over listeners: arrays (n,), NaN where a listener has none."""
    figures = accuracy.per_listener(lists, held.truth, ks)
    for k in ks:
        means = beyond_accuracy.shares(lists, held.traits, k)
        figures |= {f"{name}@{k}": means[:, at] for at, name in enumerate(TRAITS)}
        figures[f"diversity@{k}"] = beyond_accuracy.diversity(lists, held.profiles, k)
    return figures


def ranking_figures(
    figures: Mapping[str, Floats], lists: Lists, held: HeldOut, ks: Sequence[int], bootstrap: Bootstrap
) -> Json:
    """Give the means of `figures` and what the lists do with the catalogue as a whole."""
    whole = beyond_accuracy.whole(lists, held.known.shape[1], ks)
    return {name: figure.to_json() for name, figure in (bootstrap.means(figures) | whole).items()}


def by_audience(
    lists: Lists, held: HeldOut, ks: Sequence[int], bootstrap: Bootstrap, *, cold_listeners: int
) -> dict[str, Json]:
    """Judge the same lists by the cold part of the truth alone, and by the warm one.

    cold: items with at most `cold_listeners` listeners in the part fitted. n_items: columns of that kind.
    n_truth: pairs of the truth. Listeners without such truth are left out.
    """
    results: dict[str, Json] = {}
    cold = held.audience <= cold_listeners
    for name, inside in zip(PARTS, (cold, ~cold), strict=True):
        truth = csr_array(held.truth @ diags_array(inside.astype(np.float64)))
        truth.eliminate_zeros()
        found = accuracy.per_listener(lists, truth, ks)
        wanted = {f"{figure}@{k}": found[f"{figure}@{k}"] for figure in ("recall", "ndcg") for k in ks}
        means = {figure: mean.to_json() for figure, mean in bootstrap.means(wanted).items()}
        results[name] = {"n_items": int(inside.sum()), "n_truth": int(truth.nnz)} | means
    return results


def region_shares(lists: Lists, held: HeldOut, ks: Sequence[int]) -> dict[str, Floats]:
    """Give "dp_region.<region>@k", share of each artist region in each list: arrays (n,)."""
    of = held.groupings[REGION]
    shares: dict[str, Floats] = {}
    for k in ks:
        inside = beyond_accuracy.shares(lists, of.membership, k)
        shares |= {f"dp_region.{name}@{k}": inside[:, at] for at, name in enumerate(of.names)}
    return shares
