"""MLflow: its address, its errors, our experiment and the metrics of a run."""

import logging
import math
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fairtune.errors import RegistryFailed
from fairtune.registry.client import relocation

if TYPE_CHECKING:
    from mlflow import MlflowClient

URI: Final = "MLFLOW_TRACKING_URI"
EXPERIMENT: Final = "fairtune"
DIGEST: Final = "fairtune.digest"
"""Tag of runs and versions: digest of the release they are about."""
MATRIX: Final = "fairtune.matrix"
"""Tag of versions: digest of the matrix, so of the data and of the split."""
MEASURED: Final = "fairtune.measured"
"""Tag of versions: digest of the parameters that their figures were measured by."""
SQLITE: Final = "sqlite:///"
NO_PATHS: Final = frozenset({"databricks", "databricks-uc", "uc"})
"""Addresses without a colon that are none of a folder."""
METRICS_A_CALL: Final = 1000  # MLflow takes no more at once
SETTINGS: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # the default of 7 waits for minutes
}


@contextmanager
def connected(root: Path) -> Iterator["MlflowClient"]:
    """Connect to MLFLOW_TRACKING_URI, or to mlflow.db in the project; its errors become `RegistryFailed`."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    import mlflow
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    for chatty in ("mlflow", "alembic"):  # they log every table they create
        logging.getLogger(chatty).setLevel(logging.WARNING)
    uri_was_set = bool(os.environ.get(URI))
    # this one prints the stack of what it raises, too
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
    address = uri(root)
    if address == f"{SQLITE}{_default_store(root)}":
        relocation.relocate(root, _default_store(root), EXPERIMENT)
    mlflow.set_tracking_uri(address)
    try:
        yield mlflow.MlflowClient(address)
    except (MlflowException, SQLAlchemyError) as error:
        raise RegistryFailed(message(address, error)) from error
    finally:
        if (
            not uri_was_set
        ):  # MLflow puts it there, and the next project would be taken to have named a registry
            os.environ.pop(URI, None)


def message(address: str, error: Exception) -> str:
    """Describe in one line what the registry at this URI failed with, and what to do."""
    shown = re.sub(r"//[^/@]*@", "//", address)  # a password may stand there
    if "database is locked" in str(error):
        return (
            f"registry {shown}: another process keeps the database locked; nothing was changed: "
            "wait for it to end, or stop it, and try again"
        )
    if "disk is full" in str(error):
        return f"registry {shown}: the disk is full; the champion stays: make room there, and try again"
    reason = str(error).splitlines()[0]
    return f"registry {shown}: {reason}; check {URI}, and that the server answers"


def uri(root: Path) -> str:
    """Return MLFLOW_TRACKING_URI, or the default registry in the project.

    A relative file is one of the project's, whatever folder a command is called from.
    """
    named = os.environ.get(URI)
    if not named:
        return f"{SQLITE}{_default_store(root)}"
    if named.startswith(SQLITE) and not named.endswith(":memory:"):
        return f"{SQLITE}{root.resolve() / named.removeprefix(SQLITE)}"
    if ":" not in named and named not in NO_PATHS:
        return str(root.resolve() / named)
    return named


def exists(root: Path) -> bool:
    """Whether there may be a registry: a server is named, or the file of one has been made. Cheap."""
    address = uri(root)
    return not address.startswith(SQLITE) or Path(address.removeprefix(SQLITE)).exists()


def experiment(client: "MlflowClient", root: Path) -> str:
    """Return the id of our experiment; it is made if there is none."""
    from mlflow.exceptions import MlflowException

    existing = client.get_experiment_by_name(EXPERIMENT)
    if existing is not None:
        return str(existing.experiment_id)
    server = client.tracking_uri.startswith(("http://", "https://", "databricks"))
    location = None if server else (root.resolve() / "mlartifacts").as_uri()
    try:
        return str(client.create_experiment(EXPERIMENT, artifact_location=location))
    except MlflowException as error:  # another process may have been first
        existing = client.get_experiment_by_name(EXPERIMENT)
        if existing is None or error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        return str(existing.experiment_id)


def log_metrics(metrics: Mapping[str, Any], *, model_id: str) -> None:
    """Log nested metrics to the active run, as those of a logged model."""
    import mlflow

    flat = list(flatten(metrics).items())
    for start in range(0, len(flat), METRICS_A_CALL):
        mlflow.log_metrics(dict(flat[start : start + METRICS_A_CALL]), model_id=model_id)


def flatten(metrics: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Return every finite number of nested metrics under a name that MLflow takes.

    Parameters
    ----------
    metrics
        Nested as in metrics.json. A figure with its interval becomes three: the value under the plain name,
        `.low` and `.high` beside it.
    prefix
        Stands before every name, with a dot.

    Returns
    -------
    dict
        Value by name, such as "ranking.als.ndcg_at_10".
    """
    flat: dict[str, float] = {}
    for key, value in metrics.items():
        name = prefix if key == "value" and prefix else ".".join(filter(None, (prefix, _metric_name(key))))
        if isinstance(value, Mapping):
            flat.update(flatten(value, name))
        elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            flat[name] = float(value)
    return flat


def _metric_name(key: str) -> str:
    """Replace what MLflow refuses: all but letters, digits, `_ - . :` and blanks."""
    return re.sub(r"[^\w\-. :]", "_", key.replace("@", "_at_"), flags=re.ASCII)


def _default_store(root: Path) -> Path:
    return root.resolve() / "mlflow.db"
