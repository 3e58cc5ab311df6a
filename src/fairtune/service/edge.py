"""What every request passes: token, size, one version from start to end, metrics and a line in the log."""

import asyncio
import hmac
import json
import math
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from fairtune.service.console import pages
from fairtune.service.follow import Follower
from fairtune.service.problems import MEDIA_TYPE, Problem
from fairtune.service.rate_limit import RateLimit
from fairtune.service.settings import BODY_SECONDS, MAX_BODY
from fairtune.service.telemetry import Telemetry, log

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

GUARDED: Final = "/v1/"
VERSIONS: Final = "/v1/versions"
HEALTH: Final = ("/healthz", "/readyz", "/metrics")
"""What watches the service isn't limited."""
LISTS: Final = "/recommendations"
UNMATCHED: Final = "unmatched"
FORM: Final = "application/x-www-form-urlencoded"
"""What pages send."""


class Json(JSONResponse):
    """JSON of any text: what UTF-8 can't hold is escaped."""

    def render(self, content: Any) -> bytes:
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")


def respond(problem: Problem, scope: Scope) -> Response:
    """Return the answer to a request that can't be met; it names the version that was asked, if any was.

    Whoever asks for a page gets one.
    """
    app = scope.get("app")
    if app is not None and app.state.console is not None and pages.wanted(scope):
        return pages.problem(Request(scope), problem)
    body, snapshot = problem.as_dict(), scope.get("state", {}).get("snapshot")
    if snapshot is not None and scope["path"].startswith(GUARDED):
        body["model"] = snapshot.as_dict()
    return Json(body, problem.status, problem.headers, media_type=MEDIA_TYPE)


async def problem_of(request: Request, error: Exception) -> Response:
    """Answer a `Problem` that a route raised."""
    assert isinstance(error, Problem)  # noqa: S101 - what this is registered for
    return respond(error, request.scope)


class Edge:
    """The outermost layer of the service.

    Parameters
    ----------
    app
        The rest of it.
    follower
        Holds the version that answers.
    telemetry
        Counts and logs.
    token
        That requests below /v1 need; None: they need none.
    patience
        Seconds until the whole body of a request must have come.
    limit
        How often one client may ask; None: as often as they like.
    """

    def __init__(
        self,
        app: App,
        follower: Follower,
        telemetry: Telemetry,
        token: str | None,
        patience: float = BODY_SECONDS,
        limit: RateLimit | None = None,
    ) -> None:
        self._app, self._follower, self._telemetry = app, follower, telemetry
        self._patience, self._limit = patience, limit
        self._token = None if token is None else token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 0
        snapshot = self._follower.current
        scope.setdefault("state", {})["snapshot"] = snapshot

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if status == HTTPStatus.OK and (tag := _tag(scope)) is not None:
                    message["headers"] = [*message["headers"], (b"etag", tag.encode())]
            await send(message)

        try:
            await self._answer(scope, receive, sent)
        except Exception:  # noqa: BLE001 - the client gets a problem, the log the traceback
            log.exception("a defect of fairtune", extra={"fields": {"route": _route(scope)}})
            if not status:
                await respond(_defect(), scope)(scope, receive, sent)
        finally:
            self._telemetry.answered(
                method=scope["method"],
                route=_route(scope),
                status=status or HTTPStatus.INTERNAL_SERVER_ERROR,
                seconds=time.perf_counter() - begun,
                snapshot=snapshot,
            )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            headers = dict(scope["headers"])
            self._check_rate(scope)
            self._check_token(scope["path"], headers)
            if scope["method"] == "POST":
                _check_type(scope["path"], headers)
                receive = await _whole(headers, receive, self._patience)
            elif (tag := _tag(scope)) is not None and _asks_for(tag, headers):
                unchanged = Response(status_code=HTTPStatus.NOT_MODIFIED, headers=_cached(tag))
                await unchanged(scope, receive, send)
                return
        except Problem as problem:
            await respond(problem, scope)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check_rate(self, scope: Scope) -> None:
        if self._limit is None or scope["path"] in HEALTH:
            return
        address, _ = scope.get("client") or ("", 0)
        seconds = self._limit.wait(address)
        if seconds:
            detail = f"more than {self._limit.rate:g} requests a second come from this address: slow down"
            headers = {"Retry-After": str(math.ceil(seconds))}
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests", detail, headers=headers)

    def _check_token(self, path: str, headers: Mapping[bytes, bytes]) -> None:
        if self._token is None or not path.startswith(GUARDED):
            return
        scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() == b"bearer" and hmac.compare_digest(given.strip(), self._token):
            return
        detail = (
            "the token is not that of this service: send the one of its --token-file"
            if scheme
            else "a token is needed here: send the header `Authorization: Bearer TOKEN`"
        )
        raise Problem(HTTPStatus.UNAUTHORIZED, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})


def _tag(scope: Scope) -> str | None:
    """Return what names the answer to a request; None for those that a version alone doesn't settle."""
    snapshot = scope["state"]["snapshot"]
    lasting = scope["method"] in {"GET", "HEAD"} and scope["path"].startswith(GUARDED)
    if snapshot is None or not lasting or scope["path"] == VERSIONS:
        return None
    if scope["path"].endswith(LISTS) and scope["app"].state.inbox is not None:  # plays change it as well
        return None
    return str(snapshot.tag)


def _asks_for(tag: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a client has this answer already. Only answers had a tag: what is a problem is asked anew."""
    given = headers.get(b"if-none-match", b"").decode("latin-1")
    return tag.removeprefix("W/") in {each.strip().removeprefix("W/") for each in given.split(",")}


def _cached(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, no-cache"}


def _check_type(path: str, headers: Mapping[bytes, bytes]) -> None:
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    wanted = "application/json" if path.startswith(GUARDED) else FORM
    if kind != wanted.encode():
        shown = kind.decode("latin-1")[:100] or "nothing"
        detail = f"Content-Type says {shown}: send {wanted}"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)


async def _whole(headers: Mapping[bytes, bytes], receive: Receive, patience: float) -> Receive:
    """Receive the whole body, if it isn't too large or too slow, and return what hands it on."""
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced[:20]) > MAX_BODY:
        raise _too_large()
    try:
        async with asyncio.timeout(patience):
            body = await _body(receive)
    except TimeoutError as error:
        detail = f"the body hasn't come within {patience:g} seconds: send the request again"
        raise Problem(
            HTTPStatus.REQUEST_TIMEOUT, "body-too-slow", detail, headers={"Connection": "close"}
        ) from error
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again


async def _body(receive: Receive) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY:
            raise _too_large()
        more = message.get("more_body", False)
    return b"".join(parts)


def _too_large() -> Problem:
    detail = f"the body has more than {MAX_BODY:,} bytes: send fewer listeners or likes at once"
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", detail, headers={"Connection": "close"}
    )


def _defect() -> Problem:
    detail = "a defect of fairtune: the log of the service has its traceback; tell its operator"
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "defect", detail)


def _route(scope: Scope) -> str:
    route = scope.get("route")
    return str(getattr(route, "path_format", None) or getattr(route, "path", None) or UNMATCHED)
