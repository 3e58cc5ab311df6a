"""Every figure of one fit, judged on what was held out from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fairtune import groups
from fairtune.columns import REGION, USER, BlockName, Part
from fairtune.matrix import Matrix
from fairtune.metrics import accuracy, catalogue, fairness, ranking, rmse
from fairtune.metrics.bootstrap import Bootstrap, Figure, Floats
from fairtune.metrics.ranking import Lists
from fairtune.models import play_predictor
from fairtune.models.als import Als
from fairtune.models.base import Alternative
from fairtune.params import HEADLINE, Evaluate
from fairtune.tuning import Judged

Json = dict[str, Any]
PRODUCT = "als"
TIER = "tier"


@dataclass(frozen=True)
class Evaluation:
    """metrics: what metrics.json holds. listeners: a row a listener, for paired comparisons."""

    metrics: Json
    listeners: pd.DataFrame


def judge(matrix: Matrix, part: Part, model: Als, params: Evaluate, *, threads: int) -> Judged:
    """nDCG@10 and the worst DP or EO disparity between artist regions: point estimates for the search."""
    block = matrix.target
    known, truth = matrix.block(block, part), matrix.truth(block, part)
    lists = ranking.rank(lambda rows: model.scores(rows, block), known, HEADLINE, threads=threads)
    ndcg = accuracy.per_listener(lists, truth, [HEADLINE])[f"ndcg@{HEADLINE}"]
    of = groups.regions(matrix, block, part)
    apart = fairness.providers(
        lists,
        truth,
        known,
        names=of.names,
        membership=of.membership,
        ks=[HEADLINE],
        bootstrap=Bootstrap(n_listeners=len(lists), resamples=0, seed=0),
        min_group=params.min_provider_group,
    )
    disparities = [apart[f"{what}@{HEADLINE}"]["disparity"]["value"] for what in ("dp", "eo")]
    worst = max(np.inf if disparity is None else disparity for disparity in disparities)
    return Judged(ndcg=float(np.nanmean(ndcg)), disparity=worst)


def evaluate(
    matrix: Matrix,
    fits: Mapping[Part, Als],
    alternatives: Mapping[str, Alternative],
    params: Evaluate,
    *,
    seed: int,
    threads: int,
) -> Evaluation:
    """Judge the fit on TRAIN_VALID on the test part; the fit on TRAIN only calibrates the play predictor."""
    part, target = Part.TRAIN_VALID, matrix.target
    model, known = fits[part], matrix.block(target, part)
    bootstrap = Bootstrap(n_listeners=len(matrix.listeners), resamples=params.resamples, seed=seed)
    labels = groups.listeners(matrix, part, age_bands=params.age_bands)

    errors, columns = _errors(matrix, fits, bootstrap, seed=seed)
    ranked, accurate, fair = _block(matrix, model, target, params, bootstrap, labels, threads=threads)
    by_model, apart = {PRODUCT: ranked}, {}
    columns |= {f"{PRODUCT}_{name}": values for name, values in accurate.items()}
    for name, alternative in alternatives.items():
        lists = ranking.rank(alternative.scores, known, max(params.ks), threads=threads)
        figures = accuracy.per_listener(lists, matrix.truth(target, part), params.ks)
        by_model[name] = _ranking(figures, lists, matrix, target, params.ks, bootstrap)
        apart[name] = _without_groups(_providers(lists, matrix, target, params, bootstrap))
        columns |= {f"{name}_{figure}": values for figure, values in figures.items()}
    metrics = {
        "target": str(target),
        "counts": matrix.counts,
        "n_listeners": len(matrix.listeners),
        "n_items": known.shape[1],
        "seed": seed,
        "rmse": errors,
        "ranking": by_model,
        "fairness": fair,
        "fairness_of_alternatives": apart,
        "also": {},
    }
    for block in matrix.item_blocks:
        if block is not target:
            ranked, _, fair = _block(matrix, model, block, params, bootstrap, labels, threads=threads)
            metrics["also"][str(block)] = {"ranking": {PRODUCT: ranked}, "fairness": fair}
    frame = pd.DataFrame({USER: matrix.listeners[USER], **labels, **columns})
    return Evaluation(metrics=metrics, listeners=frame)


def _block(
    matrix: Matrix,
    model: Als,
    block: BlockName,
    params: Evaluate,
    bootstrap: Bootstrap,
    labels: Mapping[str, Any],
    *,
    threads: int,
) -> tuple[Json, dict[str, Floats], Json]:
    """Rank one block: its ranking figures, accuracy of each listener, and fairness figures."""
    part = Part.TRAIN_VALID
    known, truth = matrix.block(block, part), matrix.truth(block, part)
    lists = ranking.rank(lambda rows: model.scores(rows, block), known, max(params.ks), threads=threads)
    accurate = accuracy.per_listener(lists, truth, params.ks)
    of = _groupings(matrix, block, params)
    region, tier = of[REGION], of[TIER]
    compared = fairness.listener_figures(
        accurate,
        lists,
        regions=(region.names, region.membership),
        tail=tier.membership[:, groups.TIERS.index("tail")],
        ks=params.ks,
    )
    listeners = {
        name: fairness.listeners(compared, label, bootstrap=bootstrap, min_group=params.min_group)
        for name, label in labels.items()
    }
    ranked = _ranking(accurate, lists, matrix, block, params.ks, bootstrap)
    providers = _providers(lists, matrix, block, params, bootstrap)
    return ranked, accurate, {"providers": providers, "listeners": listeners}


def _groupings(matrix: Matrix, block: BlockName, params: Evaluate) -> dict[str, groups.ProviderGroups]:
    known = matrix.block(block, Part.TRAIN_VALID)
    return {
        REGION: groups.regions(matrix, block, Part.TRAIN_VALID),
        TIER: groups.tiers(known, head_share=params.head_share, tail_share=params.tail_share),
    }


def _providers(
    lists: Lists, matrix: Matrix, block: BlockName, params: Evaluate, bootstrap: Bootstrap
) -> dict[str, Json]:
    """DP and EO between provider groups, by grouping."""
    return {
        name: fairness.providers(
            lists,
            matrix.truth(block, Part.TRAIN_VALID),
            matrix.block(block, Part.TRAIN_VALID),
            names=of.names,
            membership=of.membership,
            ks=params.ks,
            bootstrap=bootstrap,
            min_group=params.min_provider_group,
        )
        for name, of in _groupings(matrix, block, params).items()
    }


def _without_groups(by_grouping: Mapping[str, Json]) -> dict[str, Json]:
    """Keep how far apart the groups are: enough to compare models by."""
    return {
        grouping: {
            figure: {name: value for name, value in figures.items() if name != "groups"}
            for figure, figures in of.items()
        }
        for grouping, of in by_grouping.items()
    }


def _ranking(
    figures: Mapping[str, Floats],
    lists: Lists,
    matrix: Matrix,
    block: BlockName,
    ks: Sequence[int],
    bootstrap: Bootstrap,
) -> Json:
    known = matrix.block(block, Part.TRAIN_VALID)
    means = bootstrap.means({**figures, **catalogue.novelty(lists, known, ks)})
    whole = catalogue.whole(lists, known.shape[1], ks)
    return {name: figure.to_json() for name, figure in (means | whole).items()}


def _errors(
    matrix: Matrix, fits: Mapping[Part, Als], bootstrap: Bootstrap, *, seed: int
) -> tuple[Json, dict[str, Floats]]:
    """RMSE of each rung of the play predictor, calibrated on validation pairs and judged on test pairs."""
    pairs = {part: play_predictor.held_out_pairs(matrix, part, seed=seed) for part in fits}
    known = {part: play_predictor.features(matrix, part, model, pairs[part]) for part, model in fits.items()}
    fitted = play_predictor.fit(known[Part.TRAIN], pairs[Part.TRAIN].y)
    test = pairs[Part.TRAIN_VALID]
    predicted = play_predictor.predict(fitted, known[Part.TRAIN_VALID], len(test.y))
    best = list(predicted)[-1]
    rungs = {rung: rmse.rmse(test.y, values, test.rows, bootstrap) for rung, values in predicted.items()}
    skill = rmse.skill(test.y, predicted[best], predicted[play_predictor.BIAS], test.rows, bootstrap)
    scale = "log_plays" if matrix.counts else "preference"
    n = len(matrix.listeners)
    columns = {"predicted_pairs": np.bincount(test.rows, minlength=n).astype(np.float64)}
    for rung, values in predicted.items():
        squared = np.bincount(test.rows, (values - test.y) ** 2, minlength=n)
        columns[f"squared_error_{rung}"] = squared.astype(np.float64)
    return {scale: _json(rungs), "skill": skill.to_json()}, columns


def _json(figures: Mapping[str, Figure]) -> Json:
    return {name: figure.to_json() for name, figure in figures.items()}
