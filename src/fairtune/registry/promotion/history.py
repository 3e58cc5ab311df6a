"""The history of a model for people and for programs: a row an event, the present aliases, and notes."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from fairtune.registry.client import versions
from fairtune.registry.promotion import reconcile
from fairtune.registry.promotion.event import Event
from fairtune.registry.promotion.replay import History

if TYPE_CHECKING:
    from mlflow import MlflowClient

OVERTAKEN: Final = "overtaken"


@dataclass(frozen=True)
class ModelHistory:
    """The history of a model, beside what the registry has now.

    Attributes
    ----------
    model
        Name of the registered model.
    history
        Its events.
    aliases
        Number of the version by alias.
    notes
        What an auditor should know: sentences.
    """

    model: str
    history: History
    aliases: dict[str, int]
    notes: tuple[str, ...]

    def rows(self) -> tuple["Row", ...]:
        return tuple(_row(event, self.history) for event in self.history.events)

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "aliases": self.aliases,
            "events": [_json(event, self.history) for event in self.history.events],
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Row:
    """An event in words.

    Attributes
    ----------
    number
        Its place in the history.
    when
        Time by the writer's clock, UTC, ISO 8601.
    who
        Who did it.
    what
        The action, such as "promoted by force" or "promoted, overtaken by number 4".
    versions
        Champion before and after: "1 -> 2".
    why
        The reason.
    checks
        Each check with its result.
    forced
        The champion was moved past the checks.
    counts
        It wasn't overtaken.
    refused
        It moved nothing.
    """

    number: int
    when: str
    who: str
    what: str
    versions: str
    why: str
    checks: tuple[str, ...]
    forced: bool
    counts: bool
    refused: bool


def describe(client: "MlflowClient", model: str, *, who: str) -> ModelHistory:
    """Read the history, after finishing a move that was killed half-way."""
    history, unrecorded = reconcile.look(client, model, who=who)
    notes = [*_clock(history), *_tampered(history)]
    if unrecorded is not None:
        now = "no version" if unrecorded.to is None else f"version {unrecorded.to}"
        notes.append(f"champion is {now} now: {unrecorded.why}; recorded with the next move")
    return ModelHistory(model, history, versions.aliases(client, model), tuple(notes))


def _row(event: Event, history: History) -> Row:
    first = history.overtook(event)
    counts = history.counts(event) or not event.moves
    what = f"{event.action}{' by force' if event.forced and event.moves else ''}"
    if not counts:
        what += f", {OVERTAKEN} by number {first.number}" if first else f", {OVERTAKEN}"
    return Row(
        number=event.number,
        when=event.when,
        who=event.who,
        what=what,
        versions=_versions(event),
        why=event.why,
        checks=tuple(f"{name}: {result}" for name, result in event.checks.items()),
        forced=event.forced and event.moves,
        counts=counts,
        refused=not event.moves,
    )


def _versions(event: Event) -> str:
    if event.to is None and not event.moves:
        return f"{event.before} stays"  # there was no version yet that could have taken its place
    return f"{event.before or 'none'} -> {event.to or 'none'}"


def _json(event: Event, history: History) -> dict[str, Any]:
    return {
        "number": event.number,
        "action": str(event.action),
        "from": event.before,
        "to": event.to,
        "who": event.who,
        "when": event.when,
        "why": event.why,
        "forced": event.forced,
        "checks": dict(event.checks),
        "after": event.after,
        "counts": history.counts(event),
        "as_written": event.number not in history.changed,
    }


def _clock(history: History) -> list[str]:
    """Notes on events that were written with an earlier time than one before them."""
    notes, latest = [], None
    for event in history.events:
        try:
            when = datetime.fromisoformat(event.when)
        except ValueError:
            notes.append(f"number {event.number}: {event.when!r} is no time")
            continue
        if latest is not None and when < latest[0]:
            notes.append(
                f"number {event.number}: its clock said {event.when}, earlier than number {latest[1]} "
                "before it; the order is that of the numbers"
            )
        else:
            latest = (when, event.number)
    return notes


def _tampered(history: History) -> list[str]:
    """Notes on what isn't as fairtune wrote it."""
    return [
        *(f"number {n} was deleted from the history" for n in history.missing),
        *(f"number {n} is no event of fairtune" for n in history.unreadable),
        *(f"number {n} is not as it was written: it was edited outside fairtune" for n in history.changed),
    ]
