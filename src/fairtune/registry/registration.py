"""A released model goes into the registry as candidate, is tried as it will be used, and becomes champion.

Whatever moment a registration is killed at, the next one ends in the same state: a version is created last,
with all its tags at once, and found again by the digest of its release; the alias `champion` moves after
everything else.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fairtune import registered, tracking
from fairtune.registered import CANDIDATE, CHAMPION
from fairtune.registry import creating, moves, trying
from fairtune.registry.entry import Entry, Receipt

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from fairtune.challenge import Judged

Judge = Callable[["MlflowClient", registered.Version], "Judged | None"]
"""Judges a version against the champion; None: there is none to compare with."""


def register(entry: Entry, *, root: Path, judge: Judge | None = None) -> Receipt:
    """Register a release, try the registered model as it will be used, and make it champion.

    root: the project, for Git, dvc.lock and the default registry. judge: says whether it is good enough; the
    receipt of one that isn't says that it was not promoted. The same release again changes nothing.
    `RegistryFailed` if the registry can't be used or the model doesn't recommend what the release does: then
    the champion stays.
    """
    with tracking.connected(root) as client:
        champion = registered.version(client, entry.model, CHAMPION)
        if champion is not None and champion.tags.get(tracking.DIGEST) == entry.digest:
            return Receipt(entry.model, champion.number, entry.digest)
        number = _find(client, entry) or creating.create(client, entry, root)
        client.set_registered_model_alias(entry.model, CANDIDATE, str(number))
        trying.try_out(entry.model, number, entry.release)
        candidate = registered.version(client, entry.model, number)
        judged = judge(client, candidate) if judge and candidate else None
        if judged is not None and not judged.passed:
            return Receipt(entry.model, number, entry.digest, promoted=False)
        moves.promote(client, entry.model, number)
        return Receipt(entry.model, number, entry.digest)


def holds(receipt: Receipt, *, root: Path) -> bool:
    """Say whether the registry still has what `receipt` says: this release as champion."""
    if not tracking.exists(root):
        return False
    with tracking.connected(root) as client:
        champion = registered.version(client, receipt.model, CHAMPION)
        return (
            champion is not None
            and champion.number == receipt.version
            and champion.tags.get(tracking.DIGEST) == receipt.digest
        )


def _find(client: "MlflowClient", entry: Entry) -> int | None:
    """Give the newest version of this very release, if there is one."""
    found = registered.versions(client, entry.model, {tracking.DIGEST: entry.digest})
    return found[-1].number if found else None
