"""RMSE of guessed plays: each rung of the play predictor, with what listeners contribute to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix
from fairtune.metrics import rmse
from fairtune.metrics.bootstrap import Bootstrap, Floats
from fairtune.models.als.model import Als
from fairtune.models.play_prediction import predictor as play_predictor
from fairtune.models.play_prediction.play_statistics import Pairs
from fairtune.models.play_prediction.predictor import PlayPredictor

Json = dict[str, Any]


@dataclass(frozen=True)
class Guessing:
    """Test pairs and what is known of them, looked up once for ladder and ablation."""

    pairs: Pairs
    known: Mapping[str, Floats]


def guessing(matrix: Matrix, model: Als, *, seed: int) -> Guessing:
    """Look up the features of the test pairs in train and valid, which `model` was fitted on."""
    pairs = play_predictor.held_out_pairs(matrix, Part.TRAIN_VALID, seed=seed)
    return Guessing(pairs, play_predictor.features(matrix, Part.TRAIN_VALID, model, pairs))


def errors(
    matrix: Matrix, predictor: PlayPredictor, guesses: Guessing, bootstrap: Bootstrap
) -> tuple[Json, dict[str, Floats]]:
    """RMSE of each rung of the play predictor on the test pairs; and by listener, as columns."""
    test = guesses.pairs
    predicted = play_predictor.predict(predictor.rungs, guesses.known, len(test.y))
    best = list(predicted)[-1]
    rungs = {
        rung: rmse.rmse(test.y, values, test.rows, bootstrap).to_json() for rung, values in predicted.items()
    }
    skill = rmse.skill(test.y, predicted[best], predicted[play_predictor.BIAS], test.rows, bootstrap)
    scale = "log_plays" if matrix.counts else "preference"
    n = len(matrix.listeners)
    columns = {"predicted_pairs": np.bincount(test.rows, minlength=n).astype(np.float64)}
    for rung, values in predicted.items():
        squared = np.bincount(test.rows, (values - test.y) ** 2, minlength=n)
        columns[f"squared_error_{rung}"] = squared.astype(np.float64)
    return {
        scale: rungs,
        "skill": skill.to_json(),
    }, columns
