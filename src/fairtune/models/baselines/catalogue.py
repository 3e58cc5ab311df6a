"""The models that `als` is compared with, by the name that params.yaml uses."""

from collections.abc import Callable, Mapping
from typing import Final

from fairtune.columns import Part
from fairtune.config.alternatives import CLASS, Setting
from fairtune.matrix.matrix import Matrix
from fairtune.models import own_class
from fairtune.models.base import Alternative
from fairtune.models.baselines.autoencoder import Autoencoder
from fairtune.models.baselines.item_knn import ItemKnn
from fairtune.models.baselines.linear import Linear
from fairtune.models.baselines.plain_als import PlainAls
from fairtune.models.baselines.popularity import Popularity
from fairtune.models.baselines.tutorial_als import TutorialAls
from fairtune.models.baselines.variational_autoencoder import VariationalAutoencoder

Settings = Mapping[str, Setting]

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


def alternative(name: str, settings: Settings) -> type[Alternative]:
    """Return the class of an alternative.

    Parameters
    ----------
    name
        As in params.yaml, which was checked when it was read.
    settings
        Its settings: a model of the user's own names its `class` there.

    Returns
    -------
    type
        Not fitted yet.
    """
    path = settings.get(CLASS)
    return ALTERNATIVES[name] if path is None else own_class.load(name, str(path))


def fit(name: str, matrix: Matrix, part: Part, settings: Settings, *, seed: int, threads: int) -> Alternative:
    """Fit the alternative `name`.

    Parameters
    ----------
    name
        As in params.yaml.
    matrix
        Blocks to learn from.
    part
        Part of it that is learned.
    settings
        Keyword arguments of the model's own `fit`; its defaults stand for those that aren't given.
    seed
        Of everything that is drawn.
    threads
        1 and above.

    Returns
    -------
    Alternative
        The fitted model.
    """
    kind = alternative(name, settings)
    others = {setting: value for setting, value in settings.items() if setting != CLASS}
    fitting: Callable[..., Alternative] = kind.fit
    fitted = fitting(matrix, part, **others, seed=seed, threads=threads)
    if CLASS in settings:
        own_class.check_fitted(name, fitted, matrix)
    return fitted
