"""RMSE of guessed plays: each rung of the play predictor, with what listeners contribute to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairtune.columns import Part
from fairtune.matrix import Matrix
from fairtune.metrics import rmse
from fairtune.metrics.bootstrap import Bootstrap, Floats
from fairtune.models import play_predictor
from fairtune.models.als import Als
from fairtune.models.pair_features import Pairs

Json = dict[str, Any]


@dataclass(frozen=True)
class Guessing:
    """Pairs to guess and what is known of them, worked out once for ladder and ablation.

    Both by the part that the pairs are held out from: TRAIN to calibrate, TRAIN_VALID to judge.
    """

    pairs: Mapping[Part, Pairs]
    known: Mapping[Part, Mapping[str, Floats]]


def guessing(matrix: Matrix, fits: Mapping[Part, Als], *, seed: int) -> Guessing:
    """Hold out the pairs of each fit's part and look up their features in it."""
    pairs = {part: play_predictor.held_out_pairs(matrix, part, seed=seed) for part in fits}
    known = {part: play_predictor.features(matrix, part, model, pairs[part]) for part, model in fits.items()}
    return Guessing(pairs=pairs, known=known)


def errors(matrix: Matrix, guesses: Guessing, bootstrap: Bootstrap) -> tuple[Json, dict[str, Floats]]:
    """RMSE of each rung of the play predictor, calibrated on validation pairs and judged on test pairs."""
    fitted = play_predictor.fit(guesses.known[Part.TRAIN], guesses.pairs[Part.TRAIN].y)
    test = guesses.pairs[Part.TRAIN_VALID]
    predicted = play_predictor.predict(fitted, guesses.known[Part.TRAIN_VALID], len(test.y))
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
