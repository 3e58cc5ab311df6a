"""Page "Versions": which version answers and why, their reports, and moving the champion with a reason."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from fairtune.errors import FairtuneError
from fairtune.service.console import moves, pages
from fairtune.service.console.access import Session, check_form, read_form
from fairtune.service.console.dependencies import Asking, Current, SignedIn
from fairtune.service.console.moves import Move
from fairtune.service.problems import Problem
from fairtune.service.snapshot import Snapshot

router = APIRouter()
REPORT: Final = "report.html"
REPORT_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
"""A report carries its own styles; it runs no script, and asks for nothing."""
MAX_REASON: Final = 1000


@router.get("/versions", summary="Page: versions and their history", include_in_schema=False)
def versions(request: Request, session: Asking, snapshot: Current) -> Response:
    return _page(request, session, snapshot, None)


@router.post("/versions/promote", summary="Promote a version", include_in_schema=False)
async def promote(request: Request, session: Asking, snapshot: Current) -> Response:
    form = await read_form(request)
    check_form(session, form)
    number, reason, console = _number(form.get("version", "")), _reason(form), request.app.state.console
    return await run_in_threadpool(
        lambda: _page(
            request,
            session,
            snapshot,
            moves.promote(console.root, console.dataset, number, who=session.name, reason=reason),
        )
    )


@router.post("/versions/rollback", summary="Roll back", include_in_schema=False)
async def rollback(request: Request, session: Asking, snapshot: Current) -> Response:
    form = await read_form(request)
    check_form(session, form)
    reason, console = _reason(form), request.app.state.console
    return await run_in_threadpool(
        lambda: _page(
            request,
            session,
            snapshot,
            moves.rollback(console.root, console.dataset, who=session.name, reason=reason),
        )
    )


@router.get(
    "/versions/{number}/report",
    summary="The report of a version",
    include_in_schema=False,
    dependencies=[SignedIn],
)
def report(request: Request, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Response:
    content = request.app.state.follower.source.kept(number, REPORT)
    if content is None:
        detail = f"version {number} is not in the registry, or was registered without a report"
        raise Problem(HTTPStatus.NOT_FOUND, "no-report", detail)
    headers = pages.HEADERS | {"Content-Security-Policy": REPORT_POLICY}
    return Response(content, headers=headers, media_type=pages.HTML)


def _page(request: Request, session: Session, snapshot: Snapshot, move: Move | None) -> Response:
    source = request.app.state.follower.source
    try:
        listed, history = source.versions(), source.history()
    except FairtuneError as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "registry-unavailable", str(error)) from error
    champion = next((each["version"] for each in listed if "champion" in each["aliases"]), None)
    return pages.page(
        request,
        "versions",
        at="versions",
        session=session,
        status=HTTPStatus.OK if move is None or move.done else HTTPStatus.CONFLICT,
        versions=listed,
        champion=champion,
        answers=snapshot.version,
        previous=history.history.standing.previous,
        events=list(reversed(history.rows())),
        notes=history.notes,
        move=move,
        longest=MAX_REASON,
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(2**31)):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", "say which version to promote")
    return int(text)


def _reason(form: dict[str, str]) -> str:
    reason = " ".join(form.get("reason", "").split())
    if not reason or len(reason) > MAX_REASON or not reason.isprintable():
        detail = f"a reason of 1 to {MAX_REASON} letters is needed: it stands in the history"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "no-reason", detail)
    return reason
