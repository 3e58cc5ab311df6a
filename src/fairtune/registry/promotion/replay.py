"""Replaying the history from its first event: which events count, and which version is champion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fairtune.registry.promotion.event import Action, Event


@dataclass(frozen=True)
class Standing:
    """Which version is champion by the history.

    Attributes
    ----------
    champion
        Number of the version; None if there is none.
    before
        Champions before it that a rollback can go back to, the last one last.
    withdrawn
        Versions that were moved away from, with the event that did it; promoting one again needs force.
    """

    champion: int | None = None
    before: tuple[int, ...] = ()
    withdrawn: Mapping[int, Event] = field(default_factory=dict)

    @property
    def previous(self) -> int | None:
        return self.before[-1] if self.before else None


@dataclass(frozen=True)
class History:
    """The history of a model.

    Attributes
    ----------
    events
        All events in the order of their numbers.
    counted
        Numbers of the events that count.
    missing
        Numbers that were deleted.
    unreadable
        Numbers of versions that hold no event.
    changed
        Numbers of events that are not as they were written.
    standing
        Which version is champion after all of them.
    """

    events: tuple[Event, ...] = ()
    counted: frozenset[int] = frozenset()
    missing: tuple[int, ...] = ()
    unreadable: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    standing: Standing = Standing()

    @property
    def last(self) -> Event | None:
        """The last event that counts."""
        return next((event for event in reversed(self.events) if event.number in self.counted), None)

    @property
    def last_number(self) -> int:
        return self.last.number if self.last else 0

    @property
    def last_seal(self) -> str:
        return self.last.seal if self.last else ""

    def counts(self, event: Event) -> bool:
        return event.number in self.counted

    def overtook(self, event: Event) -> Event | None:
        """Return the event that was there first, if `event` doesn't count."""
        if self.counts(event) or not event.moves:
            return None
        between = (e for e in self.events if event.after < e.number < event.number and self.counts(e))
        return next(between, None)


def replay(events: Sequence[Event | None], numbers: Sequence[int]) -> History:
    """Replay the events of a history, and find those that count.

    An event counts if the last one that counts is the one its writer had seen (compare and set): of two
    written at once, the lower number. The clock decides nothing. An event that refers to a deleted one
    counts, if that one would come after the last: its writer had seen it.

    Parameters
    ----------
    events
        In the order of `numbers`; None stands for a version that is no event.
    numbers
        Number of each, ascending.

    Returns
    -------
    History
        All events, and which of them count.
    """
    existing = set(numbers)
    last, standing = 0, Standing()
    counted: set[int] = set()
    for event in events:
        if event is None or not event.moves:
            continue
        deleted = event.after > last and event.after not in existing
        if event.after == last or deleted:
            counted.add(event.number)
            last, standing = event.number, applied(standing, event)
    return History(
        events=tuple(event for event in events if event is not None),
        counted=frozenset(counted),
        missing=tuple(sorted(set(range(1, max(existing, default=0))) - existing)),
        unreadable=tuple(n for n, event in zip(numbers, events, strict=True) if event is None),
        changed=_changed([event for event in events if event is not None]),
        standing=standing,
    )


def applied(standing: Standing, event: Event) -> Standing:
    """Return the standing after an event that counts."""
    champion, before = event.to, standing.before
    if event.action is Action.PROMOTED or (
        event.action is Action.NOTICED and champion is not None and champion not in before
    ):
        withdrawn = {n: by for n, by in standing.withdrawn.items() if n != champion}
        kept = tuple(n for n in before if n != champion)
        old = () if standing.champion in {None, champion} else (standing.champion,)
        return Standing(champion, (*kept, *(n for n in old if n is not None)), withdrawn)
    # back to an earlier one, or to none: what was passed over is withdrawn
    at = before.index(champion) if champion in before else len(before)
    left = [n for n in (*before[at + 1 :], standing.champion) if n is not None and n != champion]
    return Standing(champion, before[:at], {**standing.withdrawn, **dict.fromkeys(left, event)})


def _changed(events: Sequence[Event]) -> tuple[int, ...]:
    """Find events that differ from what they were when they, or those that followed, were written."""
    seals = {0: "", **{event.number: event.seal for event in events}}
    return tuple(
        event.number
        for event in events
        if not event.is_whole or event.seal_before != seals.get(event.after, event.seal_before)
    )
