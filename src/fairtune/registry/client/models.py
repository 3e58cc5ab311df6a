"""The registered models of a project, found by their data sets, with who is at work on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fairtune.config.params import Params
from fairtune.errors import BadRequest
from fairtune.registry.client import connection, versions
from fairtune.registry.client.actor import who
from fairtune.registry.client.versions import Version

if TYPE_CHECKING:
    from mlflow import MlflowClient


@dataclass(frozen=True)
class Model:
    """A registered model.

    Attributes
    ----------
    client
        MLflow's client of the registry.
    dataset
        The data set it learns from.
    name
        Its name in the registry.
    who
        Whoever acts on it, as the history names them.
    """

    client: "MlflowClient"
    dataset: str
    name: str
    who: str

    def version(self, number: int) -> Version:
        """Return a version; `BadRequest` if there is none, with those that there are."""
        version = versions.version(self.client, self.name, number)
        if version is None:
            existing = ", ".join(str(each.number) for each in versions.versions(self.client, self.name))
            raise BadRequest(f"{self.name} has no version {number}; versions: {existing or 'none'}")
        return version


@contextmanager
def at(root: Path, params: Params, dataset: str | None) -> Iterator[Model]:
    """Yield the model of a data set, or of the only registered one; `BadRequest` if there are more."""
    with all_at(root, params, dataset) as models:
        if not models:
            raise BadRequest("nothing is registered yet: `fairtune run DATASET` does that")
        if len(models) > 1:
            names = " or ".join(model.dataset for model in models)
            raise BadRequest(f"more than one data set is registered: say --dataset {names}")
        yield models[0]


@contextmanager
def all_at(root: Path, params: Params, dataset: str | None) -> Iterator[tuple[Model, ...]]:
    """Yield the models of all registered data sets, or that of one, registered or not."""
    if dataset:
        params.dataset(dataset)
    if not connection.exists(root):
        yield ()
        return
    acting = who(root)
    with connection.connected(root) as client:
        registered = {each.name for each in client.search_registered_models(max_results=1000)}
        yield tuple(
            Model(client, name, chosen.register.model, acting)
            for name, chosen in params.datasets.items()
            if (name == dataset if dataset else chosen.register.model in registered)
        )
