"""From what is asked to what is answered: lists by the recommender, and one problem for each failure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from fairtune.columns import BlockName
from fairtune.errors import BadRequest
from fairtune.service import problems
from fairtune.service.popular import popular
from fairtune.service.problems import Problem
from fairtune.service.schemas import Asker, Fallback
from fairtune.service.snapshot import Snapshot
from fairtune.serving import name_search, requests, starting_points
from fairtune.serving.requests import Request


@dataclass(frozen=True)
class Answer:
    """A list, and what metrics tell of it.

    Attributes
    ----------
    body
        For JSON, without the model.
    fallback
        What stood in for a listener whom the model doesn't know, `plays`, `likes` or `popular`; None: nothing
        did.
    regions
        Region of the artist at each place; under music types of what is below them.
    """

    body: dict[str, Any]
    fallback: str | None = None
    regions: Sequence[str] = field(default=(), repr=False)


Recent = Callable[[Snapshot, int | str], Mapping[int, float]]


def nothing(_: Snapshot, __: int | str) -> Mapping[int, float]:
    """Return no plays: the service takes none."""
    return {}


def kind_of(snapshot: Snapshot, kind: str | None) -> BlockName:
    """Return the block that `kind` names, the target without; `Problem` if the model hasn't it."""
    try:
        return snapshot.recommender.kind(kind)
    except BadRequest as error:
        raise problems.unknown_kind(str(error)) from error


def one(
    snapshot: Snapshot,
    asker: Asker,
    *,
    n: int,
    kind: str | None = None,
    fallback: Fallback = "popular",
    recent: Recent = nothing,
    long_tail: float = 0.0,
) -> Answer:
    """Answer one listener; `Problem` if that isn't possible.

    Parameters
    ----------
    snapshot
        The model.
    asker
        Who is recommended to.
    n
        Length of the list; it is shorter where less is left.
    kind
        Block of the items; the target without.
    fallback
        What an unknown listener without likes gets.
    recent
        Returns what a listener played since, as `Inbox.recent` does.
    long_tail
        Share of the places, 0..1, that emerging items get at least; a popular list has none for it.

    Returns
    -------
    Answer
        The list.
    """
    (answer,) = many(snapshot, [asker], n=n, kind=kind, fallback=fallback, recent=recent, long_tail=long_tail)
    return _list_of(answer)


def many(
    snapshot: Snapshot,
    askers: Sequence[Any],
    *,
    n: int,
    kind: str | None = None,
    fallback: Fallback = "popular",
    recent: Recent = nothing,
    long_tail: float = 0.0,
) -> list[Answer | Problem]:
    """Answer each of many listeners, or say why not, whatever comes of the others.

    Parameters
    ----------
    snapshot
        The model.
    askers
        An `Asker` each, or what should be one.
    n
        Length of each list; one is shorter where less is left.
    kind
        Block of the items; the target without.
    fallback
        What an unknown listener without likes gets.
    recent
        Returns what a listener played since, as `Inbox.recent` does.
    long_tail
        Share of the places, 0..1, that emerging items get at least; a popular list has none for it.

    Returns
    -------
    list
        An answer or a problem each, in the order of `askers`.
    """
    block = kind_of(snapshot, kind)
    settled: dict[int, Answer | Problem] = {}
    waiting: list[tuple[int, str | None]] = []

    def requested() -> Iterator[Request]:
        for index, asker in enumerate(askers):
            try:
                request, instead = _request(snapshot, _checked(asker), fallback, recent)
            except Problem as problem:
                settled[index] = problem
                continue
            if request is None:
                settled[index] = _popular(snapshot, _checked(asker), block, n)
                continue
            waiting.append((index, instead))
            yield request

    lists = snapshot.recommender.for_all(requested(), n=n, kind=block, strict=False, long_tail=long_tail)
    for number, listed in enumerate(lists):
        index, instead = waiting[number]
        body = listed.as_dict()
        settled[index] = _answer(snapshot, block, body, instead)
    return [settled[index] for index in range(len(askers))]


def _list_of(answer: Answer | Problem) -> Answer:
    if isinstance(answer, Problem):
        raise answer
    return answer


def _checked(asker: Any) -> Asker:
    if isinstance(asker, Asker):
        return asker
    try:
        return Asker.model_validate(asker)
    except ValidationError as error:
        raise problems.invalid(error.errors()) from error


def _request(
    snapshot: Snapshot, asker: Asker, fallback: Fallback, recent: Recent
) -> tuple[Request | None, str | None]:
    """Look up who asks, and what stands in for them; no request: the popular list does."""
    release = snapshot.release
    unknown: BadRequest | None = None
    if asker.user_id is not None:
        plays = recent(snapshot, asker.user_id)
        try:
            return requests.known_listener(release, asker.user_id, plays=plays), None
        except BadRequest as error:
            unknown = error
        if plays:
            return requests.somebody_who_played(release, asker.user_id, plays), "plays"
    if asker.likes is None and asker.liked_ids is None:
        if fallback == "popular":
            return None, "popular"
        raise problems.unknown_listener(str(unknown)) from unknown
    try:
        if asker.liked_ids is not None:
            liked = name_search.by_id(release, asker.liked_ids)
        else:
            liked = name_search.likes(release, asker.likes or "")
    except BadRequest as error:
        if str(error).startswith("no likes"):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "no-likes", str(error)) from error
        if "say which:" in str(error):
            raise problems.ambiguous_name(str(error)) from error
        raise problems.unknown_item(str(error)) from error
    return requests.new_listener(release, liked), None if unknown is None else "likes"


def _popular(snapshot: Snapshot, asker: Asker, block: BlockName, n: int) -> Answer:
    body = {
        "dataset": snapshot.release.dataset,
        "listener": {"user_id": asker.user_id},
        "kind": block,
        "emerging_below": {block: snapshot.recommender.emerging_below(block)},
        "recommendations": popular(snapshot, block, n),
    }
    return _answer(snapshot, block, body, "popular")


def _answer(snapshot: Snapshot, block: BlockName, body: dict[str, Any], instead: str | None) -> Answer:
    told = None if instead is None else {"list": instead, "reason": "the model doesn't know this listener"}
    items, shown = body["recommendations"], block
    if block is BlockName.MUSIC_TYPE:
        items = [under for item in items for under in item.get("start_with", ())]
        shown = starting_points.block_of(snapshot.release)
    columns = (snapshot.column_of(shown, item["item_id"]) for item in items)
    regions = snapshot.regions(shown)
    return Answer(
        {**body, "fallback": told}, instead, [regions[column] for column in columns if column is not None]
    )
