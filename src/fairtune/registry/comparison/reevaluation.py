"""Two versions judged anew, by the test part of the present matrix."""

import os
from dataclasses import dataclass, replace

import numpy as np

from fairtune.columns import Part
from fairtune.config.params import HEADLINE, Evaluate
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
    """A version's fit on TRAIN_VALID, and what guesses plays by it."""

    number: int
    fitted: Fitted
    predictor: PlayPredictor | None


@dataclass(frozen=True)
class Anew:
    """Both evaluations, how they were made, and the pairs of the test part that one of both had learned."""

    then: Evaluated
    now: Evaluated
    how: str
    left_out: int


def judge(then: Contestant, now: Contestant, matrix: Matrix, params: Evaluate, *, seed: int) -> Anew:
    """Carry both over to `matrix` and evaluate them on its test part, less what either has learned of it.

    `Impossible` if they rank something else, or if too little of the test part is left.
    """
    both = (then, now)
    for of in both:
        _check(of, matrix)
    left, left_out = unlearned(matrix, [alignment.learned(of.fitted, matrix) for of in both])
    _check_enough(matrix, left, left_out, needed=params.min_group)
    guessing = all(_guesses(of, matrix) for of in both)
    blocks = {block for block in matrix.item_blocks if all(block in of.fitted.columns for of in both)}
    threads = os.cpu_count() or 1
    compared = replace(params, ks=(HEADLINE,), fairness_ks=(HEADLINE,))  # no figure of another length is

    def evaluate(of: Contestant) -> Evaluated:
        fit = alignment.align(of.fitted, left, Part.TRAIN_VALID, age_bands=params.age_bands, threads=threads)
        predictor = _compared(of.predictor) if of.predictor and guessing else None
        found = measure_evaluate.evaluate(
            left, fit, predictor, {}, compared, refits={}, seed=seed, threads=threads, taste=False
        )
        also = {name: figures for name, figures in found.metrics["also"].items() if name in blocks}
        return Evaluated({**found.metrics, "also": also}, found.listeners)

    return Anew(evaluate(then), evaluate(now), _how(matrix, left_out, guessing=guessing), left_out)


def _compared(predictor: PlayPredictor) -> PlayPredictor:
    """Leave out what is not compared: rungs between, and what is guessed without an influencer."""
    return PlayPredictor(
        rungs={rung: predictor.rungs[rung] for rung in (play_predictor.BIAS, play_predictor.FULL)}, without={}
    )


def _check(of: Contestant, matrix: Matrix) -> None:
    if of.fitted.target is not matrix.target:
        raise Impossible(
            f"version {of.number} ranks {of.fitted.target}, and the data are for {matrix.target}"
        )
    if of.fitted.item_block is not matrix.item_block:
        raise Impossible(
            f"version {of.number} learned from plays of {of.fitted.item_block}, "
            f"and the data are plays of {matrix.item_block}"
        )


def _check_enough(matrix: Matrix, left: Matrix, left_out: int, *, needed: int) -> None:
    """Insist on so many listeners with truth wherever pairs were left out."""
    judged = int(np.count_nonzero(left.truth(left.target, Part.TRAIN_VALID).sum(axis=1)))
    if judged == 0 or (left_out and judged < needed):
        raise Impossible(
            f"one of the two has learned {left_out:,} of the {matrix.test.nnz:,} pairs of the test part, and "
            f"what is left tells of {judged:,} listeners, less than the {needed:,} of evaluate.min_group"
        )


def _guesses(of: Contestant, matrix: Matrix) -> bool:
    """Say whether the play predictor knows the features that there are."""
    same = set(of.fitted.blocks) == set(matrix.blocks) and of.fitted.counts == matrix.counts
    return of.predictor is not None and same


def _how(matrix: Matrix, left_out: int, *, guessing: bool) -> str:
    told = ["Compared: the fits of both, judged anew by the present test part."]
    if left_out:
        told.append(
            f"{left_out:,} of its {matrix.test.nnz:,} pairs, which one of them had learned, count as known."
        )
    if not guessing:
        told.append("Guessed plays are not compared: one of them knows other blocks, or guesses none.")
    return " ".join(told)
