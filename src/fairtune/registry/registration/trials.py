"""Every trial of the search as a run of MLflow, nested in the run of the version that came of it."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.registry.client import provenance

if TYPE_CHECKING:
    from mlflow import MlflowClient

PARENT: Final = "mlflow.parentRunId"
"""Tag of a nested run: the run it belongs to."""
FIGURES: Final = ("ndcg", "dp", "eo", "served")
COST: Final = {"work": "work", "iterations_done": "iterations"}
"""Columns of trials.parquet, and what they are called in MLflow; `work` is in billions of multiply-adds."""
SECONDS: Final = "seconds"


@dataclass(frozen=True)
class Trial:
    """One trial of the search.

    Attributes
    ----------
    number
        Its number in the search.
    parameters
        Its hyperparameters, by name.
    figures
        Its figures on the validation part, and its cost.
    chosen
        The search chose it.
    cut
        It was pruned.
    """

    number: int
    parameters: Mapping[str, str]
    figures: Mapping[str, float]
    chosen: bool
    cut: bool


def read(paths: Paths) -> tuple[Trial, ...]:
    """Return the trials that the search of stage `tune` left, none where it left none.

    Seconds are among the figures where the trials were run on this machine and not restored from a cache.
    """
    if not paths.trials.exists():
        return ()
    rows = files.read_table(paths.trials).to_dict("records")
    seconds = _seconds(paths)
    return tuple(_trial(row, seconds.get(str(row["number"]))) for row in rows)


def log(client: "MlflowClient", experiment: str, parent: str, trials: tuple[Trial, ...]) -> None:
    """Log each trial as a run nested in the run `parent`: three calls of MLflow each."""
    from mlflow.entities import Metric, Param

    now = int(time.time() * 1000)
    for trial in trials:
        tags = {PARENT: parent, "fairtune.cut": _flag(trial.cut), "fairtune.chosen": _flag(trial.chosen)}
        run = client.create_run(experiment, tags=tags, run_name=f"trial {trial.number}").info.run_id
        client.log_batch(
            run,
            metrics=[Metric(name, value, now, 0) for name, value in trial.figures.items()],
            params=[Param(name, value) for name, value in trial.parameters.items()],
        )
        client.set_terminated(run)


def forget(client: "MlflowClient", experiment: str, parent: str) -> None:
    """Delete the nested runs of a run whose registration was killed."""
    for run in client.search_runs([experiment], f"tags.`{PARENT}` = '{parent}'", max_results=10_000):
        client.delete_run(run.info.run_id)


def _trial(row: Mapping[str, Any], seconds: float | None) -> Trial:
    figures = {name: row[name] for name in FIGURES} | {name: row[column] for column, name in COST.items()}
    if seconds is not None:
        figures[SECONDS] = seconds
    other = {"number", "chosen", "cut", *FIGURES, *COST}
    return Trial(
        number=int(row["number"]),
        parameters={
            name: str(value) for name, value in row.items() if name not in other and not _none(value)
        },
        figures={name: float(value) for name, value in figures.items() if math.isfinite(value)},
        chosen=bool(row["chosen"]),
        cut=bool(row["cut"]),
    )


def _seconds(paths: Paths) -> Mapping[str, float]:
    """Return seconds by number of trial, if they are of the search that left the trials."""
    if not paths.trial_seconds.exists():
        return {}
    recorded = files.read_json(paths.trial_seconds)
    same = recorded["trials"] == provenance.file_digest(paths.trials)
    return recorded["seconds"] if same else {}


def _none(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _flag(value: bool) -> str:
    return str(value).lower()
