"""The play predictor as a JSON file."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from fairtune import files
from fairtune.columns import BlockName
from fairtune.models.play_prediction.predictor import RUNGS, PlayPredictor
from fairtune.models.play_prediction.regression import Regression


def write_play_predictor(path: Path, predictor: PlayPredictor) -> None:
    """Write what `read_play_predictor` reads."""
    content = {
        "rungs": {name: _regression(rung) for name, rung in predictor.rungs.items()},
        "without": {block: _regression(less) for block, less in predictor.without.items()},
    }
    files.write_json(path, content)


def read_play_predictor(path: Path) -> PlayPredictor:
    """Return the play predictor that stage `train` wrote, its rungs from the lowest up."""
    content: dict[str, dict[str, dict[str, Any]]] = files.read_json(path)
    return PlayPredictor(
        rungs={name: _regression_of(content["rungs"][name]) for name in RUNGS},
        without={BlockName(block): _regression_of(less) for block, less in content["without"].items()},
    )


def _regression(fitted: Regression) -> dict[str, Any]:
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in asdict(fitted).items()
    }


def _regression_of(values: dict[str, Any]) -> Regression:
    names = tuple(values["names"])
    arrays = {name: np.array(value) for name, value in values.items() if isinstance(value, list)}
    return Regression(**{**values, **arrays, "names": names})
