"""One event of a model's history, as it stands in the tags of a version of `<model>.moves`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Self

NO_VERSION: Final = "none"
CHECKED: Final = "checked."
SEAL: Final = "seal"
SEAL_BEFORE: Final = "seal_before"
SETTLED: Final = "settled"


class Action(StrEnum):
    """What happened. Only a refusal moves nothing; `noticed` records what was done outside fairtune."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled back"
    NOTICED = "noticed"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened to the champion: its version before and after, who did it, when, and why.

    Attributes
    ----------
    action
        What happened.
    before
        Version that was champion before; None if there was none.
    to
        Version that it is about, champion afterwards unless it was refused; None if there is none.
    who
        Who did it.
    why
        The reason.
    after
        Number of the last event that counted when this one was written; it counts only if that is still so.
    when
        Time by the writer's clock, UTC, ISO 8601; nothing is decided by it.
    forced
        Past the checks.
    checks
        Result by name of the check.
    number
        Its place in the history, given by the registry; 0 before it is written.
    settled
        The aliases were set to it.
    seal
        Digest of the event and of `seal_before`: whoever edits one event has to edit all that follow.
    seal_before
        The seal of the event `after`.
    """

    action: Action
    before: int | None
    to: int | None
    who: str
    why: str
    after: int
    when: str = ""
    forced: bool = False
    checks: Mapping[str, str] = field(default_factory=dict)
    number: int = 0
    settled: bool = False
    seal: str = ""
    seal_before: str = ""

    @property
    def moves(self) -> bool:
        return self.action is not Action.REFUSED

    @property
    def is_whole(self) -> bool:
        """Whether it is as it was when it was written."""
        return self.seal == _digest(self.tags())

    def sealed(self, seal_before: str) -> Self:
        chained = replace(self, seal_before=seal_before)
        return replace(chained, seal=_digest(chained.tags()))

    def tags(self) -> dict[str, str]:
        """Return the event as tags, without number and `settled`."""
        return {
            "action": str(self.action),
            "from": NO_VERSION if self.before is None else str(self.before),
            "to": NO_VERSION if self.to is None else str(self.to),
            "who": self.who,
            "when": self.when,
            "why": self.why,
            "forced": str(self.forced).lower(),
            "after": str(self.after),
            **{f"{CHECKED}{name}": result for name, result in sorted(self.checks.items())},
            SEAL_BEFORE: self.seal_before,
            SEAL: self.seal,
        }

    @classmethod
    def from_tags(cls, number: int, tags: Mapping[str, str]) -> Self | None:
        """Read an event from tags; None if they aren't one."""
        try:
            return cls(
                action=Action(tags["action"]),
                before=_version(tags["from"]),
                to=_version(tags["to"]),
                who=tags["who"],
                when=tags["when"],
                why=tags["why"],
                forced=tags["forced"] == "true",
                after=int(tags["after"]),
                checks={
                    name.removeprefix(CHECKED): result
                    for name, result in sorted(tags.items())
                    if name.startswith(CHECKED)
                },
                number=number,
                settled=tags.get(SETTLED) == "true",
                seal=tags.get(SEAL, ""),
                seal_before=tags.get(SEAL_BEFORE, ""),
            )
        except (KeyError, ValueError):
            return None


def now() -> str:
    """Return the time by this machine's clock: UTC, ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _version(text: str) -> int | None:
    return None if text == NO_VERSION else int(text)


def _digest(tags: Mapping[str, str]) -> str:
    sealed = {name: value for name, value in tags.items() if name != SEAL}
    return hashlib.sha256(json.dumps(sealed, sort_keys=True).encode()).hexdigest()
