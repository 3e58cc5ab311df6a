"""The models of one evaluation as runs of MLflow with the same metric names, so that its page compares them.

The product's figures, parameters and learning curve go to the run of its version, those of each alternative
to a run below it.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.evaluation.gate.metrics_file import branch
from fairtune.registry.client import connection
from fairtune.registry.registration.trials import PARENT

if TYPE_CHECKING:
    from mlflow import MlflowClient

PRODUCT: Final = "als"
PARITIES: Final = ("dp", "eo")
LEARNING: Final = "learning.ndcg_at_10"
"""nDCG@10 on the validation part, by iteration as the step."""


@dataclass(frozen=True)
class ComparedModel:
    """A model that was judged by the test part.

    Attributes
    ----------
    name
        Of the model, as in metrics.json.
    parameters
        Its settings, by name.
    figures
        Its figures: ndcg_at_10, ..., dp_at_10.region, eo_at_10.region (disparities between groups of items).
    learning
        Figures on the validation part by iteration.
    """

    name: str
    parameters: Mapping[str, str]
    figures: Mapping[str, float]
    learning: Mapping[int, float] = field(default_factory=dict)


def read(paths: Paths, metrics: Mapping[str, Any]) -> tuple[ComparedModel, ...]:
    """Return the models of metrics.json, with the settings that the search chose for each.

    Parameters
    ----------
    paths
        Of the data set.
    metrics
        What metrics.json holds.

    Returns
    -------
    tuple
        The product first, then the alternatives by name.
    """
    best = files.read_json(paths.best) if paths.best.exists() else {}
    others = files.read_json(paths.alternatives) if paths.alternatives.exists() else {}
    settings = {name: branch(told, "settings") for name, told in others.items()}
    settings[PRODUCT] = branch(best, "hyperparameters")
    apart = {PRODUCT: branch(metrics, "fairness", "providers"), **branch(metrics, "fairness_of_alternatives")}
    names = sorted(branch(metrics, "ranking"), key=lambda name: (name != PRODUCT, name))
    return tuple(
        ComparedModel(
            name,
            {key: str(value) for key, value in _flat(settings.get(name, {})).items()},
            connection.flatten(branch(metrics, "ranking", name)) | _disparities(branch(apart, name)),
            _learning(paths) if name == PRODUCT else {},
        )
        for name in names
    )


def log(client: "MlflowClient", experiment: str, parent: str, models: tuple[ComparedModel, ...]) -> None:
    """Log the product to the run `parent`, and every other model to a run nested in it."""
    from mlflow.entities import Metric, Param

    now = int(time.time() * 1000)
    for model in models:
        own = model.name == PRODUCT
        tags = {PARENT: parent, "fairtune.model": model.name}
        run = parent
        if not own:
            run = client.create_run(experiment, tags=tags, run_name=model.name).info.run_id
        curve = [Metric(LEARNING, value, now, step) for step, value in model.learning.items()]
        client.log_batch(
            run,
            metrics=[*(Metric(name, value, now, 0) for name, value in model.figures.items()), *curve],
            params=[Param(name, value) for name, value in model.parameters.items()],
        )
        if not own:
            client.set_terminated(run)


def _disparities(groupings: Mapping[str, Any]) -> dict[str, float]:
    figures = {}
    for grouping, by in groupings.items():
        for parity in PARITIES:
            value = branch(by, f"{parity}@10", "disparity").get("value")
            if value is not None and math.isfinite(value):
                figures[f"{parity}_at_10.{grouping}"] = float(value)
    return figures


def _learning(paths: Paths) -> dict[int, float]:
    if not paths.learning.exists():
        return {}
    rows = files.read_table(paths.learning)
    return {int(step): float(value) for step, value in zip(rows["iteration"], rows["ndcg"], strict=True)}


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
