"""The console put together: its pages, signing in, and the files that pages load."""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from fairtune.config.sections import Evaluate
from fairtune.service.console import access, artists, fairness, listen, pages, versions, what_if
from fairtune.service.console.access import Access, SignInNeeded, check_form, read_form
from fairtune.service.console.dependencies import Asking, Text
from fairtune.service.questions import Questions

router = APIRouter()
LASTING: Final = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
MAX_NAME: Final = 100


@dataclass(frozen=True, kw_only=True)
class Console:
    """What pages need beside the version that answers.

    Attributes
    ----------
    root
        Folder of the project.
    dataset
        Of params.yaml.
    evaluate
        How its models are judged.
    access
        Who may see and do what.
    questions
        Answers what-if questions.
    """

    root: Path
    dataset: str
    evaluate: Evaluate
    access: Access
    questions: Questions


def add(app: FastAPI, console: Console) -> None:
    """Add the pages to the service."""
    app.state.console = console
    for part in (router, artists.router, fairness.router, listen.router, versions.router, what_if.router):
        app.include_router(part)
    app.add_exception_handler(SignInNeeded, _sign_in_first)


@router.get("/static/{name}", summary="A file that pages load", include_in_schema=False)
async def static(name: Text) -> Response:
    asset = pages.assets().get(name)
    if asset is None:
        raise pages.not_found()
    return Response(asset.content, headers=LASTING, media_type=asset.media_type)


@router.get(access.SIGN_IN, summary="Page: sign in", include_in_schema=False)
async def sign_in(request: Request, then: Text = "/") -> Response:
    if request.app.state.console.access.token is None:
        return RedirectResponse(access.inside(then), HTTPStatus.SEE_OTHER)
    return pages.page(request, "sign_in", at="", then=access.inside(then), name="", refused="")


@router.post(access.SIGN_IN, summary="Sign in", include_in_schema=False)
async def signed_in(request: Request) -> Response:
    form = await read_form(request)
    then, name = access.inside(form.get("then", "/")), " ".join(form.get("name", "").split())
    cookie, refused = None, "That is not the token of this service."
    if not name or len(name) > MAX_NAME or not name.isprintable():
        refused = f"A name of 1 to {MAX_NAME} letters is needed: it stands in the history."
    else:
        cookie = request.app.state.console.access.sign_in(name, form.get("token", ""))
    if cookie is None:
        shown = name[:MAX_NAME]
        return pages.page(
            request, "sign_in", at="", status=HTTPStatus.FORBIDDEN, then=then, name=shown, refused=refused
        )
    answer = RedirectResponse(then, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        access.COOKIE,
        cookie,
        max_age=access.LASTS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/sign-out", summary="Sign out", include_in_schema=False)
async def sign_out(request: Request, session: Asking) -> Response:
    check_form(session, await read_form(request))
    answer = RedirectResponse(access.SIGN_IN, HTTPStatus.SEE_OTHER)
    answer.delete_cookie(access.COOKIE)
    return answer


async def _sign_in_first(_: Request, error: Exception) -> Response:
    assert isinstance(error, SignInNeeded)  # noqa: S101 - what this is registered for
    return RedirectResponse(error.address, HTTPStatus.SEE_OTHER)
