"""The champion's fits as files: where those of stage `train` start if `train.warm_start` is on.

`fits.json` names the champion and has the sha256 of every file below `fits/`: a stage that depends on the one
depends on all of them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fairtune import files
from fairtune.columns import Part
from fairtune.config.paths import Paths
from fairtune.errors import NotThere
from fairtune.models import release, storage
from fairtune.models.champion_start import Champion

REASON: Final = "reason"


def write(paths: Paths, champion: Mapping[str, object] | None = None, *, reason: str = "") -> None:
    """Describe the fits below `paths.champion_fits`; say that there are none for None.

    Parameters
    ----------
    paths
        Of the data set.
    champion
        Model, version and digest of the champion whose fits they are.
    reason
        Why there are none, if somebody wants them.

    """
    content: Mapping[str, Any] = {REASON: reason} if reason else {}
    if champion is not None:
        content = {**champion, "files": _digests(paths.champion_fits)}
    files.write_json(paths.champion_fits_index, content)


def read(paths: Paths) -> Champion:
    """Return the champion's fit on each part, and which champion it was; none, and why, if none were taken.

    Parameters
    ----------
    paths
        Of the data set.

    Returns
    -------
    Champion
        Its fits; without a file of that name there are none.

    Raises
    ------
    NotThere
        What lies below `paths.champion_fits` isn't what `fits.json` describes.

    """
    path = paths.champion_fits_index
    content = dict(files.read_json(path)) if path.exists() else {}
    if not content or REASON in content:
        return Champion(reason=content.get(REASON, "no fits of a champion were taken"))
    if content.pop("files") != _digests(paths.champion_fits):
        raise NotThere(
            f"{paths.champion_fits} is not what {paths.champion_fits_index.name} describes: "
            f"`fairtune run {paths.dataset}` takes the champion's fits anew"
        )
    readers = {part: release.read_released if part is Part.ALL else storage.read_fitted for part in Part}
    folders = {part: paths.champion_fits / part for part in Part}
    fits = {part: readers[part](folder) if folder.is_dir() else None for part, folder in folders.items()}
    return Champion(fits=fits, name=content)


def _digests(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): files.sha256(path) for path in found}
