"""All figures of one fit and of the models it is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fairtune.columns import REGION, TASTE, UNKNOWN, USER, BlockName, Part
from fairtune.config.sections import Evaluate
from fairtune.evaluation.measure import ablation, by_listener_group, cold_items, play_prediction
from fairtune.evaluation.measure import lists as measure_lists
from fairtune.evaluation.measure.ablation import NDCG
from fairtune.evaluation.measure.ground_truth import HeldOut, held_out
from fairtune.evaluation.taste.describe import tastes
from fairtune.matrix import listener_groups, listener_sample
from fairtune.matrix.listener_groups import Labels
from fairtune.matrix.matrix import Matrix
from fairtune.metrics import accuracy, ranking
from fairtune.metrics.bootstrap import Bootstrap, Figure, Floats
from fairtune.metrics.fairness import provider_parity
from fairtune.metrics.ranking import Lists
from fairtune.models.als.model import Als
from fairtune.models.base import Alternative
from fairtune.models.play_prediction.predictor import PlayPredictor

Json = dict[str, Any]
PRODUCT = "als"


@dataclass(frozen=True)
class Evaluation:
    """All figures of one fit.

    Attributes
    ----------
    metrics
        What metrics.json holds.
    listeners
        What listeners.parquet holds, a row a listener judged: groups and figures, for paired comparisons.
    tastes
        What taste_groups.json holds; empty if taste groups weren't looked for.
    """

    metrics: Json
    listeners: pd.DataFrame
    tastes: Json


def evaluate(
    matrix: Matrix,
    model: Als,
    predictor: PlayPredictor | None,
    alternatives: Mapping[str, Alternative],
    params: Evaluate,
    *,
    refits: Mapping[BlockName, Als],
    seed: int,
    threads: int,
    taste: bool = True,
) -> Evaluation:
    """Judge a fit on TRAIN_VALID, and the play predictor learnt there, on the test part.

    Parameters
    ----------
    matrix
        With a test part.
    model
        The product, fitted on TRAIN_VALID.
    predictor
        Learnt on TRAIN_VALID; without one there are no figures of predicted plays and no ablation.
    alternatives
        Models to compare with, by name, fitted on TRAIN_VALID.
    params
        `evaluate` of params.yaml.
    refits
        Fits on TRAIN_VALID, each without the influencer that it is named by, for the ablation.
    seed
        Of resampling, of pairs that are drawn and of taste groups.
    threads
        Used to rank, 1 and above.
    taste
        Whether to look for taste groups, which takes as long as all the rest.

    Returns
    -------
    Evaluation
        Figures of all listeners together, and of each; of `params.listeners` of them where there are more.
    """
    part, target = Part.TRAIN_VALID, matrix.target
    labels = listener_groups.label(matrix, part, age_bands=params.age_bands, countries=params.countries)
    rows = listener_sample.draw(labels, len(matrix.listeners), params.listeners, seed=seed)
    listeners = matrix.listeners[USER] if rows is None else matrix.listeners[USER].iloc[rows]
    bootstrap = Bootstrap(n_listeners=len(listeners), resamples=params.resamples, seed=seed)
    described: Json = {}
    if taste:
        alike, described = tastes(matrix, part, model, min_group=params.min_group, seed=seed)
        if (alike != UNKNOWN).any():
            labels[TASTE] = alike
    if rows is not None:
        labels = {name: of[rows] for name, of in labels.items()}

    errors: Json = {}
    columns: dict[str, Floats] = {}
    if predictor is not None:
        inputs = play_prediction.prediction_inputs(matrix, model, seed=seed, listeners=rows)
        errors, columns = play_prediction.errors(matrix, predictor, inputs, bootstrap)
    held = held_out(matrix, target, params, bootstrap, rows=rows)
    lists = _rank(model, target, held, params, threads)
    figures = measure_lists.of_listeners(lists, held, params.ks)
    ranked, by_group, fair = _block(lists, figures, held, params, bootstrap, labels, target=True)
    by_model, apart = {PRODUCT: ranked}, {}
    columns |= _accuracies(PRODUCT, figures)
    for name, alternative in alternatives.items():
        its_lists = ranking.rank(held.scored(alternative.scores), held.known, max(params.ks), threads=threads)
        its_figures = measure_lists.of_listeners(its_lists, held, params.ks)
        by_model[name] = measure_lists.ranking_figures(its_figures, its_lists, held, params.ks, bootstrap)
        apart[name] = provider_parity.compare(its_lists, held.chances, params.fairness_ks, groups=False)
        columns |= _accuracies(name, its_figures)
    metrics = {
        "target": str(target),
        "counts": matrix.counts,
        "n_listeners": len(matrix.listeners),
        "n_judged": len(listeners),
        "n_items": held.known.shape[1],
        "seed": seed,
        "rmse": errors,
        "ranking": by_model,
        "items": measure_lists.by_audience(
            lists, held, params.ks, bootstrap, cold_listeners=params.cold_listeners
        )
        | cold_items.figures(model, target, held, params.ks, bootstrap, threads=threads),
        "ranking_of_listeners": by_group,
        "fairness": fair,
        "fairness_of_alternatives": apart,
        "ablation": {}
        if predictor is None
        else ablation.measure(
            matrix,
            held,
            figures[NDCG],
            ablation.with_neighbours_left_out(model, refits),
            predictor,
            inputs,
            bootstrap,
            threads=threads,
        ),
        "also": {},
    }
    for block in matrix.item_blocks:
        if block is not target:
            held = held_out(matrix, block, params, bootstrap, rows=rows)
            lists = _rank(model, block, held, params, threads)
            figures = measure_lists.of_listeners(lists, held, params.ks)
            ranked, _, fair = _block(lists, figures, held, params, bootstrap, labels, target=False)
            new = cold_items.figures(model, block, held, params.ks, bootstrap, threads=threads)
            metrics["also"][str(block)] = {"ranking": {PRODUCT: ranked}, "items": new, "fairness": fair}
    frame = pd.DataFrame({USER: listeners.to_numpy(), **labels, **columns})
    return Evaluation(metrics=metrics, listeners=frame, tastes=described)


def evaluate_lists(matrix: Matrix, lists: Lists, params: Evaluate, *, seed: int) -> Evaluation:
    """Judge anybody's lists of the target by the test part, as those of the product are judged.

    Parameters
    ----------
    matrix
        With a test part.
    lists
        Columns of the target, shape (n_listeners, at least max(params.ks)), best first.
    params
        `evaluate` of params.yaml.
    seed
        Of resampling.

    Returns
    -------
    Evaluation
        What lists alone can tell: ranking and fairness of the target.
    """
    bootstrap = Bootstrap(n_listeners=len(matrix.listeners), resamples=params.resamples, seed=seed)
    labels = listener_groups.label(
        matrix, Part.TRAIN_VALID, age_bands=params.age_bands, countries=params.countries
    )
    held = held_out(matrix, matrix.target, params, bootstrap)
    figures = measure_lists.of_listeners(lists, held, params.ks)
    ranked, by_group, fair = _block(lists, figures, held, params, bootstrap, labels, target=True)
    metrics = {
        "target": str(matrix.target),
        "counts": matrix.counts,
        "n_listeners": len(matrix.listeners),
        "n_items": held.known.shape[1],
        "seed": seed,
        "ranking": {PRODUCT: ranked},
        "ranking_of_listeners": by_group,
        "fairness": fair,
    }
    columns = {USER: matrix.listeners[USER], **labels, **_accuracies(PRODUCT, figures)}
    return Evaluation(metrics=metrics, listeners=pd.DataFrame(columns), tastes={})


def _rank(model: Als, block: BlockName, held: HeldOut, params: Evaluate, threads: int) -> Lists:
    scores = held.scored(lambda rows: model.scores(rows, block))
    return ranking.rank(scores, held.known, max(params.ks), threads=threads)


def _block(
    lists: Lists,
    figures: Mapping[str, Floats],
    held: HeldOut,
    params: Evaluate,
    bootstrap: Bootstrap,
    labels: Mapping[str, Labels],
    *,
    target: bool,
) -> tuple[Json, Json, Json]:
    """Return ranking figures, those of listener groups, and fairness figures of the lists of one block.

    Regions in the lists of listener groups (dp_region) are compared for the target alone.
    """
    ranked = measure_lists.ranking_figures(figures, lists, held, params.ks, bootstrap)
    regions = measure_lists.region_shares(lists, held, params.fairness_ks)
    served = by_listener_group.served(figures, regions if target else {}, labels, params, bootstrap)
    of_providers = provider_parity.compare(lists, held.chances, params.fairness_ks)
    for grouping, groups in held.groupings.items():
        of_providers[grouping]["share_unknown"] = Figure.exact(groups.unknown).to_json()
    fair = {"providers": of_providers, "listeners": served.fairness}
    if REGION in labels:
        fair["own_region"] = by_listener_group.own_region(
            regions, held, labels[REGION], params.fairness_ks, bootstrap=bootstrap, min_group=params.min_group
        )
    return ranked, served.by_group, fair


def _accuracies(model: str, figures: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return columns of listeners.parquet."""
    return {
        f"{model}_{name}": values
        for name, values in figures.items()
        if name.partition("@")[0] in accuracy.FIGURES
    }
