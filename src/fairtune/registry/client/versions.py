"""What the registry has: versions of a model, which of them an alias names, and the files of their runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mlflow import MlflowClient

CANDIDATE: Final = "candidate"
CHAMPION: Final = "champion"
PREVIOUS: Final = "previous"


@dataclass(frozen=True)
class Version:
    """One version of a registered model. tags: what it was made from, see `connection`."""

    model: str
    number: int
    run_id: str
    tags: Mapping[str, str]


def aliases(client: "MlflowClient", model: str) -> dict[str, int]:
    """Numbers of versions by alias; none if the model isn't registered yet."""
    from mlflow.exceptions import MlflowException

    try:
        found = client.get_registered_model(model)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return {}
    return {alias: int(number) for alias, number in found.aliases.items()}


def version(client: "MlflowClient", model: str, which: int | str) -> Version | None:
    """Give a version by its number or alias; None if there is none."""
    from mlflow.exceptions import MlflowException

    number = aliases(client, model).get(which) if isinstance(which, str) else which
    if number is None:
        return None
    try:
        return _version(client.get_model_version(model, str(number)))
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return None


def versions(
    client: "MlflowClient", model: str, tags: Mapping[str, str] | None = None
) -> tuple[Version, ...]:
    """Give the versions of a model that bear all of `tags`, the oldest first."""
    wanted = "".join(f" AND tags.`{name}` = '{value}'" for name, value in (tags or {}).items())
    found = client.search_model_versions(f"name = '{model}'{wanted}", max_results=10_000)
    return tuple(sorted(map(_version, found), key=lambda each: each.number))


def fetch(client: "MlflowClient", of: Version, path: str, folder: Path) -> Path | None:
    """Download the file or folder `path` of the version's run below `folder`; None if the run has none."""
    above, _, _ = path.rpartition("/")
    if path not in {found.path for found in client.list_artifacts(of.run_id, above or None)}:
        return None
    return Path(client.download_artifacts(of.run_id, path, str(folder)))


def fetch_release(client: "MlflowClient", of: Version, folder: Path) -> Path | None:
    """Download the release of a version below `folder`, as it was registered; None if there is none in it."""
    import mlflow.artifacts

    where = f"models:/{of.model}/{of.number}"
    found = Path(
        mlflow.artifacts.download_artifacts(
            artifact_uri=where, dst_path=str(folder), tracking_uri=client.tracking_uri
        )
    )
    return next((manifest.parent for manifest in found.glob("artifacts/*/manifest.json")), None)


def _version(found: Any) -> Version:
    return Version(found.name, int(found.version), found.run_id or "", dict(found.tags))
