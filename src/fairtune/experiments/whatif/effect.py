"""What re-ranking does to the lists of the test part: figures before and after, and who loses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from fairtune.columns import REGION, TASTE, UNKNOWN, BlockName, Part
from fairtune.config.sections import HEADLINE, Evaluate
from fairtune.evaluation.measure import lists as measure_lists
from fairtune.evaluation.measure.ground_truth import HeldOut, held_out
from fairtune.evaluation.taste.describe import tastes
from fairtune.matrix import listener_groups
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.provider_groups import TIER
from fairtune.metrics import beyond_accuracy, ranking, sparse_pairs
from fairtune.metrics.bootstrap import UNDEFINED, Bootstrap, Figure, Floats, divided, figures
from fairtune.metrics.fairness import listener_parity, provider_parity
from fairtune.metrics.ranking import Lists, Rows
from fairtune.metrics.rounding import significant
from fairtune.models.als.model import Als
from fairtune.models.base import Scores
from fairtune.models.reranking.fit import Reranking

Json = dict[str, Any]
OF_LISTENERS = tuple(f"{name}@{HEADLINE}" for name in ("ndcg", "recall", "hit", "novelty", "diversity"))
NDCG = OF_LISTENERS[0]


@dataclass(frozen=True)
class Present:
    """What doesn't depend on what is asked: the lists of the present model, and who they are for.

    Attributes
    ----------
    model
        Fit on TRAIN_VALID, without multipliers.
    held
        What listeners went on to play.
    bootstrap
        Resamples of listeners, the same for all that is compared.
    lists
        Ten items for each listener.
    labels
        Groups of listeners, by grouping.
    """

    model: Als
    held: HeldOut
    bootstrap: Bootstrap
    lists: Lists
    labels: Mapping[str, listener_groups.Labels]


def present(matrix: Matrix, model: Als, params: Evaluate, *, seed: int, threads: int) -> Present:
    """Rank by the present model on the test part, and group its listeners.

    Parameters
    ----------
    matrix
        With a test part.
    model
        Fit on TRAIN_VALID, without multipliers.
    params
        `evaluate` of params.yaml.
    seed
        Of resampling and of taste groups.
    threads
        Used to rank, 1 and above.

    Returns
    -------
    Present
        For `measure`, as often as wanted.
    """
    part = Part.TRAIN_VALID
    bootstrap = Bootstrap(n_listeners=len(matrix.listeners), resamples=params.resamples, seed=seed)
    held = held_out(matrix, matrix.target, params, bootstrap)
    labels = listener_groups.label(matrix, part, age_bands=params.age_bands, countries=params.countries)
    taste, _ = tastes(matrix, part, model, min_group=params.min_group, seed=seed)
    if (taste != UNKNOWN).any():
        labels[TASTE] = taste
    return Present(model, held, bootstrap, _rank(model, matrix.target, held, threads), labels)


def measure(
    matrix: Matrix, before: Present, after: Als, reranking: Reranking, params: Evaluate, *, threads: int
) -> Json:
    """Compare the lists of ten of two models on the test part, over the same resamples of listeners.

    Parameters
    ----------
    matrix
        With a test part.
    before
        The present model.
    after
        The same fit with the multipliers of `reranking`.
    reranking
        Multipliers, and the bounds that they keep on the validation part.
    params
        `evaluate` of params.yaml.
    threads
        Used to rank, 1 and above.

    Returns
    -------
    Json
        Figures of all lists, the bounds, and groups of items and of listeners, each before and after. A
        change is after less before, and its interval is that of the paired difference.
    """
    held, bootstrap = before.held, before.bootstrap
    lists = [before.lists, _rank(after, matrix.target, held, threads)]
    of_listeners = [measure_lists.of_listeners(one, held, [HEADLINE]) for one in lists]
    shown = sorted({REGION, TIER, *reranking.multipliers} & set(held.groupings))
    apart = [provider_parity.compare(one, held.chances, [HEADLINE]) for one in lists]
    result: Json = {
        "figures": _figures(of_listeners, lists, held, bootstrap) | _disparities(apart, shown),
        "bounds": [],
        "providers": {name: _providers(apart, name, lists, held) for name in shown},
        "listeners": {
            name: _listeners(of_listeners, groups, bootstrap, params.min_group)
            for name, groups in before.labels.items()
        },
    }
    for bound, was, now in zip(reranking.bounds, reranking.before, reranking.after, strict=True):
        if bound.measure == "share":
            figure = result["providers"][bound.grouping].get(bound.name, {}).get("places", {})
        else:
            figure = result["figures"].get(f"{bound.measure}.{bound.grouping}", {})
        test = {when: figure.get(when, {}).get("value") for when in ("before", "after")}
        result["bounds"].append(
            {
                "asked": bound.description(),
                "limit": bound.limit,
                "validation": {"before": significant(was), "after": significant(now)},
                "test": test,
                "kept_on_test": test["after"] is not None and bound.slack(test["after"]) >= 0,
            }
        )
    return result


def _rank(model: Als, block: BlockName, held: HeldOut, threads: int) -> Lists:
    return ranking.rank(partial(_scores, model, block), held.known, HEADLINE, threads=threads)


def _scores(model: Als, block: BlockName, rows: Rows) -> Scores:
    return model.scores(rows, block)


def _figures(
    of_listeners: Sequence[Mapping[str, Floats]],
    lists: Sequence[Lists],
    held: HeldOut,
    bootstrap: Bootstrap,
) -> dict[str, Json]:
    before, after = of_listeners
    shown: dict[str, Json] = {}
    for name in OF_LISTENERS:
        means = bootstrap.means(
            {"before": before[name], "after": after[name], "change": after[name] - before[name]}
        )
        if means["before"] != UNDEFINED:
            shown[name] = {when: mean.to_json() for when, mean in means.items()}
    whole = [beyond_accuracy.whole(one, held.known.shape[1], [HEADLINE]) for one in lists]
    for name in whole[0]:
        shown[name] = {
            "before": whole[0][name].to_json(),
            "after": whole[1][name].to_json(),
            "change": Figure.exact((whole[1][name].value or 0) - (whole[0][name].value or 0)).to_json(),
        }
    return shown


def _disparities(apart: Sequence[Mapping[str, Json]], shown: Sequence[str]) -> dict[str, Json]:
    """Return "dp.region", "eo.region", ...: disparities, whose changes have no interval of their own."""
    disparities: dict[str, Json] = {}
    for grouping in shown:
        for what in ("dp", "eo"):
            was, now = (one[grouping][f"{what}@{HEADLINE}"]["disparity"] for one in apart)
            if was["value"] is not None and now["value"] is not None:
                change = Figure(now["value"] - was["value"], None, None)
                disparities[f"{what}.{grouping}"] = {"before": was, "after": now, "change": change.to_json()}
    return disparities


def _providers(
    apart: Sequence[Mapping[str, Json]], grouping: str, lists: Sequence[Lists], held: HeldOut
) -> dict[str, Json]:
    """Return for each group of items its places, and how much of what will be played of it is found.

    places: share of the places of all lists. found: share of the truth, equal opportunity's rate; its change
    is paired.
    """
    pooling, at = held.chances.pooled[grouping]
    member, wanted = held.chances.member[:, at], held.chances.wanted
    truth = wanted @ member
    hits = [sparse_pairs.listed(one, len(member)).multiply(wanted) @ member for one in lists]
    bootstrap, width = held.chances.bootstrap, len(pooling.names)
    columns = np.hstack([*hits, truth])
    sums = np.vstack([columns.sum(axis=0), bootstrap.sums(columns)])
    rates = [divided(sums[:, i * width : (i + 1) * width], sums[:, 2 * width :]) for i in (0, 1)]
    change = rates[1] - rates[0]
    groups = [one[grouping][f"eo@{HEADLINE}"]["groups"] for one in apart]
    return {
        name: {
            "n": groups[0][name]["n"],
            "compared": bool(pooling.compared[number]),
            "places": {when: by_name[name]["share_recommended"] for when, by_name in _when(groups)},
            "found": {when: by_name[name]["rate"] for when, by_name in _when(groups)}
            | {"change": moved.to_json()},
        }
        for number, (name, moved) in enumerate(
            zip(pooling.names, figures(change[0], change[1:]), strict=True)
        )
    }


def _when(values: Sequence[Any]) -> Sequence[tuple[str, Any]]:
    return list(zip(("before", "after"), values, strict=True))


def _listeners(
    of_listeners: Sequence[Mapping[str, Floats]],
    labels: listener_groups.Labels,
    bootstrap: Bootstrap,
    min_group: int,
) -> dict[str, Json]:
    """Return nDCG@10 of each listener group, before and after, and its paired change."""
    before, after = (by_name[NDCG] for by_name in of_listeners)
    columns = {"before": before, "after": after, "change": after - before}
    grouped = listener_parity.grouped(columns, labels, bootstrap=bootstrap, min_group=min_group)
    figures_of = listener_parity.tabulate(grouped, columns)
    return {
        group: {"n": int(grouped.counted[number, 0]), NDCG: figures_of[group]}
        for number, group in enumerate(grouped.pooling.names)
        if group != UNKNOWN
    }
