"""The application: the routes of the service, put together with what every request passes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

import fairtune
from fairtune.service import problems
from fairtune.service.console import app as pages
from fairtune.service.console.app import Console
from fairtune.service.edge import Edge, problem_of, respond
from fairtune.service.events import Inbox
from fairtune.service.follow import Follower
from fairtune.service.problems import Problem
from fairtune.service.rate_limit import RateLimit
from fairtune.service.routes import health, v1
from fairtune.service.telemetry import Telemetry

ABOUT = """
Recommendations of the champion of a model registry, with reasons.

Every answer names the model, its version, and when that was registered. Errors are problem details
(RFC 9457). A listener whom the model doesn't know gets a list from their likes if they come with the
request, else a popular one that is in balance between the regions of artists; `fallback` says so.
"""


def create(
    follower: Follower,
    telemetry: Telemetry,
    *,
    token: str | None = None,
    inbox: Inbox | None = None,
    console: Console | None = None,
    rate: float | None = None,
) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    follower
        Holds the version that answers; it looks at the registry for as long as the application runs.
    telemetry
        Counts and logs.
    token
        That requests below /v1 need; None: they need none.
    inbox
        Where new listening goes; None: it isn't taken.
    console
        What its pages need; None: there are no pages.
    rate
        Requests a second that one address may send to this process; None: any number.

    Returns
    -------
    FastAPI
        The application.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        follower.start()
        yield
        follower.stop()
        if console is not None:
            console.questions.stop()
        telemetry.end()

    app = FastAPI(
        title="fairtune",
        version=fairtune.__version__,
        description=ABOUT,
        lifespan=lifespan,
        docs_url=None,  # the page would load scripts from another host
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={
            Problem: problem_of,
            RequestValidationError: _invalid,
            HTTPException: _refused,
            400: _refused,
            404: _refused,
            405: _refused,
        },
    )
    app.state.follower, app.state.telemetry, app.state.inbox = follower, telemetry, inbox
    app.include_router(v1.router)
    app.include_router(health.router)
    app.state.console = None
    app.state.questions = None if console is None else console.questions
    if console is not None:
        pages.add(app, console)
    limit = None if rate is None else RateLimit(rate)
    app.add_middleware(Edge, follower=follower, telemetry=telemetry, token=token, limit=limit)
    return app


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what this is registered for
    return respond(problems.invalid(error.errors()), request.scope)


async def _refused(request: Request, error: Exception) -> Response:
    """Answer what FastAPI itself refuses."""
    status = HTTPStatus(getattr(error, "status_code", HTTPStatus.BAD_REQUEST))
    said = {
        HTTPStatus.NOT_FOUND: "nothing is at this address: /openapi.json lists those there are",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} is not possible here: see /openapi.json",
        HTTPStatus.BAD_REQUEST: "the body can't be read: send JSON in UTF-8, as /openapi.json describes",
    }
    detail = said.get(status, str(getattr(error, "detail", error)))
    name = status.phrase.lower().replace(" ", "-")
    return respond(Problem(status, name, detail, headers=getattr(error, "headers", None)), request.scope)
