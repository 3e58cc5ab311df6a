"""Reconciling aliases and history: moves that were killed half-way, and aliases moved by hand."""

import time
from typing import TYPE_CHECKING, Final

from fairtune.registry.client import versions
from fairtune.registry.client.versions import CHAMPION, PREVIOUS
from fairtune.registry.promotion import event_log
from fairtune.registry.promotion.event import Action, Event
from fairtune.registry.promotion.replay import History

if TYPE_CHECKING:
    from mlflow import MlflowClient

SECOND_LOOK: Final = 0.5  # seconds: another process may be setting aliases just now


def current(client: "MlflowClient", model: str, *, who: str) -> History:
    """Return the history as it counts now, with the aliases set to it.

    A move whose aliases were not set is finished. If the alias `champion` is elsewhere for another reason,
    somebody moved it outside fairtune: that becomes an event, and counts.
    """
    while True:
        history, event = look(client, model, who=who)
        if event is None:
            return history
        event_log.append(client, model, event, history)


def look(client: "MlflowClient", model: str, *, who: str) -> tuple[History, Event | None]:
    """Finish what was killed half-way; return the history, and what happened outside it, not yet written."""
    first_seen = None
    while True:
        history = finish(client, model)
        event = _unrecorded(client, model, history, who)
        if event is None or event == first_seen or history.last is None:
            return history, event
        first_seen = event
        time.sleep(SECOND_LOOK)


def finish(client: "MlflowClient", model: str) -> History:
    """Set the aliases of a move that was killed before it could; return the history."""
    history = event_log.read(client, model)
    last = history.last
    if last is None or last.settled or not _exists(client, model, last.to):
        return history
    if _champion(client, model) in {last.before, last.to}:
        return settle(client, model, history)
    return history


def settle(client: "MlflowClient", model: str, history: History) -> History:
    """Set the aliases to what the history says, and again if it has moved on; return the history."""
    while True:
        standing = history.standing
        previous = next((n for n in reversed(standing.before) if _exists(client, model, n)), None)
        _set(client, model, PREVIOUS, previous)
        _set(client, model, CHAMPION, standing.champion)
        now = event_log.read(client, model)
        if now.last_number == history.last_number:
            if now.last is not None:
                event_log.mark_settled(client, model, now.last)
            return now
        history = now


def _unrecorded(client: "MlflowClient", model: str, history: History, who: str) -> Event | None:
    """Return an event for a champion that isn't the one of the history; None if all is well."""
    champion = _champion(client, model)
    if champion == history.standing.champion:
        return None
    return Event(
        action=Action.NOTICED,
        before=history.standing.champion,
        to=champion,
        who=who,
        why=_why(client, model, history, champion),
        after=history.last_number,
    )


def _why(client: "MlflowClient", model: str, history: History, champion: int | None) -> str:
    expected = history.standing.champion
    if history.last is None:
        return f"version {champion} was champion before this history began"
    if not _exists(client, model, expected):
        return f"version {expected} was deleted in the registry"
    if champion is None:
        return "the alias champion was removed outside fairtune"
    return "the alias champion was moved outside fairtune"


def _champion(client: "MlflowClient", model: str) -> int | None:
    """Return the version that the alias names; None if there is no alias, or it points nowhere."""
    champion = versions.version(client, model, CHAMPION)
    return None if champion is None else champion.number


def _exists(client: "MlflowClient", model: str, number: int | None) -> bool:
    return number is None or versions.version(client, model, number) is not None


def _set(client: "MlflowClient", model: str, alias: str, number: int | None) -> None:
    """Set an alias, or remove it; untouched if it is right already."""
    now = versions.aliases(client, model).get(alias)
    if now == number:
        return
    if number is None:
        event_log.retry(lambda: client.delete_registered_model_alias(model, alias))
    else:
        event_log.retry(lambda: client.set_registered_model_alias(model, alias, str(number)))
