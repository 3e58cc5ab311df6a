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
    """Measure each listener's list.

    Parameters
    ----------
    lists
        Column indices, shape (n_listeners, k), best first, k at least the longest of `ks`.
    held
        What they are judged by.
    ks
        Lengths at which lists are measured, 1 and above.

    Returns
    -------
    dict[str, Floats]
        Every figure that is a mean over listeners, (n_listeners,) by "<figure>@k"; NaN where a listener has
        none.
    """
    figures = accuracy.per_listener(lists, held.truth, ks)
    for k in ks:
        means = beyond_accuracy.shares(lists, held.traits, k)
        figures |= {f"{name}@{k}": means[:, at] for at, name in enumerate(TRAITS)}
        figures[f"diversity@{k}"] = beyond_accuracy.diversity(lists, held.profiles, k)
    return figures


def ranking_figures(
    figures: Mapping[str, Floats], lists: Lists, held: HeldOut, ks: Sequence[int], bootstrap: Bootstrap
) -> Json:
    """Average figures over listeners, and measure what the lists do with the catalogue as a whole.

    Parameters
    ----------
    figures
        Of each listener, as `of_listeners` returns them.
    lists
        The lists that they are of, shape (n_listeners, k).
    held
        What they are judged by.
    ks
        Lengths at which lists are measured, 1 and above.
    bootstrap
        Of these listeners.

    Returns
    -------
    Json
        {"value", "low", "high"} by "<figure>@k".
    """
    whole = beyond_accuracy.whole(lists, held.known.shape[1], ks)
    return {name: figure.to_json() for name, figure in (bootstrap.means(figures) | whole).items()}


def by_audience(
    lists: Lists, held: HeldOut, ks: Sequence[int], bootstrap: Bootstrap, *, cold_listeners: int
) -> dict[str, Json]:
    """Judge lists by the cold part of the truth alone, and by the warm one.

    Parameters
    ----------
    lists
        Column indices, shape (n_listeners, k), best first.
    held
        What they are judged by.
    ks
        Lengths at which lists are measured, 1 and above.
    bootstrap
        Of these listeners.
    cold_listeners
        The most listeners in the part fitted that a cold item has.

    Returns
    -------
    dict[str, Json]
        As "cold" and "warm": the number of such columns (n_items) and of such pairs of the truth (n_truth),
        recall and nDCG at each k. Listeners without such truth are left out.
    """
    results: dict[str, Json] = {}
    cold = held.audience <= cold_listeners
    for name, inside in zip(PARTS, (cold, ~cold), strict=True):
        truth = csr_array(held.truth @ diags_array(inside.astype(np.float64)))
        truth.eliminate_zeros()
        accuracies = accuracy.per_listener(lists, truth, ks)
        wanted = {f"{figure}@{k}": accuracies[f"{figure}@{k}"] for figure in ("recall", "ndcg") for k in ks}
        means = {figure: mean.to_json() for figure, mean in bootstrap.means(wanted).items()}
        results[name] = {"n_items": int(inside.sum()), "n_truth": int(truth.nnz)} | means
    return results


def region_shares(lists: Lists, held: HeldOut, ks: Sequence[int]) -> dict[str, Floats]:
    """Measure the share of each artist region in each list.

    Parameters
    ----------
    lists
        Column indices, shape (n_listeners, k).
    held
        With the regions of the columns.
    ks
        Lengths at which lists are measured, 1 and above.

    Returns
    -------
    dict[str, Floats]
        (n_listeners,) by "dp_region.<region>@k", 0..1.
    """
    regions = held.groupings[REGION]
    shares: dict[str, Floats] = {}
    for k in ks:
        inside = beyond_accuracy.shares(lists, regions.membership, k)
        shares |= {f"dp_region.{name}@{k}": inside[:, at] for at, name in enumerate(regions.names)}
    return shares
