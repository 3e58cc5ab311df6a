"""Promotion and rollback: first an event of the history, then the aliases.

The event decides: of two moves at once, the first one in the history counts, whatever machine it came from.
A kill between event and aliases is made good by whoever comes next.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from fairtune.errors import BadRequest, Overtaken, Refused, RegistryFailed
from fairtune.registry.client import versions
from fairtune.registry.client.versions import Version
from fairtune.registry.promotion import checks, event_log, reconcile
from fairtune.registry.promotion.event import Action, Event
from fairtune.registry.promotion.replay import History

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from fairtune.registry.promotion.checks import Judge

Trial = Callable[[Version], None]
"""Loads a version and predicts with it; `RegistryFailed` if that doesn't work."""
WHOLE: Final = "loads, and predicts what was released"


@dataclass(frozen=True, kw_only=True)
class Mover:
    """Who moves the champion, and why.

    Attributes
    ----------
    who
        Name for the history.
    why
        Reason for the history.
    forced
        Past verdict, comparison and withdrawal.
    """

    who: str
    why: str
    forced: bool = False


def promote(
    client: "MlflowClient", version: Version, by: Mover, *, trial: Trial, judge: "Judge | None" = None
) -> Event | None:
    """Make a version champion if it passes its checks.

    `Overtaken` if somebody else moved the champion meanwhile.

    Parameters
    ----------
    client
        MLflow's client of the registry.
    version
        The version.
    by
        Who promotes it, why, and whether past the checks.
    trial
        Loads the version and predicts with it, in any case: nothing forces a model that doesn't load.
    judge
        Compares the version with the champion; None: it isn't compared.

    Returns
    -------
    Event | None
        The event that made it champion; None if it is champion already.

    Raises
    ------
    Refused
        A check failed and it isn't forced, or the version was withdrawn; the history has that as an event.
    RegistryFailed
        The version doesn't load or predict; likewise.
    """
    history = reconcile.current(client, version.model, who=by.who)
    champion = history.standing.champion
    if champion == version.number:
        return None
    event = Event(
        action=Action.PROMOTED,
        before=champion,
        to=version.number,
        who=by.who,
        why=by.why,
        forced=by.forced,
        after=history.last_number,
    )
    withdrawn = history.standing.withdrawn.get(version.number)
    if withdrawn and not by.forced:
        message = _was_withdrawn(version, withdrawn)
        _refuse(client, version.model, event, {}, history, why=message)
        raise Refused(message)
    try:
        trial(version)
    except RegistryFailed as error:
        _refuse(client, version.model, event, {"model": "failed"}, history, why=str(error))
        raise
    checked = checks.check(client, version, champion, judge, forced=by.forced)
    if checked.against and not by.forced:
        reasons = "; ".join(checked.against)
        _refuse(client, version.model, event, checked.results, history, why=reasons)
        raise Refused(
            f"{version.model} version {version.number} is not promoted: {reasons}; "
            f"`fairtune promote {version.number} --force --reason ...` goes past that"
        )
    return _move(client, version.model, replace(event, checks={**checked.results, "model": WHOLE}), history)


def rollback(client: "MlflowClient", model: str, by: Mover, *, trial: Trial, to: int | None = None) -> Event:
    """Make the champion before the present one champion again, or version `to`, which was champion before.

    The target is tried first: `RegistryFailed` if it doesn't predict, and then says which one would.
    """
    history = reconcile.current(client, model, who=by.who)
    target = _target(model, history, to)
    event = Event(
        action=Action.ROLLED_BACK,
        before=history.standing.champion,
        to=target,
        who=by.who,
        why=by.why,
        after=history.last_number,
    )
    broken = _broken(client, model, target, trial)
    if broken:
        _refuse(client, model, event, {"model": "failed"}, history, why=broken)
        others = (n for n in reversed(history.standing.before) if n != target)
        whole = next((n for n in others if not _broken(client, model, n, trial)), None)
        instead = (
            "no other version can be gone back to"
            if whole is None
            else f'version {whole} works: `fairtune rollback --to {whole} --reason "..."`'
        )
        raise RegistryFailed(f"{broken}; {instead}")
    return _move(client, model, replace(event, checks={"model": WHOLE}), history)


def note_refusal(client: "MlflowClient", model: str, by: Mover, *, check: str) -> bool:
    """Keep in the history that a run was refused before there was a version.

    Parameters
    ----------
    client
        MLflow's client of the registry.
    model
        Name of the registered model.
    by
        Whose run it was, and why it was refused.
    check
        What failed.

    Returns
    -------
    bool
        Whether there is a champion: without one nothing is kept, for there was none that could stay.
    """
    history = reconcile.current(client, model, who=by.who)
    champion = history.standing.champion
    if champion is None:
        return False
    event = Event(
        action=Action.REFUSED, before=champion, to=None, who=by.who, why=by.why, after=history.last_number
    )
    _refuse(client, model, event, {check: "failed"}, history, why=by.why)
    return True


def _move(client: "MlflowClient", model: str, event: Event, history: History) -> Event:
    """Write the event; if it counts, set the aliases."""
    written, after = event_log.append(client, model, event, history)
    if after.counts(written):
        reconcile.settle(client, model, after)
        return written
    reconcile.finish(client, model)
    first = after.overtook(written)
    if first is not None and first.to == event.to:
        return first  # another process did the same
    raise Overtaken(_overtaken(written, first))


def _refuse(
    client: "MlflowClient",
    model: str,
    event: Event,
    results: Mapping[str, str],
    history: History,
    *,
    why: str,
) -> None:
    """Keep a refusal in the history, unless it is the same as the last one."""
    refused = replace(event, action=Action.REFUSED, checks=results, why=why)
    same = ("action", "before", "to", "who", "why")
    last = next((e for e in reversed(history.events) if e.to == event.to), None)
    if last is None or any(getattr(last, name) != getattr(refused, name) for name in same):
        event_log.append(client, model, refused, history)


def _target(model: str, history: History, to: int | None) -> int:
    standing = history.standing
    before = ", ".join(map(str, reversed(standing.before))) or "none"
    if to is None:
        if standing.previous is None:
            raise BadRequest(f"{model} has no champion to go back to; see `fairtune history`")
        return standing.previous
    if to == standing.champion:
        raise BadRequest(f"{model} version {to} is champion already")
    if to not in standing.before:
        raise BadRequest(
            f"{model} version {to} is not among the champions to go back to ({before}); "
            f"`fairtune promote {to}` makes another version champion"
        )
    return to


def _broken(client: "MlflowClient", model: str, number: int, trial: Trial) -> str:
    """Return why a version can't be used; empty if it can."""
    version = versions.version(client, model, number)
    if version is None:
        return f"{model} version {number} was deleted from the registry"
    try:
        trial(version)
    except RegistryFailed as error:
        return str(error)
    return ""


def _was_withdrawn(version: Version, by: Event) -> str:
    doer = "outside fairtune" if by.action is Action.NOTICED else f"by {by.who}"
    return (
        f"{version.model} version {version.number} was withdrawn {doer}: {by.why}; "
        f'`fairtune promote {version.number} --force --reason "..."` brings it back'
    )


def _overtaken(event: Event, first: Event | None) -> str:
    what = f"{event.action} to version {event.to}"
    if first is None:
        return f"{what}: the history moved on meanwhile; look at `fairtune history` and try again"
    return (
        f"too late: {first.who} was first, version {first.to} was {first.action} at {first.when} "
        f"(number {first.number} of the history); version {event.to} was not {event.action}: "
        "look at `fairtune history`, and run the command again if it still should be"
    )
