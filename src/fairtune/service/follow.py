"""Following the champion: a new version is loaded beside the old one, tried, and then takes its place."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from typing import Protocol

from fairtune.service.settings import RETRY
from fairtune.service.snapshot import Snapshot
from fairtune.service.source import Source


class Observer(Protocol):
    """Whoever is told what happens to the champion."""

    def serving(self, snapshot: Snapshot) -> None:
        """A version answers from now on."""

    def refused(self, number: int, reason: str) -> None:
        """A version doesn't load; the one before goes on."""

    def unreachable(self, reason: str) -> None:
        """The registry doesn't say which version is champion."""

    def reached(self) -> None:
        """The registry said it."""


@dataclass(frozen=True)
class _Refused:
    number: int
    until: float


class Follower:
    """Holds the version that answers, and replaces it when the champion changes.

    Parameters
    ----------
    source
        Where versions come from.
    observer
        Is told what happens.
    every
        Seconds between two looks.
    first
        The version to start with; None: the first look finds one.
    clock
        Seconds that only grow.
    """

    def __init__(
        self,
        source: Source,
        observer: Observer,
        *,
        every: float,
        first: Snapshot | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.source = source
        self._observer, self._every, self._clock = observer, every, clock
        self._current: Snapshot | None = None
        self._refused: _Refused | None = None
        self._stopped = Event()
        self._thread: Thread | None = None
        if first is not None:
            self._swap(first)

    @property
    def current(self) -> Snapshot | None:
        """The version that answers; a request reads this once, and keeps what it got."""
        return self._current

    def look(self) -> None:
        """Look at the registry once, and change to its champion if that is another version."""
        try:
            number = self.source.champion()
        except Exception as error:  # noqa: BLE001 - whatever it is, the present version goes on
            self._observer.unreachable(_line(error))
            return
        self._observer.reached()
        if number is None or (self._current is not None and number == self._current.version):
            self._refused = None
            return
        refused = self._refused
        if refused is not None and refused.number == number and self._clock() < refused.until:
            return
        try:
            snapshot = self.source.load(number)
        except Exception as error:  # noqa: BLE001 - likewise
            self._refused = _Refused(number, self._clock() + RETRY)
            self._observer.refused(number, _line(error))
            return
        self._swap(snapshot)

    def start(self) -> None:
        """Look again and again in a thread of its own, until `stop`."""
        self._thread = Thread(target=self._run, name="follow-champion", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a look that is under way is not waited for longer than a moment."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - the thread goes on, whatever it is
                self._observer.unreachable(_line(error))
            self._stopped.wait(self._every)

    def _swap(self, snapshot: Snapshot) -> None:
        before, self._current = self._current, snapshot
        self._refused = None
        self._observer.serving(snapshot)
        self.source.forget({snapshot.version, *([] if before is None else [before.version])})


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
