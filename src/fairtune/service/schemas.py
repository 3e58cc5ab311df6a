"""What may be sent, and examples of what comes back."""

from http import HTTPStatus
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from fairtune.service.settings import (
    DEFAULT_N,
    MAX_BOUNDS,
    MAX_EVENTS,
    MAX_LIKES,
    MAX_LIKES_TEXT,
    MAX_N,
    MAX_REQUESTS,
    MAX_TEXT,
)

Fallback = Literal["popular", "none"]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
Line = Annotated[str, StringConstraints(max_length=MAX_TEXT, pattern=r"^[^\x00-\x1f\x7f]*$")]
Id = int | Text
LONG_TAIL: Final = "Share of the places that emerging items get at least, as far as there are any."


class Asker(BaseModel):
    """Somebody to recommend to: a listener of the model, or somebody new; likes also stand in for an id."""

    model_config = ConfigDict(extra="forbid")

    user_id: Id | None = None
    likes: (
        Annotated[str, StringConstraints(max_length=MAX_LIKES_TEXT)]
        | Annotated[list[Text], Field(min_length=1, max_length=MAX_LIKES)]
        | None
    ) = None
    liked_ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_LIKES)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.likes is not None and self.liked_ids is not None:
            raise ValueError("give likes or liked_ids, not both")
        if self.user_id is None and self.likes is None and self.liked_ids is None:
            raise ValueError("give one of user_id, likes, liked_ids")
        return self


class Batch(BaseModel):
    """Many listeners at once."""

    model_config = ConfigDict(extra="forbid")

    requests: Annotated[
        list[Any],
        Field(
            min_length=1,
            max_length=MAX_REQUESTS,
            description="Each is answered, or refused, for itself.",
            json_schema_extra={"items": Asker.model_json_schema()},
            examples=[[{"user_id": "2"}, {"likes": ["Radiohead", "Björk"]}, {"liked_ids": [17, 42]}]],
        ),
    ]
    n: Annotated[int, Field(ge=1, le=MAX_N, description="Length of each list.")] = DEFAULT_N
    kind: Annotated[
        Text | None, Field(description="artist, track or music_type; the model's target without.")
    ] = None
    fallback: Annotated[
        Fallback,
        Field(description="What an unknown listener without likes gets: a popular list, or an error."),
    ] = "popular"
    long_tail: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, description=LONG_TAIL)] = 0.0


class Bounds(BaseModel):
    """What lists should keep; at least one bound."""

    model_config = ConfigDict(extra="forbid")

    min_share: Annotated[
        dict[Line, Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]],
        Field(
            max_length=MAX_BOUNDS,
            description="Group of items, with its grouping or without -> share of the places at least.",
            examples=[{"tail": 0.1}],
        ),
    ] = Field(default_factory=dict)
    max_dp_disparity: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None = None
    max_eo_disparity: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None = None
    by: Annotated[Line, Field(description="Grouping that both disparities compare.")] = "region"

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.min_share and self.max_dp_disparity is None and self.max_eo_disparity is None:
            raise ValueError("give one of min_share, max_dp_disparity, max_eo_disparity")
        return self


class Event(BaseModel):
    """A play: who played what when, and what is new of either."""

    model_config = ConfigDict(extra="forbid")

    user_id: Id
    item_id: Id
    timestamp: int | Line
    plays: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    name: Line | None = None
    artist: Line | None = None
    artist_country: Line | None = None
    artist_gender: Line | None = None
    country: Line | None = None
    gender: Line | None = None
    age: Annotated[float, Field(gt=0, le=200)] | None = None


class Events(BaseModel):
    """Plays that were just heard."""

    model_config = ConfigDict(extra="forbid")

    events: Annotated[
        list[Event],
        Field(
            min_length=1,
            max_length=MAX_EVENTS,
            examples=[[{"user_id": 2, "item_id": 17, "timestamp": "2012-01-08T20:15:00Z", "plays": 1}]],
        ),
    ]


MODEL: Final = {
    "name": "fairtune-demo-track",
    "version": 3,
    "registered_at": "2026-01-31T03:12:09+00:00",
}
ITEM: Final = {
    "rank": 1,
    "item_id": 17,
    "name": "Blue Bells",
    "artist": "Winind",
    "score": 0.731,
    "why": "because you play Tavas",
    "because": {"listening": [{"name": "Tavas", "contribution": 0.4}], "friends": 0, "of_friends": 0},
    "new": True,
    "emerging": False,
    "listeners": 41,
}
LIST: Final = {
    "model": MODEL,
    "dataset": "demo",
    "listener": {"user_id": 2},
    "kind": "track",
    "fallback": None,
    "emerging_below": {"track": 12},
    "recommendations": [ITEM],
}
PROBLEM: Final = {
    "type": "urn:fairtune:problem:unknown-item",
    "title": "Unknown item",
    "status": 404,
    "detail": "unknown track id '0': demo has 2,000 tracks, for example 1, 2, 3",
    "model": MODEL,
}
BATCH: Final = {
    "model": MODEL,
    "answers": [
        {"index": 0, "status": 200, **{name: value for name, value in LIST.items() if name != "model"}},
        {"index": 1, "status": 404, "problem": {name: PROBLEM[name] for name in PROBLEM if name != "model"}},
    ],
}
FOUND: Final = {
    "item_id": 17,
    "kind": "track",
    "name": "Blue Bells",
    "artist": "Winind",
    "region": "Africa",
    "listeners": 41,
    "emerging": False,
}
AUDIENCE: Final = {
    "item": FOUND,
    "lists": 120,
    "share_of_lists": 0.08,
    "ranks": [30, 25, 20, 15, 10, 8, 5, 4, 2, 1],
    "plays": 41,
    "recommended_per_player": 2.926829,
}
_RATE: Final = {"value": 0.0041, "low": 0.0039, "high": 0.0043}
FAIRNESS: Final = {
    "target": "track",
    "n_listeners": 1500,
    "items": {
        "region": {
            "dp@10": {
                "disparity": {"value": 0.249, "low": 0.218, "high": 0.271},
                "groups": {"United Kingdom": {"rate": _RATE, "n": 310}},
                "highest": "United States",
                "lowest": "United Kingdom",
            }
        }
    },
    "listeners": {},
    "unknown": {"region": 0.08},
}
_MOVED: Final = {
    "before": {"value": 0.137, "low": 0.131, "high": 0.143},
    "after": {"value": 0.13, "low": 0.124, "high": 0.136},
    "change": {"value": -0.007, "low": -0.009, "high": -0.005},
}
WHAT_IF: Final = {
    "dataset": "demo",
    "target": "track",
    "question": "share of tier.tail at least 0.1",
    "multipliers": {"tier": {"head": 0.0, "middle": 0.0, "tail": 0.097}},
    "loss_of_score": 0.0094,
    "figures": {"ndcg@10": _MOVED},
    "bounds": [
        {
            "asked": "share of tier.tail at least 0.1",
            "limit": 0.1,
            "validation": {"before": 0.017, "after": 0.1},
            "test": {"before": 0.014, "after": 0.09},
            "kept_on_test": False,
        }
    ],
    "providers": {},
    "listeners": {},
}
DESCRIBED: Final = {**FOUND, "music_types": [{"name": "folk", "share": 1.0}]}


def answers(example: Any, *statuses: int, ok: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of a route: an example of its answer, and the problems it may have."""
    problem = {"application/problem+json": {"example": PROBLEM}}
    return {
        ok: {"content": {"application/json": {"example": example}}},
        **{
            status: {"description": "Problem details", "content": problem}
            for status in sorted({*statuses, HTTPStatus.TOO_MANY_REQUESTS.value})
        },
    }
