"""The fits that a registered version keeps beside its release: those that are judged, not what ships."""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, TypeVar
from zipfile import BadZipFile

from fairtune import files
from fairtune.columns import Part
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.errors import RegistryFailed
from fairtune.matrix import storage as matrix_storage
from fairtune.models import alignment, release
from fairtune.models import storage as model_storage
from fairtune.models.alignment import Fitted
from fairtune.models.play_prediction import storage as predictor_storage
from fairtune.models.play_prediction.predictor import PlayPredictor
from fairtune.registry.client import connection, versions
from fairtune.registry.client.versions import Version

if TYPE_CHECKING:
    from mlflow import MlflowClient

Kept = TypeVar("Kept")

FOLDER: Final = "fits"
"""Where they are in a version's run: a folder each."""
PARTS: Final = (Part.TRAIN, Part.TRAIN_VALID)
PREDICTOR: Final = "play_predictor.json"


def write(folder: Path, params: DatasetParams, paths: Paths) -> dict[str, Path]:
    """Write the fits on TRAIN and TRAIN_VALID below `folder`; give folders by their path in the run."""
    matrix = matrix_storage.read_matrix(paths.matrix)
    regularization = files.read_json(paths.best)["hyperparameters"]["regularization"]
    for part in PARTS:
        fitted = alignment.describe(
            matrix,
            part,
            model_storage.read_als(paths.fit(part)),
            regularization=regularization,
            age_bands=params.evaluate.age_bands,
        )
        model_storage.write_fitted(folder / part, fitted)
    files.write_json(folder / Part.TRAIN_VALID / PREDICTOR, files.read_json(paths.play_predictor))
    return {f"{FOLDER}/{part}": folder / part for part in PARTS}


def read(
    client: "MlflowClient", version: Version, part: Part, folder: Path
) -> tuple[Fitted, PlayPredictor | None] | None:
    """Return a version's fit on `part` and its play predictor; None if it kept none.

    folder: an empty one, to download to. `RegistryFailed` if what it kept is broken.
    """
    found = versions.fetch(client, version, f"{FOLDER}/{part}", folder)
    if found is None:
        return None
    predictor = found / PREDICTOR
    play_predictor = (
        unbroken(version, predictor_storage.read_play_predictor, predictor) if predictor.exists() else None
    )
    return unbroken(version, model_storage.read_fitted, found), play_predictor


def fetch(model: str, folder: Path, *, root: Path) -> dict[str, object] | str:
    """Download the fits of `model`'s champion below `folder`: those that it kept, and its release.

    `RegistryFailed` if the registry can't be asked, or what it keeps is broken.

    Parameters
    ----------
    model
        Name in the registry.
    folder
        An empty one; a folder a part is written there.
    root
        Folder of the project.

    Returns
    -------
    dict or str
        Model, version and digest of the champion; or why there are no fits.
    """
    if not connection.exists(root):
        return "there is no registry"
    with connection.connected(root) as client, TemporaryDirectory(prefix="fairtune-") as downloaded:
        champion = versions.version(client, model, versions.CHAMPION)
        if champion is None:
            return f"{model} has no champion"
        for part in Part:
            place = Path(downloaded) / part
            place.mkdir()
            found = (
                versions.fetch_release(client, champion, place)
                if part is Part.ALL
                else versions.fetch(client, champion, f"{FOLDER}/{part}", place)
            )
            if found is not None:
                unbroken(
                    champion, release.read_released if part is Part.ALL else model_storage.read_fitted, found
                )
                shutil.copytree(found, folder / part)
    digest = champion.tags.get(connection.DIGEST, "")
    return {"model": champion.model, "version": champion.number, "digest": digest}


def unbroken(version: Version, read: Callable[[Path], Kept], path: Path) -> Kept:
    """Read what was downloaded of a version; `RegistryFailed` if it is broken."""
    try:
        return read(path)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0].replace(str(path), path.name)
        raise RegistryFailed(f"the fits kept with version {version.number} are broken ({reason})") from error
