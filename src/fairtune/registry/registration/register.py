"""Registering a released model: it becomes candidate, is tried as it will be used, and becomes champion.

Whatever moment a registration is killed at, the next one ends in the same state: a version is created last,
with all its tags at once, and found again by the digest of its release; the alias `champion` moves after
everything else.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from fairtune.errors import Refused, RegistryFailed
from fairtune.registry.client import connection, versions
from fairtune.registry.client.actor import who
from fairtune.registry.client.versions import CANDIDATE, CHAMPION, Version
from fairtune.registry.promotion import promote, reconcile
from fairtune.registry.promotion.checks import Judge
from fairtune.registry.registration import create_version, smoke_test
from fairtune.registry.registration.entry import Entry, Receipt

if TYPE_CHECKING:
    from mlflow import MlflowClient

WHY: Final = "passed its checks in the pipeline"


def register(entry: Entry, *, root: Path, judge: Judge | None = None) -> Receipt:
    """Register a release, try the registered model as it will be used, and make it champion.

    The same release again changes nothing. `RegistryFailed` if the registry can't be used or the model
    doesn't recommend what the release does: then the champion stays.

    Parameters
    ----------
    entry
        What is registered.
    root
        Folder of the project, for Git, dvc.lock and the default registry.
    judge
        Compares the version with the champion; None: it isn't compared.

    Returns
    -------
    Receipt
        Of a version that didn't compare well, or that was withdrawn before, it says that it was not promoted.
    """
    acting = who(root)
    with connection.connected(root) as client:
        reconcile.current(client, entry.model, who=acting)
        champion = versions.version(client, entry.model, CHAMPION)
        if champion is not None and champion.tags.get(connection.DIGEST) == entry.digest:
            return Receipt(entry.model, champion.number, entry.digest)
        version = _find(client, entry) or _keep_first(
            client, entry, create_version.create(client, entry, root)
        )
        client.set_registered_model_alias(entry.model, CANDIDATE, str(version.number))
        try:
            promote.promote(
                client,
                version,
                promote.Mover(who=acting, why=WHY),
                trial=lambda tried: smoke_test.try_out(tried.model, tried.number, entry.release),
                judge=judge,
            )
        except Refused as refusal:
            return Receipt(entry.model, version.number, entry.digest, promoted=False, reason=str(refusal))
        return Receipt(entry.model, version.number, entry.digest)


def holds(receipt: Receipt, *, root: Path) -> bool:
    """Whether the registry still has this version, with this release; champion or not."""
    if not connection.exists(root):
        return False
    with connection.connected(root) as client:
        version = versions.version(client, receipt.model, receipt.version)
        return version is not None and version.tags.get(connection.DIGEST) == receipt.digest


def _find(client: "MlflowClient", entry: Entry) -> Version | None:
    """Return the oldest version of this very release, which everybody takes, if there is one."""
    same = versions.versions(client, entry.model, {connection.DIGEST: entry.digest})
    return same[0] if same else None


def _keep_first(client: "MlflowClient", entry: Entry, number: int) -> Version:
    """Keep one version of this release: of those that two processes made at once, the lower number."""
    first = _find(client, entry)
    if first is None:
        raise RegistryFailed(f"{entry.model} version {number} was deleted while it was being registered")
    if first.number != number:
        ours = versions.version(client, entry.model, number)
        client.delete_model_version(entry.model, str(number))
        if ours is not None and ours.run_id:
            client.delete_run(ours.run_id)
    return first
