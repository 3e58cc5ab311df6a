"""The figures that were logged with a version, and whether two versions were measured alike."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fairtune import files
from fairtune.columns import USER
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.evaluation.comparison.compare import SAME_LISTENING, Evaluated
from fairtune.registry.client import connection, provenance, versions
from fairtune.registry.client.versions import Version

if TYPE_CHECKING:
    from mlflow import MlflowClient

HELD_OUT: Final = [USER, "predicted_pairs"]
"""Columns of listeners.parquet: the listeners, and how many pairs of each are held out."""


def tags(params: DatasetParams, paths: Paths, *, seed: int) -> dict[str, str]:
    """Return the tags of the data and of the parameters that the figures of a version were measured by."""
    how = {"evaluate": asdict(params.evaluate), "seed": seed}
    return {connection.MATRIX: provenance.digest(paths.matrix), connection.MEASURED: provenance.of_json(how)}


def figures(client: "MlflowClient", version: Version, paths: Paths, folder: Path) -> Evaluated | None:
    """Return the evaluation that was logged with a version; None without its metrics.json.

    `RegistryFailed` if it is damaged.
    """
    metrics = versions.read(client, version, paths.metrics.name, folder, _metrics)
    if metrics is None:
        return None
    listeners = versions.read(client, version, paths.listeners.name, folder, files.read_table)
    return Evaluated(metrics, listeners)


def _metrics(path: Path) -> dict[str, Any]:
    found = files.read_json(path)
    if not isinstance(found, dict):
        raise TypeError("figures by name are expected")
    return found


def alike(versions: tuple[Version, Version], logged: tuple[Evaluated, Evaluated]) -> bool:
    """Whether the logged figures of two versions are of the same held-out listening and parameters.

    Of versions that were registered before there were tags for that, facts must do: the same sizes and seed,
    the same listeners, and as many held-out pairs of each.
    """
    one, other = (version.tags for version in versions)
    names = (connection.MATRIX, connection.MEASURED)
    if all(name in one and name in other for name in names):
        return all(one[name] == other[name] for name in names)
    then, now = logged
    if any(then.metrics.get(fact) != now.metrics.get(fact) for fact in SAME_LISTENING):
        return False
    if then.listeners is None or now.listeners is None:
        return False
    if not all(set(HELD_OUT) <= set(table.columns) for table in (then.listeners, now.listeners)):
        return False
    return bool(then.listeners[HELD_OUT].equals(now.listeners[HELD_OUT]))
