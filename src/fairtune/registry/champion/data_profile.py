"""What the data of the champion was like, from the registry."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fairtune import files
from fairtune.errors import RegistryFailed
from fairtune.registry.client import connection, versions
from fairtune.validation.drift.profile import Profile

FILE: Final = "profile.json"


def read(model: str, *, root: Path) -> tuple[Profile, int] | str:
    """Return the profile of the data of `model`'s champion, and its version; or why there is none.

    `RegistryFailed` if the registry can't be asked, or what it keeps is damaged.
    """
    if not connection.exists(root):
        return "there is no registry yet"
    with connection.connected(root) as client, TemporaryDirectory() as folder:
        champion = versions.version(client, model, versions.CHAMPION)
        if champion is None:
            return f"{model} has no champion yet"
        name = f"version {champion.number} of {model}"
        path = versions.fetch(client, champion, FILE, Path(folder))
        if path is None:
            return f"the champion, {name}, was registered without a profile of its data"
        try:
            profile = Profile.from_json(files.read_json(path))
        except versions.DAMAGE as error:
            raise RegistryFailed(
                f"{FILE} of the champion, {name}, is damaged ({type(error).__name__}): "
                "restore it among the registry's artifacts, or go back by `fairtune rollback`"
            ) from error
    if profile is None:
        return f"the champion, {name}, has a profile of another format"
    return profile, champion.number
