"""RMSE of predicted play counts: each rung of the play predictor, with what listeners contribute to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix
from fairtune.metrics import rmse
from fairtune.metrics.bootstrap import Bootstrap, Floats
from fairtune.metrics.ranking import Rows
from fairtune.models.als.model import Als
from fairtune.models.play_prediction import predictor as play_predictor
from fairtune.models.play_prediction.play_statistics import Pairs
from fairtune.models.play_prediction.predictor import PlayPredictor

Json = dict[str, Any]


@dataclass(frozen=True)
class PredictionInputs:
    """Test pairs and their features, looked up once for ladder and ablation.

    Attributes
    ----------
    pairs
        The n pairs of listener and item, with what was played; `rows` are those of the listeners judged.
    features
        By name, (n,) each, of the part that the model was fitted on.
    """

    pairs: Pairs
    features: Mapping[str, Floats]


def prediction_inputs(
    matrix: Matrix, model: Als, *, seed: int, listeners: Rows | None = None
) -> PredictionInputs:
    """Look up the features of the test pairs.

    Parameters
    ----------
    matrix
        With a test part.
    model
        Fitted on train and validation, where the features come from.
    seed
        Of the draw of pairs where nothing is counted and pairs that weren't played are needed too.
    listeners
        Rows of those who are judged, ascending; None: all.

    Returns
    -------
    PredictionInputs
        The pairs and their features.
    """
    pairs = play_predictor.held_out_pairs(matrix, Part.TRAIN_VALID, seed=seed)
    if listeners is not None:
        theirs = np.isin(pairs.rows, listeners)
        pairs = Pairs(pairs.rows[theirs], pairs.items[theirs], pairs.y[theirs])
    features = play_predictor.features(matrix, Part.TRAIN_VALID, model, pairs)
    if listeners is not None:
        pairs = replace(pairs, rows=np.searchsorted(listeners, pairs.rows))
    return PredictionInputs(pairs, features)


def errors(
    matrix: Matrix, predictor: PlayPredictor, inputs: PredictionInputs, bootstrap: Bootstrap
) -> tuple[Json, dict[str, Floats]]:
    """Measure each rung of the play predictor on the test pairs.

    Parameters
    ----------
    matrix
        Says whether plays were counted, and so the scale: log_plays or preference.
    predictor
        Learned on train and validation.
    inputs
        The test pairs.
    bootstrap
        Of the listeners who are judged.

    Returns
    -------
    Json
        RMSE of each rung by scale, and the skill of the last rung over the averages.
    dict[str, Floats]
        Columns of listeners.parquet, (n_judged,) each: the number of pairs, and the sum of squared errors
        of each rung over them.
    """
    test = inputs.pairs
    predicted = play_predictor.predict(predictor.rungs, inputs.features, len(test.y))
    best = list(predicted)[-1]
    rungs = {
        rung: rmse.rmse(test.y, values, test.rows, bootstrap).to_json() for rung, values in predicted.items()
    }
    skill = rmse.skill(test.y, predicted[best], predicted[play_predictor.BIAS], test.rows, bootstrap)
    scale = "log_plays" if matrix.counts else "preference"
    n = bootstrap.n_listeners
    columns = {"predicted_pairs": np.bincount(test.rows, minlength=n).astype(np.float64)}
    for rung, values in predicted.items():
        squared = np.bincount(test.rows, (values - test.y) ** 2, minlength=n)
        columns[f"squared_error_{rung}"] = squared.astype(np.float64)
    return {
        scale: rungs,
        "skill": skill.to_json(),
    }, columns
