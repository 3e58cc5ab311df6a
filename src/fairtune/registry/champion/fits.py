"""The fits that a registered version keeps beside its release: those that are judged, not what ships."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar
from zipfile import BadZipFile

from fairtune import files
from fairtune.columns import Part
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.errors import RegistryFailed
from fairtune.matrix import storage as matrix_storage
from fairtune.models import alignment
from fairtune.models import storage as model_storage
from fairtune.models.alignment import Fitted
from fairtune.models.play_prediction import storage as predictor_storage
from fairtune.models.play_prediction.predictor import PlayPredictor
from fairtune.registry.client import versions
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
    """Give a version's fit on `part` and what guesses plays by it; None if it kept none.

    folder: an empty one, to download to. `RegistryFailed` if what it kept is broken.
    """
    found = versions.fetch(client, version, f"{FOLDER}/{part}", folder)
    if found is None:
        return None
    predictor = found / PREDICTOR
    guesses = (
        unbroken(version, predictor_storage.read_play_predictor, predictor) if predictor.exists() else None
    )
    return unbroken(version, model_storage.read_fitted, found), guesses


def unbroken(version: Version, read: Callable[[Path], Kept], path: Path) -> Kept:
    """Read what was downloaded of a version; `RegistryFailed` if it is broken."""
    try:
        return read(path)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0].replace(str(path), path.name)
        raise RegistryFailed(f"the fits kept with version {version.number} are broken ({reason})") from error
