"""The champion of a data set, out of the registry."""

import os
import shutil
import tempfile
import weakref
from dataclasses import dataclass, field
from pathlib import Path

from fairtune.api.recommending import Recommends
from fairtune.config import params as all_params
from fairtune.errors import NotThere, RegistryFailed
from fairtune.serving.recommender import Recommender


@dataclass(frozen=True)
class Champion(Recommends):
    """A registered version that recommends.

    Attributes
    ----------
    dataset
        That it was trained on.
    model
        Name of the registered model.
    version
        Its number.
    release
        Folder of its files, which goes with this object.
    """

    dataset: str
    model: str
    version: int
    release: Path
    _opened: list[Recommender] = field(repr=False, compare=False, default_factory=list)

    @property
    def recommender(self) -> Recommender:
        """What answers."""
        return self._recommender()

    def _recommender(self) -> Recommender:
        if not self._opened:
            self._opened.append(Recommender.load(self.release))
        return self._opened[0]


def load_champion(dataset: str, project: str | os.PathLike[str] | None = None) -> Champion:
    """Load the version that is champion of a data set now.

    Parameters
    ----------
    dataset
        A data set of the project's params.yaml.
    project
        Folder of the project; by default the one that this folder is in. `MLFLOW_TRACKING_URI` names a
        registry elsewhere.

    Returns
    -------
    Champion
        Which recommends, finds similar items and explains as `ALS` does.

    Raises
    ------
    NotThere
        The data set has no champion yet.
    RegistryFailed
        The version can't be had from the registry.
    """
    from fairtune.registry.client import connection, fast_lookup, versions

    root = all_params.project_root(None if project is None else Path(project))
    model = all_params.load(root).dataset(dataset).register.model
    number = fast_lookup.look_up(root, model, 1, "").champion
    if number is None:
        raise NotThere(f"{dataset}: {model} has no champion yet: run `fairtune run {dataset}`")
    folder = Path(tempfile.mkdtemp(prefix="fairtune-"))
    with connection.connected(root) as client:
        version = versions.version(client, model, number)
        release = None if version is None else versions.fetch_release(client, version, folder)
    if release is None:
        shutil.rmtree(folder)
        raise RegistryFailed(f"{model} version {number} holds no release that could be loaded")
    champion = Champion(dataset, model, number, release)
    weakref.finalize(champion, shutil.rmtree, folder, ignore_errors=True)
    return champion
