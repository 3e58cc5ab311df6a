"""The history of a model, kept in the registry itself: the versions of `<model>.moves` are its events.

Creating a version is one transaction, numbered by the registry's database: whatever machine events come
from, they have one order, and there is no lock that could be left behind.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fairtune.registry.client import versions
from fairtune.registry.promotion import event as events
from fairtune.registry.promotion.event import SETTLED, Event
from fairtune.registry.promotion.replay import History, replay

if TYPE_CHECKING:
    from mlflow import MlflowClient

ABOUT: Final = (
    "What happened to {model}: each version of this entry is an event of its history (who made which version "
    "champion, when and why), not a model. fairtune writes it and `fairtune history` shows it. An event that "
    "is deleted or edited here is told there."
)
LONGEST_DESCRIPTION: Final = 1000
CONFLICTS: Final = ("IntegrityError", "UniqueViolation", "StaleDataError")
TRIES: Final = 5  # MLflow gives up a number after three that were taken


def name(model: str) -> str:
    return f"{model}.moves"


def read(client: "MlflowClient", model: str) -> History:
    """Read the history; an empty one if there is none yet."""
    written = versions.versions(client, name(model))
    return replay(
        [Event.from_tags(each.number, each.tags) for each in written], [each.number for each in written]
    )


def append(client: "MlflowClient", model: str, event: Event, history: History) -> tuple[Event, History]:
    """Write an event that follows `history`; return it with its number, and the history with it.

    It counts only if nothing came in between: `History.counts`.
    """
    written = replace(event, when=events.now(), after=history.last_number).sealed(history.last_seal)
    if not history.events:
        _create_registered_model(client, model)
    number = _create(client, model, written)
    return replace(written, number=number), read(client, model)


def mark_settled(client: "MlflowClient", model: str, event: Event) -> None:
    """Mark `event` as the one that the aliases were set to."""
    retry(lambda: client.set_model_version_tag(name(model), str(event.number), SETTLED, "true"))


def retry(write: Callable[[], object]) -> None:
    """Retry a write that another process may be making too: of two inserts at once, MLflow fails one."""
    from mlflow.exceptions import MlflowException

    for left in reversed(range(TRIES)):
        try:
            write()
        except MlflowException as error:
            if not left or not any(word in str(error) for word in CONFLICTS):
                raise
        else:
            return


def _create(client: "MlflowClient", model: str, event: Event) -> int:
    from mlflow.exceptions import MlflowException

    description = (
        f"{event.action}: {event.before or 'none'} -> {event.to or 'none'}, by {event.who}: {event.why}"
    )
    for left in reversed(range(TRIES)):
        try:
            created = client.create_model_version(
                name(model),
                source=f"fairtune:/{model}/{event.to or 'none'}",  # there is nothing to load
                tags=event.tags(),
                description=description[:LONGEST_DESCRIPTION],
                await_creation_for=0,
            )
        except MlflowException as error:
            if not left or "Giving up after" not in str(error):
                raise
        else:
            return int(created.version)
    raise AssertionError  # the last try returns or raises


def _create_registered_model(client: "MlflowClient", model: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name(model), description=ABOUT.format(model=model))
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
