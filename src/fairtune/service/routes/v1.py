"""Routes of version 1: lists, items, versions."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request

from fairtune.errors import FairtuneError
from fairtune.experiments.whatif.run import Question
from fairtune.service import answers, fairness, items, problems, schemas
from fairtune.service import audience as audiences
from fairtune.service.answers import Answer
from fairtune.service.edge import Json
from fairtune.service.problems import Problem
from fairtune.service.schemas import Asker, Batch, Bounds, Events, Fallback, Text
from fairtune.service.settings import DEFAULT_N, MAX_FOUND, MAX_KEY, MAX_LIKES, MAX_N, MAX_TEXT
from fairtune.service.snapshot import Snapshot

if TYPE_CHECKING:
    from fairtune.service.questions import Questions

router = APIRouter(prefix="/v1")


def _current(request: Request) -> Snapshot:
    snapshot: Snapshot | None = request.state.snapshot
    if snapshot is None:
        raise problems.not_ready()
    return snapshot


Current = Annotated[Snapshot, Depends(_current)]
N = Annotated[int, Query(ge=1, le=MAX_N, description="Length of the list.")]
Kind = Annotated[Text | None, Query(description="artist, track or music_type; the model's target without.")]
LongTail = Annotated[float, Query(ge=0, le=1, allow_inf_nan=False, description=schemas.LONG_TAIL)]
Id = Annotated[str, Path(max_length=MAX_TEXT)]


@router.get(
    "/listeners/{listener_id:path}/recommendations",
    summary="Recommend to one listener",
    responses=schemas.answers(schemas.LIST, 401, 404, 422, 503),
)
def for_listener(
    request: Request,
    snapshot: Current,
    listener_id: Id,
    n: N = DEFAULT_N,
    kind: Kind = None,
    likes: Annotated[
        list[Text] | None,
        Query(max_length=MAX_LIKES, description="Names that stand in for a listener who is not known."),
    ] = None,
    fallback: Annotated[
        Fallback, Query(description="What an unknown listener without likes gets.")
    ] = "popular",
    long_tail: LongTail = 0.0,
) -> Json:
    asker = Asker(user_id=listener_id, likes=likes or None)
    recent = _recent(request)
    answer = answers.one(
        snapshot, asker, n=n, kind=kind, fallback=fallback, recent=recent, long_tail=long_tail
    )
    request.app.state.telemetry.listed([answer])
    return _named(snapshot, answer.body)


@router.post(
    "/recommendations",
    summary="Recommend to many listeners, known or new; each gets an answer or a problem",
    responses=schemas.answers(schemas.BATCH, 400, 401, 413, 415, 422, 503),
)
def for_many(request: Request, snapshot: Current, batch: Batch) -> Json:
    settled = answers.many(
        snapshot,
        batch.requests,
        n=batch.n,
        kind=batch.kind,
        fallback=batch.fallback,
        recent=_recent(request),
        long_tail=batch.long_tail,
    )
    request.app.state.telemetry.listed([each for each in settled if isinstance(each, Answer)])
    told = [
        {"index": index, "status": each.status, "problem": each.as_dict()}
        if isinstance(each, Problem)
        else {"index": index, "status": HTTPStatus.OK, **each.body}
        for index, each in enumerate(settled)
    ]
    return _named(snapshot, {"answers": told})


@router.post(
    "/events",
    summary="Take in plays that were just heard; when it answers they are on the disk",
    status_code=HTTPStatus.ACCEPTED,
    responses=schemas.answers(
        {"model": schemas.MODEL, "accepted": 1, "repeated": False},
        400,
        401,
        404,
        413,
        415,
        422,
        429,
        503,
        ok=202,
    ),
)
def take_in(
    request: Request,
    snapshot: Current,
    body: Events,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=MAX_KEY,
            description="The same key and events are taken once; without a key the events are the key.",
        ),
    ] = None,
) -> Json:
    inbox = request.app.state.inbox
    if inbox is None:
        detail = "this data set takes no new listening: name a folder as download.events in params.yaml"
        raise Problem(HTTPStatus.NOT_FOUND, "no-events", detail)
    events = [event.model_dump(exclude_none=True) for event in body.events]
    receipt = inbox.put(snapshot.release, events, idempotency_key)
    answer = {"accepted": receipt.accepted, "repeated": receipt.repeated}
    return _named(snapshot, answer, status=HTTPStatus.ACCEPTED)


@router.get(
    "/items",
    summary="Find items by name; accents and case don't matter, exact spelling comes first",
    responses=schemas.answers({"model": schemas.MODEL, "items": [schemas.FOUND]}, 401, 422, 503),
)
def find(
    snapshot: Current,
    query: Annotated[str, Query(min_length=1, max_length=MAX_TEXT, examples=["björk"])],
    n: Annotated[int, Query(ge=1, le=MAX_FOUND)] = DEFAULT_N,
    kind: Kind = None,
) -> Json:
    block = None if kind is None else answers.kind_of(snapshot, kind)
    return _named(snapshot, {"items": items.search(snapshot, query, n=n, kind=block)})


@router.get(
    "/items/{item_id:path}/similar",
    summary="Items whose listeners have a taste most like that of this one's",
    responses=schemas.answers(
        {"model": schemas.MODEL, "item": schemas.FOUND, "similar": [{**schemas.FOUND, "similarity": 0.93}]},
        401,
        404,
        422,
        503,
    ),
)
def similar(snapshot: Current, item_id: Id, n: N = DEFAULT_N, kind: Kind = None) -> Json:
    block = _block(snapshot, kind)
    column = items.column(snapshot, block, item_id)
    found = items.similar(snapshot, block, column, n)
    return _named(snapshot, {"item": items.summary(snapshot, block, column), "similar": found})


@router.get(
    "/items/{item_id:path}/audience",
    summary="How often an item is recommended, in lists of ten for all listeners of the model",
    responses=schemas.answers({"model": schemas.MODEL, **schemas.AUDIENCE}, 401, 404, 422, 503),
)
def audience(snapshot: Current, item_id: Id, kind: Kind = None) -> Json:
    block = _block(snapshot, kind)
    column = items.column(snapshot, block, item_id)
    return _named(snapshot, audiences.audience(snapshot, block, column))


@router.get(
    "/items/{item_id:path}",
    summary="Describe an item",
    responses=schemas.answers({"model": schemas.MODEL, "item": schemas.DESCRIBED}, 401, 404, 422, 503),
)
def describe(snapshot: Current, item_id: Id, kind: Kind = None) -> Json:
    block = _block(snapshot, kind)
    column = items.column(snapshot, block, item_id)
    return _named(snapshot, {"item": items.describe(snapshot, block, column)})


@router.get(
    "/fairness",
    summary="Demographic parity and equal opportunity between groups, as the version was judged",
    responses=schemas.answers({"model": schemas.MODEL, "fairness": schemas.FAIRNESS}, 401, 404, 503),
)
def parity(snapshot: Current) -> Json:
    if snapshot.metrics is None:
        detail = f"version {snapshot.version} was registered without its metrics.json: its report has them"
        raise Problem(HTTPStatus.NOT_FOUND, "no-metrics", detail)
    return _named(snapshot, {"fairness": fairness.fairness(snapshot.metrics)})


@router.post(
    "/whatif",
    summary="What re-ranking the trained model of the project within bounds would cost; changes nothing",
    responses=schemas.answers(
        {"model": schemas.MODEL, "whatif": schemas.WHAT_IF}, 400, 401, 404, 413, 415, 422, 429, 503
    ),
)
def what_if(request: Request, snapshot: Current, bounds: Bounds) -> Json:
    questions: Questions | None = request.app.state.questions
    if questions is None:
        detail = "this service has no project beside it: use `fairtune whatif` where the model was trained"
        raise Problem(HTTPStatus.NOT_FOUND, "no-project", detail)
    question = Question(
        min_share=[f"{group}={share!r}" for group, share in bounds.min_share.items()],
        max_dp_disparity=bounds.max_dp_disparity,
        max_eo_disparity=bounds.max_eo_disparity,
        by=bounds.by,
    )
    return _named(snapshot, {"whatif": dict(questions.ask(question))})


@router.get(
    "/versions",
    summary="The versions of the model in the registry, the latest first",
    responses=schemas.answers(
        {
            "model": schemas.MODEL,
            "versions": [
                {
                    "version": 3,
                    "aliases": ["candidate", "champion"],
                    "registered_at": "2026-01-31T03:12:09+00:00",
                    "verdict": "passed",
                    "digest": "5d1c0b…",
                }
            ],
        },
        401,
        503,
    ),
)
def versions(request: Request, snapshot: Current) -> Json:
    try:
        listed = request.app.state.follower.source.versions()
    except FairtuneError as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "registry-unavailable", str(error)) from error
    return _named(snapshot, {"versions": listed})


def _recent(request: Request) -> answers.Recent:
    inbox = request.app.state.inbox
    return answers.nothing if inbox is None else inbox.recent


def _block(snapshot: Snapshot, kind: str | None) -> Any:
    """Return the block of an item's id: without a kind that of the items that were played."""
    return snapshot.release.item_block if kind is None else answers.kind_of(snapshot, kind)


def _named(snapshot: Snapshot, body: dict[str, Any], *, status: int = HTTPStatus.OK) -> Json:
    """Answer with the model's name and version; no cache may give it out after the next promotion."""
    headers = {"Cache-Control": "private, no-cache"}
    return Json({"model": snapshot.as_dict(), **body}, status, headers=headers)
