"""Page "Listen": music for somebody who says what they like, with the reason of each, and what to change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final, Self
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from fairtune.columns import BlockName
from fairtune.service import items
from fairtune.service.answers import kind_of
from fairtune.service.console import pages
from fairtune.service.console.dependencies import Asking, Current, Text
from fairtune.service.popular import popular
from fairtune.service.settings import MAX_LIKES
from fairtune.service.snapshot import Snapshot
from fairtune.serving import requests, starting_points
from fairtune.serving.new_listeners import Likes

router = APIRouter()
NAMEABLE: Final = (BlockName.ARTIST, BlockName.TRACK)
FOUND: Final = 5
"""Items of each kind that are offered while somebody types."""
TYPES: Final = 6
LISTED: Final = 10
STEP: Final = 10
"""Of the slider, per cent."""


@dataclass(frozen=True)
class Taste:
    """What somebody said, as it stands in the address of the page.

    Attributes
    ----------
    like
        Keys of what they like, see `key`.
    less
        Keys of what they don't want to see.
    long_tail
        Per cent of the places that emerging items get at least.
    kind
        What is recommended; None: music types where there are any, else the target.
    """

    like: Sequence[str] = ()
    less: Sequence[str] = ()
    long_tail: int = 0
    kind: str | None = None

    def address(self, **query: str) -> str:
        """Return the address of the page for this taste."""
        fields: list[tuple[str, str]] = [("like", each) for each in self.like]
        fields += [("less", each) for each in self.less]
        fields += [("long_tail", str(self.long_tail))] if self.long_tail else []
        fields += [("kind", self.kind)] if self.kind else []
        fields += list(query.items())
        return f"/?{urlencode(fields)}" if fields else "/"

    def liking(self, liked: str) -> Self:
        """Return this taste with something liked, or not any more."""
        if liked in self.like:
            return replace(self, like=tuple(each for each in self.like if each != liked))
        left = tuple(each for each in self.less if each != liked)
        return replace(self, like=(*self.like, liked), less=left)

    def without(self, unwanted: str) -> Self:
        """Return this taste with something left out of the lists."""
        return replace(self, less=(*self.less, unwanted))


@dataclass(frozen=True)
class Meant:
    """The items that a taste is about.

    Attributes
    ----------
    likes
        What is liked.
    liked
        Summaries of that, with their keys.
    left_out
        Columns by block.
    unknown
        Keys that this version doesn't know.
    """

    likes: Likes
    liked: Sequence[tuple[str, Mapping[str, Any]]] = ()
    left_out: Mapping[BlockName, Sequence[int]] = field(default_factory=dict)
    unknown: Sequence[str] = ()


def key(kind: str, item_id: int | str) -> str:
    """Return what names an item in an address."""
    return f"{kind}:{item_id}"


@router.get("/", summary="Page: what to listen to", include_in_schema=False)
def listen(
    request: Request,
    session: Asking,
    snapshot: Current,
    like: Annotated[list[Text] | None, Query(max_length=MAX_LIKES)] = None,
    less: Annotated[list[Text] | None, Query(max_length=MAX_LIKES)] = None,
    query: Text = "",
    long_tail: Annotated[int, Query(ge=0, le=100)] = 0,
    kind: Text | None = None,
) -> Response:
    taste = Taste(tuple(dict.fromkeys(like or ())), tuple(dict.fromkeys(less or ())), long_tail, kind or None)
    meant = _meant(snapshot, taste)
    block = _block(snapshot, taste.kind)
    return pages.page(
        request,
        "listen",
        at="listen",
        session=session,
        taste=taste,
        step=STEP,
        query=query,
        found=list(_found(snapshot, taste, query)),
        liked=[{**about, "without": taste.liking(named).address()} for named, about in meant.liked],
        unknown=meant.unknown,
        kinds=[
            {"name": each, "address": replace(taste, kind=each).address(), "current": each == block}
            for each in _kinds(snapshot)
        ],
        kind=block,
        listed=list(_listed(snapshot, taste, meant, block)),
        below=snapshot.recommender.emerging_below(_shown(snapshot, block)),
        shown=_shown(snapshot, block),
        anew=Taste(kind=taste.kind).address(),
    )


def _kinds(snapshot: Snapshot) -> list[BlockName]:
    order = (BlockName.MUSIC_TYPE, BlockName.ARTIST, BlockName.TRACK)
    return [block for block in order if block in snapshot.release.kinds]


def _block(snapshot: Snapshot, kind: str | None) -> BlockName:
    return kind_of(snapshot, kind) if kind else _kinds(snapshot)[0]


def _shown(snapshot: Snapshot, block: BlockName) -> BlockName:
    """Return the block of the items that stand on the page: under music types what to start with."""
    return starting_points.block_of(snapshot.release) if block is BlockName.MUSIC_TYPE else block


def _meant(snapshot: Snapshot, taste: Taste) -> Meant:
    liked: dict[BlockName, list[int]] = {block: [] for block in NAMEABLE}
    shown, unknown = [], []
    for named in taste.like:
        place = _column(snapshot, named)
        if place is None or place[0] not in liked:
            unknown.append(named)
            continue
        liked[place[0]].append(place[1])
        shown.append((named, items.summary(snapshot, *place)))
    left_out: dict[BlockName, list[int]] = {}
    for named in taste.less:
        place = _column(snapshot, named)
        if place is not None:
            left_out.setdefault(place[0], []).append(place[1])
    likes = Likes(tuple(liked[BlockName.ARTIST]), tuple(liked[BlockName.TRACK]))
    return Meant(likes, shown, left_out, unknown)


def _column(snapshot: Snapshot, named: str) -> tuple[BlockName, int] | None:
    kind, _, item_id = named.partition(":")
    if kind not in snapshot.release.kinds:
        return None
    block = BlockName(kind)
    column = snapshot.column_of(block, item_id)
    return None if column is None else (block, column)


def _found(snapshot: Snapshot, taste: Taste, query: str) -> Iterator[dict[str, Any]]:
    if not query.strip():
        return
    kinds = [block for block in NAMEABLE if block in snapshot.release.kinds]
    matches = [each for block in kinds for each in items.search(snapshot, query, n=FOUND, kind=block)]
    for match in matches:
        named = key(match["kind"], match["item_id"])
        if named not in taste.like:
            yield {**match, "add": taste.liking(named).address()}


def _listed(snapshot: Snapshot, taste: Taste, meant: Meant, block: BlockName) -> Iterator[dict[str, Any]]:
    if not meant.liked:
        for entry in popular(snapshot, block, LISTED):
            if key(block, entry["item_id"]) not in taste.less:
                yield _entry(entry, taste, block)
        return
    asker = replace(requests.new_listener(snapshot.release, meant.likes), left_out=meant.left_out)
    length = TYPES if block is BlockName.MUSIC_TYPE else LISTED
    lists = snapshot.recommender.for_all(
        [asker], n=length, kind=block, strict=False, long_tail=taste.long_tail / 100
    )
    under = _shown(snapshot, block)
    for entry in next(lists).as_dict()["recommendations"]:
        below = [_entry(each, taste, under) for each in entry.get("start_with", ())]
        yield {**_entry(entry, taste, block), "start_with": below}


def _entry(entry: Mapping[str, Any], taste: Taste, block: BlockName) -> dict[str, Any]:
    """Add to an item of a list where its buttons lead."""
    named = key(block, entry["item_id"])
    return {
        **entry,
        "start_with": [],
        "kind": block,
        "more": taste.liking(named).address() if block in NAMEABLE else None,
        "less": taste.without(named).address(),
    }
