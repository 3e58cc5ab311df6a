"""The models that `als` is compared with, by the name that params.yaml uses."""

from typing import Final

from fairtune.errors import BadParams
from fairtune.models.autoencoder import Autoencoder
from fairtune.models.base import Alternative
from fairtune.models.item_knn import ItemKnn
from fairtune.models.linear import Linear
from fairtune.models.plain_als import PlainAls
from fairtune.models.popularity import Popularity
from fairtune.models.tutorial_als import TutorialAls
from fairtune.models.variational_autoencoder import VariationalAutoencoder

ALTERNATIVES: Final[dict[str, type[Alternative]]] = {
    "popularity": Popularity,
    "tutorial_als": TutorialAls,
    "plain_als": PlainAls,
    "item_knn": ItemKnn,
    "linear": Linear,
    "autoencoder": Autoencoder,
    "variational_autoencoder": VariationalAutoencoder,
}
"""What `als` is compared with on every run, by the name that params.yaml uses."""


def alternative(name: str) -> type[Alternative]:
    """Give the class of an alternative; `BadParams` lists the names there are."""
    if name not in ALTERNATIVES:
        raise BadParams(f"train.alternatives: no model '{name}'; there are: {', '.join(ALTERNATIVES)}")
    return ALTERNATIVES[name]
