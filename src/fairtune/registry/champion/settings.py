"""The settings of the champion, from the registry."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fairtune import files
from fairtune.config.hyperparameters import Hyperparameters, hyperparameters
from fairtune.errors import RegistryFailed
from fairtune.registry.client import connection, versions

FILE: Final = "best.json"


def read(model: str, *, root: Path) -> tuple[Hyperparameters, int] | None:
    """Return the settings of `model`'s champion, and its version.

    Parameters
    ----------
    model
        Name in the registry.
    root
        Folder of the project.

    Returns
    -------
    tuple or None
        None where there is no champion, or none that tells its settings.

    Raises
    ------
    RegistryFailed
        The registry can't be asked, or what it keeps is damaged.

    """
    if not connection.exists(root):
        return None
    with connection.connected(root) as client, TemporaryDirectory() as folder:
        champion = versions.version(client, model, versions.CHAMPION)
        if champion is None:
            return None
        path = versions.fetch(client, champion, FILE, Path(folder))
        if path is None:
            return None
        try:
            return hyperparameters(files.read_json(path)["hyperparameters"]), champion.number
        except versions.DAMAGE as error:
            raise RegistryFailed(
                f"{FILE} of the champion, version {champion.number} of {model}, is damaged "
                f"({type(error).__name__}): restore it among the registry's artifacts, or search anew"
            ) from error
