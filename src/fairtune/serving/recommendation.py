"""A list of recommendations: what a command prints, a file holds and a service returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fairtune.columns import BlockName
from fairtune.errors import BadRequest
from fairtune.serving.explanations import Reason

DEFAULT_N: Final = 10


@dataclass(frozen=True)
class Recommendation:
    """One item on a list.

    Attributes
    ----------
    rank
        From 1.
    item_id
        Of the data set.
    name
        Of the item.
    artist
        Of a track, else None.
    score
        The model's, comparable within one list only.
    reason
        What adds most to the score.
    why
        The reason as a sentence.
    listeners
        Training listeners of the item.
    emerging
        Whether they are fewer than the list's `emerging_below`.
    new
        Always: lists hold nothing the listener plays.
    start_with
        Under a music type, the artists (or tracks) to begin with; their score is the model's times their
        share of the type.
    """

    rank: int
    item_id: int | str
    name: str
    artist: str | None
    score: float
    reason: Reason
    why: str
    listeners: int
    emerging: bool
    new: bool = True
    start_with: tuple["Recommendation", ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; the keys are part of the interface."""
        entry: dict[str, Any] = {
            "rank": self.rank,
            "item_id": self.item_id,
            "name": self.name,
            "artist": self.artist,
            "score": round(self.score, 6),
            "why": self.why,
            "because": self.reason.as_dict(),
            "new": self.new,
            "emerging": self.emerging,
            "listeners": self.listeners,
        }
        if self.start_with:
            entry["start_with"] = [item.as_dict() for item in self.start_with]
        return entry


@dataclass(frozen=True)
class RecommendationList:
    """What one listener is recommended; nothing on it, nor under it, is something they play.

    Attributes
    ----------
    dataset
        That the model was trained on.
    listener
        {"user_id": id}, or {"likes": names as the model knows them}.
    kind
        Block of the items.
    emerging_below
        For each kind on the list, the number of training listeners that makes an item no longer emerging.
    items
        Best first.
    """

    dataset: str
    listener: Mapping[str, int | str | list[str]]
    kind: BlockName
    emerging_below: Mapping[BlockName, int]
    items: tuple[Recommendation, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; the keys are part of the interface."""
        return {
            "dataset": self.dataset,
            "listener": dict(self.listener),
            "kind": self.kind,
            "emerging_below": dict(self.emerging_below),
            "recommendations": [item.as_dict() for item in self.items],
        }


def length_of(n: int | None, *, left: int, strict: bool, kind: BlockName, called: str) -> int:
    """Length of a list; `BadRequest` names those it may have."""
    spoken = kind.replace("_", " ")
    if left == 0 and strict:
        raise BadRequest(f"{called} already plays every {spoken} there is: nothing is left to recommend")
    wanted = DEFAULT_N if n is None else n
    if wanted < 1 or (wanted > left and strict and n is not None):
        reach = f"it goes from 1 to {left:,}, the number of {spoken}s that {called} doesn't play yet"
        raise BadRequest(f"n = {n} is out of range: {reach}")
    return min(wanted, left)
