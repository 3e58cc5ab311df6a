"""The registry as the service uses it: which version is champion, and a version's release on disk."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

from fairtune import files
from fairtune.errors import RegistryFailed
from fairtune.registry.client import connection, fast_lookup, provenance, versions
from fairtune.registry.client.versions import Version
from fairtune.service.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlflow import MlflowClient

METRICS: Final = "metrics.json"


class Source(Protocol):
    """Where versions come from."""

    def champion(self) -> int | None:
        """Return the number of the champion, None if there is none."""

    def load(self, number: int) -> Snapshot:
        """Load a version and try it; an error if it doesn't load."""

    def forget(self, keep: "Collection[int]") -> None:
        """Remove from the disk what was loaded, but for some versions."""

    def versions(self) -> list[dict[str, Any]]:
        """Describe all versions there are, the latest first."""


class Registry:
    """The versions of a registered model.

    Parameters
    ----------
    root
        Folder of the project, for the default registry.
    model
        Name of the registered model.
    store
        Folder for releases; workers that share it download a version once, and map the same files.
    """

    def __init__(self, root: Path, model: str, store: Path) -> None:
        self._root, self._model, self._store = root, model, store
        self._connecting = Lock()  # MLflow's address is a setting of the whole process

    def champion(self) -> int | None:
        with self._connecting:
            return fast_lookup.look_up(self._root, self._model, 1, "").champion

    def load(self, number: int) -> Snapshot:
        with self._connecting, connection.connected(self._root) as client:
            version = versions.version(client, self._model, number)
            if version is None:
                raise RegistryFailed(f"{self._model} version {number} is not in the registry")
            folder = self._store / f"{number}-{version.tags.get(connection.DIGEST, '')[:16]}"
            if not folder.is_dir():
                self._fetch(client, version, folder)
            registered_at = _registered_at(client, self._model, number)
            metrics = _metrics(client, version)
        return Snapshot.load(
            folder, model=self._model, version=number, registered_at=registered_at, metrics=metrics
        )

    def forget(self, keep: "Collection[int]") -> None:
        for folder in self._store.glob("[0-9]*-*"):
            if int(folder.name.partition("-")[0]) not in keep:
                shutil.rmtree(folder, ignore_errors=True)

    def versions(self) -> list[dict[str, Any]]:
        with self._connecting, connection.connected(self._root) as client:
            named = versions.aliases(client, self._model)
            found = versions.versions(client, self._model)
            at = {each.number: _registered_at(client, self._model, each.number) for each in found}
        return [
            {
                "version": each.number,
                "aliases": sorted(alias for alias, number in named.items() if number == each.number),
                "registered_at": at[each.number].isoformat(timespec="seconds"),
                "verdict": each.tags.get("fairtune.verdict"),
                "digest": each.tags.get(connection.DIGEST),
            }
            for each in reversed(found)
        ]

    def _fetch(self, client: "MlflowClient", version: Version, folder: Path) -> None:
        """Download the release of a version; it appears in the store whole or not at all."""
        self._store.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self._store, prefix="incoming-") as incoming:
            release = versions.fetch_release(client, version, Path(incoming))
            if release is None:
                raise RegistryFailed(f"{self._model} version {version.number} holds no release")
            digest = version.tags.get(connection.DIGEST)
            if digest is not None and provenance.digest(release) != digest:
                raise RegistryFailed(
                    f"{self._model} version {version.number}: its files are not those that were registered"
                )
            try:
                release.rename(folder)
            except OSError:
                if not folder.is_dir():  # else another worker was first
                    raise


def _metrics(client: "MlflowClient", version: Version) -> dict[str, Any] | None:
    with TemporaryDirectory(prefix="fairtune-") as folder:
        kept = versions.fetch(client, version, METRICS, Path(folder)) if version.run_id else None
        return None if kept is None else files.read_json(kept)


def _registered_at(client: "MlflowClient", model: str, number: int) -> datetime:
    stamp = client.get_model_version(model, str(number)).creation_timestamp
    return datetime.fromtimestamp(stamp / 1000, UTC)
