"""The dvc.lock of a version: the one with which its run ended, not the one it was registered under."""

from pathlib import Path
from typing import Final

from fairtune.errors import NotThere
from fairtune.registry.client import connection, provenance, versions

FILE: Final = "dvc.lock"
TAG: Final = "fairtune.dvc_lock"
"""Tag of runs and versions: sha256 of the dvc.lock that is kept with the run."""


def keep(model: str, number: int, *, root: Path) -> str:
    """Keep the project's dvc.lock with a version's run, and its sha256 as tag of run and version; give that.

    While a version is registered, DVC hasn't written the entry of stage `register` yet. `NotThere` if there
    is no such version, `RegistryFailed` if the registry can't be used.
    """
    digest = provenance.file_digest(root / FILE)
    with connection.connected(root) as client:
        found = versions.version(client, model, number)
        if found is None:
            raise NotThere(f"{model} version {number} isn't in the registry: run stage register again")
        if found.run_id:
            client.log_artifact(found.run_id, str(root / FILE))
            client.set_tag(found.run_id, TAG, digest)
        client.set_model_version_tag(model, str(number), TAG, digest)
    return digest
