"""Creating a version: first a run with its contents, then the version in one call."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from fairtune import processes
from fairtune.errors import RegistryFailed
from fairtune.registry.client import connection
from fairtune.registry.registration import compared_models, trials, version_contents
from fairtune.registry.registration.entry import Entry
from fairtune.serving import mlflow_model
from fairtune.serving.recommender import Recommender

if TYPE_CHECKING:
    from mlflow import MlflowClient

VERSION: Final = "fairtune.version"
"""Tag of a run: the version that came of it; without it the registration was killed before there was one."""
OWNER: Final = "fairtune.owner"
"""Tag of a run: the process that makes it, which may be at it still."""


def create(client: "MlflowClient", entry: Entry, root: Path) -> int:
    """Log metrics, files, model, its rivals and trials, then create a version of them and return its number.

    What a killed registration of this release left is cleared first: `create` is called if there is no
    version of it.
    """
    import mlflow

    experiment = connection.experiment(client, root)
    sweep(client, experiment, entry.digest)
    tags = version_contents.tags(entry, root)
    mine = {**tags, OWNER: processes.worker(os.getpid())}
    run = client.create_run(experiment, run_name=entry.model, tags=mine).info.run_id
    try:
        with mlflow.start_run(run):
            logged = mlflow_model.log(Recommender.load(entry.release), extra_files=entry.shipped)
            figures = version_contents.headlines(entry.metrics)
            connection.log_metrics(
                figures, model_id=logged.model_id
            )  # before, MLflow would copy them one by one
            version_contents.log_files(entry.files)
            compared_models.log(client, experiment, run, entry.compared)
            trials.log(client, experiment, run, entry.trials)
    except OSError as error:
        _clear(client, experiment, run)
        reason = (error.strerror or str(error)).splitlines()[0]
        raise RegistryFailed(
            f"{entry.model}: its files can't be written ({reason}): nothing was registered, and the champion "
            "stays; make room where MLflow keeps files, then register again"
        ) from error
    _registered_model(client, entry.model)
    created = client.create_model_version(
        entry.model,
        source=logged.artifact_path,
        run_id=logged.run_id,
        model_id=logged.model_id,
        tags=tags,
        description=entry.description or None,
    )
    client.set_tag(logged.run_id, VERSION, created.version)
    return int(created.version)


def sweep(client: "MlflowClient", experiment: str, digest: str) -> None:
    """Close the runs that killed registrations of a release left, and delete the trials below them.

    Runs of a process that is still at work are left alone.
    """
    me = processes.worker(os.getpid())
    of_release = f"tags.`{connection.DIGEST}` = '{digest}'"
    for run in client.search_runs([experiment], of_release, max_results=1000):
        tags, begun = run.data.tags, run.info.start_time / 1000
        owner = tags.get(OWNER, "")
        if VERSION not in tags and (owner == me or processes.gone(owner, begun)):
            client.set_terminated(run.info.run_id, status="KILLED")
            trials.forget(client, experiment, run.info.run_id)


def _clear(client: "MlflowClient", experiment: str, run: str) -> None:
    """Delete what was written of a run on this machine, so that it doesn't take the room that is missing."""
    models = client.search_logged_models([experiment], f"source_run_id = '{run}'")
    for uri in (client.get_run(run).info.artifact_uri, *(model.artifact_location for model in models)):
        place = urlsplit(uri)
        if place.scheme == "file":
            shutil.rmtree(Path(url2pathname(place.path)).parent, ignore_errors=True)


def _registered_model(client: "MlflowClient", model: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(model)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
