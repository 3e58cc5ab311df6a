"""Reevaluation of two versions on the test part of the present matrix."""

import os
from dataclasses import dataclass, replace

import numpy as np

from fairtune.columns import Part
from fairtune.config.sections import HEADLINE, Evaluate
from fairtune.errors import FairtuneError
from fairtune.evaluation.comparison.compare import Evaluated
from fairtune.evaluation.measure import evaluate as measure_evaluate
from fairtune.evaluation.measure.leakage import unlearned
from fairtune.matrix.matrix import Matrix
from fairtune.models import alignment
from fairtune.models.alignment import Fitted
from fairtune.models.play_prediction import predictor as play_predictor
from fairtune.models.play_prediction.predictor import PlayPredictor


class Impossible(FairtuneError):
    """Two versions can't be compared; the message is a clause that says why."""


@dataclass(frozen=True)
class Contestant:
    """One of the two versions that are compared.

    Attributes
    ----------
    number
        Number of the version.
    fitted
        Its fit on TRAIN_VALID.
    predictor
        Predicts play counts from that fit; None if the version was registered without one.
    """

    number: int
    fitted: Fitted
    predictor: PlayPredictor | None


@dataclass(frozen=True)
class Reevaluation:
    """Two versions, evaluated on the same test part.

    Attributes
    ----------
    then
        Evaluation of the earlier version, the champion.
    now
        Evaluation of the later one, the candidate.
    how
        How they were made, in sentences.
    left_out
        Number of pairs of the test part that one of the two had learned.
    """

    then: Evaluated
    now: Evaluated
    how: str
    left_out: int


def reevaluate(
    then: Contestant, now: Contestant, matrix: Matrix, params: Evaluate, *, seed: int
) -> Reevaluation:
    """Align both versions with `matrix` and evaluate them on its test part, less what either learned of it.

    `Impossible` if they rank something else, or if too little of the test part is left.
    """
    contestants = (then, now)
    for contestant in contestants:
        _check(contestant, matrix)
    left, left_out = unlearned(matrix, [alignment.learned(each.fitted, matrix) for each in contestants])
    _check_enough(matrix, left, left_out, needed=params.min_group)
    predicting = all(_predicts(each, matrix) for each in contestants)
    blocks = {
        block for block in matrix.item_blocks if all(block in each.fitted.columns for each in contestants)
    }
    threads = os.cpu_count() or 1
    compared = replace(params, ks=(HEADLINE,), fairness_ks=(HEADLINE,))  # no figure of another length is

    def evaluate(one: Contestant) -> Evaluated:
        fit = alignment.align(one.fitted, left, Part.TRAIN_VALID, age_bands=params.age_bands, threads=threads)
        predictor = _compared(one.predictor) if one.predictor and predicting else None
        evaluated = measure_evaluate.evaluate(
            left, fit, predictor, {}, compared, refits={}, seed=seed, threads=threads, taste=False
        )
        also = {name: figures for name, figures in evaluated.metrics["also"].items() if name in blocks}
        return Evaluated({**evaluated.metrics, "also": also}, evaluated.listeners)

    how = _how(matrix, left_out, predicting=predicting)
    return Reevaluation(evaluate(then), evaluate(now), how, left_out)


def _compared(predictor: PlayPredictor) -> PlayPredictor:
    """Leave out what is not compared: rungs between, and predictions without an influencer."""
    return PlayPredictor(
        rungs={rung: predictor.rungs[rung] for rung in (play_predictor.BIAS, play_predictor.FULL)}, without={}
    )


def _check(contestant: Contestant, matrix: Matrix) -> None:
    number, fitted = contestant.number, contestant.fitted
    if fitted.target is not matrix.target:
        raise Impossible(f"version {number} ranks {fitted.target}, and the data are for {matrix.target}")
    if fitted.item_block is not matrix.item_block:
        raise Impossible(
            f"version {number} learned from plays of {fitted.item_block}, "
            f"and the data are plays of {matrix.item_block}"
        )


def _check_enough(matrix: Matrix, left: Matrix, left_out: int, *, needed: int) -> None:
    """Require `needed` listeners with held-out pairs wherever pairs were left out."""
    judged = int(np.count_nonzero(left.truth(left.target, Part.TRAIN_VALID).sum(axis=1)))
    if judged == 0 or (left_out and judged < needed):
        raise Impossible(
            f"one of the two has learned {left_out:,} of the {matrix.test.nnz:,} pairs of the test part, and "
            f"what is left tells of {judged:,} listeners, less than the {needed:,} of evaluate.min_group"
        )


def _predicts(contestant: Contestant, matrix: Matrix) -> bool:
    """Whether there is a play predictor, and it knows the features that there are."""
    fitted = contestant.fitted
    same = set(fitted.blocks) == set(matrix.blocks) and fitted.counts == matrix.counts
    return contestant.predictor is not None and same


def _how(matrix: Matrix, left_out: int, *, predicting: bool) -> str:
    sentences = ["Compared: the fits of both, judged anew by the present test part."]
    if left_out:
        sentences.append(
            f"{left_out:,} of its {matrix.test.nnz:,} pairs, which one of them had learned, count as known."
        )
    if not predicting:
        sentences.append(
            "Predicted play counts are not compared: one of them knows other blocks, or predicts none."
        )
    return " ".join(sentences)
