"""A list of recommendations: what a command prints, a file holds and a service returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairtune.columns import BlockName
from fairtune.serving.explanations import Reason


@dataclass(frozen=True)
class Recommendation:
    """One item on a list.

    score: the model's, comparable within one list only. artist: of a track. new: always, lists hold nothing
    the listener plays. emerging: fewer training listeners than the list's `emerging_below`. start_with: under
    a music type, the artists (or tracks) to begin with; their score is the model's times their share of the
    type.
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
        """Give it for JSON; the keys are part of the interface."""
        told: dict[str, Any] = {
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
            told["start_with"] = [item.as_dict() for item in self.start_with]
        return told


@dataclass(frozen=True)
class RecommendationList:
    """What one listener is recommended; nothing on it, nor under it, is something they play.

    listener: {"user_id": id}, or {"likes": names as the model knows them}. emerging_below: for each kind on
    the list, the number of training listeners that makes an item no longer emerging.
    """

    dataset: str
    listener: Mapping[str, int | str | list[str]]
    kind: BlockName
    emerging_below: Mapping[BlockName, int]
    items: tuple[Recommendation, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON; the keys are part of the interface."""
        return {
            "dataset": self.dataset,
            "listener": dict(self.listener),
            "kind": self.kind,
            "emerging_below": dict(self.emerging_below),
            "recommendations": [item.as_dict() for item in self.items],
        }
