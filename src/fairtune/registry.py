"""The model registry: a released model goes in, is tried as it will be used, and only then becomes champion.

Whatever moment a registration is killed at, the next one ends in the same state: a version is created last,
with all its tags at once, and found again by the digest of its release; the alias `champion` moves after
everything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fairtune import provenance, tracking
from fairtune.errors import RegistryFailed
from fairtune.serving import packaging
from fairtune.serving.recommender import Recommender

if TYPE_CHECKING:
    from mlflow import MlflowClient

CANDIDATE: Final = "candidate"
CHAMPION: Final = "champion"
PREVIOUS: Final = "previous"

TRIED: Final = 5  # items of each list that the check compares


@dataclass(frozen=True)
class Receipt:
    """What a registration leaves behind: no clock and no run number, so that repeating it writes the same."""

    model: str
    version: int
    digest: str
    aliases: tuple[str, ...] = (CANDIDATE, CHAMPION)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "aliases": list(self.aliases)}

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> "Receipt":
        return cls(json["model"], json["version"], json["digest"], tuple(json["aliases"]))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is registered.

    model: name in the registry. release: folder of the released model. metrics: metrics.json, nested. passed:
    the verdict. files: report and figures, kept with the run.
    """

    model: str
    release: Path
    metrics: Mapping[str, Any]
    passed: bool
    files: Sequence[Path] = ()
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", provenance.digest(self.release))


def register(entry: Entry, *, root: Path) -> Receipt:
    """Register a release, try the registered model as it will be used, and make it champion.

    root: the project, for Git, dvc.lock and the default registry. The same release again changes nothing.
    `RegistryFailed` if the registry can't be used or the model doesn't recommend what the release does: then
    the champion stays.
    """
    with tracking.connected(root) as client:
        aliases = _aliases(client, entry.model)
        version = aliases.get(CHAMPION)
        if version is None or _digest(client, entry.model, version) != entry.digest:
            version = _find(client, entry) or _create(client, entry, root)
            client.set_registered_model_alias(entry.model, CANDIDATE, str(version))
            _try(entry)
            _promote(client, entry.model, version, champion=aliases.get(CHAMPION))
        return Receipt(entry.model, version, entry.digest)


def holds(receipt: Receipt, *, root: Path) -> bool:
    """Say whether the registry still has what `receipt` says: this release as champion."""
    if not tracking.exists(root):
        return False
    with tracking.connected(root) as client:
        champion = _aliases(client, receipt.model).get(CHAMPION)
        return champion == receipt.version and _digest(client, receipt.model, champion) == receipt.digest


def _promote(client: "MlflowClient", model: str, version: int, *, champion: int | None) -> None:
    """Make `version` champion; the old one is remembered first, so that a kill in between loses nothing."""
    if champion is not None:
        client.set_registered_model_alias(model, PREVIOUS, str(champion))
    client.set_registered_model_alias(model, CHAMPION, str(version))


def _find(client: "MlflowClient", entry: Entry) -> int | None:
    """Give the newest version of this very release, if there is one."""
    wanted = f"name = '{entry.model}' AND tags.`{tracking.DIGEST}` = '{entry.digest}'"
    return max((int(found.version) for found in client.search_model_versions(wanted)), default=None)


def _create(client: "MlflowClient", entry: Entry, root: Path) -> int:
    """Log a run with metrics, files and model, and then, in one call, a version of it."""
    import mlflow

    experiment = tracking.experiment(client, root)
    tracking.sweep(client, experiment, entry.digest)
    tags = _tags(entry, root)
    with mlflow.start_run(experiment_id=experiment, run_name=entry.model, tags=tags):
        logged = packaging.log(Recommender.load(entry.release))
        tracking.log_metrics(
            entry.metrics, model_id=logged.model_id
        )  # before, MLflow would copy them one by one
        for file in entry.files:
            mlflow.log_artifact(str(file))
    _registered_model(client, entry.model)
    created = client.create_model_version(
        entry.model, source=logged.artifact_path, run_id=logged.run_id, model_id=logged.model_id, tags=tags
    )
    return int(created.version)


def _try(entry: Entry) -> None:
    """Load the candidate by its alias and compare what it recommends with what the release does."""
    import mlflow.pyfunc

    recommender = Recommender.load(entry.release)
    asked = packaging.example(recommender)
    where = f"models:/{entry.model}@{CANDIDATE}"
    try:
        told = mlflow.pyfunc.load_model(where).predict(asked, params={"n": TRIED})
        found = [
            told.loc[told["row"] == row, ["item_id", "score"]].to_records(index=False).tolist()
            for row in range(len(asked))
        ]
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise RegistryFailed(f"{where} doesn't predict ({reason}): the champion stays") from error
    expected = [
        [(str(item.item_id), round(item.score, 6)) for item in listed.items]
        for listed in (recommender.for_listener(user, n=TRIED, strict=False) for user in asked["user_id"])
    ]
    if found != expected:
        raise RegistryFailed(f"{where} doesn't recommend what {entry.release} does: the champion stays")


def _tags(entry: Entry, root: Path) -> dict[str, str]:
    revision, dirty = provenance.git_revision(root)
    return {
        tracking.DIGEST: entry.digest,
        "fairtune.git_revision": revision,
        "fairtune.git_dirty": str(dirty).lower(),
        "fairtune.dvc_lock": provenance.file_digest(root / "dvc.lock"),
        "fairtune.verdict": "passed" if entry.passed else "failed",
    }


def _registered_model(client: "MlflowClient", model: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(model)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _aliases(client: "MlflowClient", model: str) -> dict[str, int]:
    """Versions by alias; none if the model isn't registered yet."""
    from mlflow.exceptions import MlflowException

    try:
        found = client.get_registered_model(model)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return {}
    return {alias: int(version) for alias, version in found.aliases.items()}


def _digest(client: "MlflowClient", model: str, version: int) -> str | None:
    tags: Mapping[str, str] = client.get_model_version(model, str(version)).tags
    return tags.get(tracking.DIGEST)
