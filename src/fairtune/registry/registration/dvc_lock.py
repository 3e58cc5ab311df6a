"""The dvc.lock of a version: the one with which its run ended, not the one it was registered under."""

from pathlib import Path
from typing import Final

from fairtune.errors import NotThere
from fairtune.registry.client import connection, provenance, versions

FILE: Final = "dvc.lock"
TAG: Final = "fairtune.dvc_lock"
"""Tag of runs and versions: sha256 of the dvc.lock that is kept with the run."""


def keep(model: str, number: int, *, root: Path) -> str:
    """Keep dvc.lock with a version's run, its sha256 as tag of run and version; return the sha256.

    While a version is registered, DVC hasn't written the entry of stage `register` yet. `NotThere` if there
    is no such version, `RegistryFailed` if the registry can't be used.
    """
    digest = provenance.file_digest(root / FILE)
    with connection.connected(root) as client:
        version = versions.version(client, model, number)
        if version is None:
            raise NotThere(f"{model} version {number} isn't in the registry: run stage register again")
        if version.run_id:
            client.log_artifact(version.run_id, str(root / FILE))
            client.set_tag(version.run_id, TAG, digest)
        client.set_model_version_tag(model, str(number), TAG, digest)
    return digest
