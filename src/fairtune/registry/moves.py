"""Which version an alias names: promotion."""

from typing import TYPE_CHECKING

from fairtune import registered
from fairtune.registered import CHAMPION, PREVIOUS

if TYPE_CHECKING:
    from mlflow import MlflowClient


def promote(client: "MlflowClient", model: str, number: int) -> None:
    """Make a version champion; the old one is remembered first, so that a kill in between loses nothing."""
    champion = registered.aliases(client, model).get(CHAMPION)
    if champion == number:
        return
    if champion is not None:
        client.set_registered_model_alias(model, PREVIOUS, str(champion))
    client.set_registered_model_alias(model, CHAMPION, str(number))
