"""The registry as the service uses it: which version is champion, and a version's release on disk."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

from fairtune.errors import RegistryFailed
from fairtune.registry.client import connection, fast_lookup, provenance, versions
from fairtune.registry.client.actor import who
from fairtune.registry.client.versions import Version
from fairtune.registry.promotion import history as histories
from fairtune.registry.promotion.history import ModelHistory
from fairtune.service.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlflow import MlflowClient

METRICS: Final = "metrics.json"
KEPT: Final = 16
"""Files of versions that are held in memory; a version is never changed."""


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

    def history(self) -> ModelHistory:
        """Return who made which version champion, when and why."""

    def kept(self, number: int, name: str) -> bytes | None:
        """Return a file that is kept with a version; None if there is none."""


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
        self._files: dict[tuple[int, str], bytes] = {}

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
            metrics = _read(client, version, METRICS)
        return Snapshot.load(
            folder,
            model=self._model,
            version=number,
            registered_at=registered_at,
            metrics=json.loads(metrics) if metrics else None,
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

    def history(self) -> ModelHistory:
        with self._connecting, connection.connected(self._root) as client:
            return histories.describe(client, self._model, who=who(self._root))

    def kept(self, number: int, name: str) -> bytes | None:
        if (number, name) in self._files:
            return self._files[number, name]
        with self._connecting, connection.connected(self._root) as client:
            content = _read(client, versions.version(client, self._model, number), name)
        if content is not None:  # what isn't there may come
            while len(self._files) >= KEPT:
                self._files.pop(next(iter(self._files)), None)
            self._files[number, name] = content
        return content

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


def _read(client: "MlflowClient", version: Version | None, name: str) -> bytes | None:
    """Return a file of the run that a version came of; None if there is none."""
    if version is None or not version.run_id:
        return None
    with TemporaryDirectory(prefix="fairtune-") as folder:
        kept = versions.fetch(client, version, name, Path(folder))
        return None if kept is None else kept.read_bytes()


def _registered_at(client: "MlflowClient", model: str, number: int) -> datetime:
    stamp = client.get_model_version(model, str(number)).creation_timestamp
    return datetime.fromtimestamp(stamp / 1000, UTC)
