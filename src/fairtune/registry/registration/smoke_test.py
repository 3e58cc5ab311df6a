"""Loading a registered model and predicting with it, before it becomes champion."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from fairtune.errors import RegistryFailed
from fairtune.registry.client import connection, provenance
from fairtune.serving import mlflow_model
from fairtune.serving.recommender import Recommender

if TYPE_CHECKING:
    from fairtune.registry.client.versions import Version

TRIED: Final = 5  # items of each list that the check compares


def try_out(model: str, number: int, release: Path) -> None:
    """Load a version as its users will and compare what it recommends with what `release` does.

    `RegistryFailed` if it doesn't predict, recommends something else, or a byte of what it loaded differs.
    """
    import mlflow.pyfunc

    recommender = Recommender.load(release)
    requests = mlflow_model.example(recommender)
    where = f"models:/{model}/{number}"
    try:
        with mlflow_model.search_path_kept():
            loaded = mlflow.pyfunc.load_model(where)
            predicted = loaded.predict(requests, params={"n": TRIED})
            stored = provenance.digest(loaded.unwrap_python_model().recommender.release.folder)
            recommended = [
                predicted.loc[predicted["row"] == row, ["item_id", "score"]].to_records(index=False).tolist()
                for row in range(len(requests))
            ]
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise RegistryFailed(f"{where} doesn't predict ({reason}): the champion stays") from error
    expected = [
        [(str(item.item_id), round(item.score, 6)) for item in listed.items]
        for listed in (recommender.for_listener(user, n=TRIED, strict=False) for user in requests["user_id"])
    ]
    if recommended != expected:
        raise RegistryFailed(f"{where} doesn't recommend what {release} does: the champion stays")
    if stored != provenance.digest(release):
        raise RegistryFailed(
            f"{where}: its files are not those of {release}: the champion stays; delete this version in "
            "MLflow, and register the release again"
        )


def try_stored(version: "Version") -> None:
    """Try a version with nothing but what the registry keeps: its files are whole, it loads and predicts.

    `RegistryFailed` if a byte of its release isn't as it was registered, or it doesn't predict.
    """
    import mlflow.artifacts

    where = f"models:/{version.model}/{version.number}"
    with TemporaryDirectory() as folder:
        try:
            stored = Path(mlflow.artifacts.download_artifacts(where, dst_path=folder))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise RegistryFailed(f"{where} can't be loaded ({reason}): the champion stays") from error
        folders = {
            provenance.digest(path): path for path in (stored / "artifacts").glob("*") if path.is_dir()
        }
        release = folders.get(version.tags.get(connection.DIGEST, ""))
        if release is None:
            raise RegistryFailed(
                f"{where}: its files are not those that were registered: the champion stays; "
                f"register the release again, or delete this version in MLflow"
            )
        try_out(version.model, version.number, release)
