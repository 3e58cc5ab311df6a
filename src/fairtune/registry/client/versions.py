"""Versions of a registered model, the aliases that name some of them, and the files of their runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from fairtune.errors import RegistryFailed

if TYPE_CHECKING:
    from mlflow import MlflowClient

CANDIDATE: Final = "candidate"
CHAMPION: Final = "champion"
PREVIOUS: Final = "previous"
DAMAGE: Final = (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading a damaged file raises."""
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Version:
    """One version of a registered model.

    Attributes
    ----------
    model
        Name of the registered model.
    number
        Its number, 1 and above.
    run_id
        The run it came of; empty if it has none.
    tags
        What it was made from, see `connection`.
    """

    model: str
    number: int
    run_id: str
    tags: Mapping[str, str]


def aliases(client: "MlflowClient", model: str) -> dict[str, int]:
    """Return numbers of versions by alias; none if the model isn't registered yet."""
    from mlflow.exceptions import MlflowException

    try:
        registered = client.get_registered_model(model)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return {}
    return {alias: int(number) for alias, number in registered.aliases.items()}


def version(client: "MlflowClient", model: str, which: int | str) -> Version | None:
    """Return a version by its number or alias; None if there is none."""
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
    """Return the versions of a model that bear all of `tags`, the oldest first."""
    conditions = "".join(f" AND tags.`{name}` = '{value}'" for name, value in (tags or {}).items())
    matching = client.search_model_versions(f"name = '{model}'{conditions}", max_results=10_000)
    return tuple(sorted(map(_version, matching), key=lambda each: each.number))


def fetch(client: "MlflowClient", version: Version, path: str, folder: Path) -> Path | None:
    """Download the file or folder `path` of a version's run below `folder`; None if the run has none."""
    parent, _, _ = path.rpartition("/")
    if path not in {artifact.path for artifact in client.list_artifacts(version.run_id, parent or None)}:
        return None
    return Path(client.download_artifacts(version.run_id, path, str(folder)))


def read(
    client: "MlflowClient", version: Version, path: str, folder: Path, reading: Callable[[Path], Kept]
) -> Kept | None:
    """Download the file `path` of a version's run below `folder`, and return what `reading` makes of it.

    None if the run has no such file; `RegistryFailed` if it is damaged: cut off, or of another form.
    """
    found = fetch(client, version, path, folder)
    if found is None:
        return None
    try:
        return reading(found)
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of this machine
        raise RegistryFailed(
            f"{path} of version {version.number} of {version.model} is damaged ({type(error).__name__}): "
            "restore it among the registry's artifacts"
        ) from error


def fetch_release(client: "MlflowClient", version: Version, folder: Path) -> Path | None:
    """Download the release of a version below `folder`, as it was registered; None if there is none in it."""
    import mlflow.artifacts

    where = f"models:/{version.model}/{version.number}"
    downloaded = Path(
        mlflow.artifacts.download_artifacts(
            artifact_uri=where, dst_path=str(folder), tracking_uri=client.tracking_uri
        )
    )
    return next((manifest.parent for manifest in downloaded.glob("artifacts/*/manifest.json")), None)


def _version(entity: Any) -> Version:
    return Version(entity.name, int(entity.version), entity.run_id or "", dict(entity.tags))
