"""RMSE of guessed plays: each rung of the play predictor, with what listeners contribute to it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fairtune.columns import Part
from fairtune.matrix import Matrix
from fairtune.metrics import rmse
from fairtune.metrics.bootstrap import Bootstrap, Floats
from fairtune.models import play_predictor
from fairtune.models.als import Als

Json = dict[str, Any]


def errors(
    matrix: Matrix, fits: Mapping[Part, Als], bootstrap: Bootstrap, *, seed: int
) -> tuple[Json, dict[str, Floats]]:
    """RMSE of each rung of the play predictor, calibrated on validation pairs and judged on test pairs."""
    pairs = {part: play_predictor.held_out_pairs(matrix, part, seed=seed) for part in fits}
    known = {part: play_predictor.features(matrix, part, model, pairs[part]) for part, model in fits.items()}
    fitted = play_predictor.fit(known[Part.TRAIN], pairs[Part.TRAIN].y)
    test = pairs[Part.TRAIN_VALID]
    predicted = play_predictor.predict(fitted, known[Part.TRAIN_VALID], len(test.y))
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
