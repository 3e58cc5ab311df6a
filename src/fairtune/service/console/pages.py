"""From a template to an answer: pages that ask no other host for anything, and run only our own script."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from fairtune.reporting.elements import labels, numbers, template
from fairtune.service.console.access import Session
from fairtune.service.problems import Problem

HTML: Final = "text/html; charset=utf-8"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Vary": "Cookie",
}
NAV: Final = (
    ("listen", "/", "Listen"),
    ("artists", "/artists", "Artists"),
    ("fairness", "/fairness", "Fairness"),
    ("what_if", "/what-if", "What if"),
    ("versions", "/versions", "Versions"),
)
STYLE: Final = re.compile(r' style="([^"]*)"')


@dataclass(frozen=True)
class Asset:
    """A file that pages load.

    Attributes
    ----------
    content
        Its bytes.
    media_type
        Its type.
    """

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        """Names the content in the address, so that browsers may keep it."""
        return hashlib.sha256(self.content).hexdigest()[:12]


@cache
def assets() -> dict[str, Asset]:
    """Return the files that pages load, by name."""
    folder = resources.files(__package__).joinpath("static")
    own = {name: folder.joinpath(name).read_bytes() for name in ("console.css", "console.js", "htmx.min.js")}
    kinds = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
    everything = {"page.css": template.style_sheet().encode(), **own}
    return {name: Asset(content, kinds[name.rpartition(".")[2]]) for name, content in everything.items()}


def page(
    request: Request,
    template_name: str,
    /,
    *,
    at: str,
    session: Session | None = None,
    status: int = 200,
    **values: Any,
) -> Response:
    """Fill a template, and answer with it.

    Parameters
    ----------
    request
        For a page.
    template_name
        Without its endings.
    at
        Which of the pages it is, see `NAV`.
    session
        Of whoever asks.
    status
        Of HTTP.
    **values
        For the template.

    Returns
    -------
    Response
        The page.
    """
    snapshot = request.state.snapshot
    text = (
        _environment()
        .get_template(f"console/{template_name}.html.j2")
        .render(
            at=at,
            nav=NAV,
            session=session or Session(),
            model=None if snapshot is None else snapshot.as_dict(),
            dataset=None if snapshot is None else snapshot.release.dataset,
            **values,
        )
    )
    content = text.encode("utf-8", "backslashreplace")
    return Response(content, status, HEADERS, media_type=HTML)


def problem(request: Request, refused: Problem) -> Response:
    """Answer a request for a page that can't be met."""
    answer = page(request, "problem", at="", status=refused.status, problem=refused.as_dict())
    answer.headers.update(refused.headers)
    return answer


def picture(drawing: Markup) -> Markup:
    """Return a drawing of `reporting.charts` without style attributes, which our policy forbids."""
    return Markup(STYLE.sub(_attributes, drawing))  # noqa: S704 - our own drawing


def _attributes(style: "re.Match[str]") -> str:
    pairs = (each.partition(":") for each in style[1].split(";") if ":" in each)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, _, value in pairs)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PrefixLoader(
            {
                "console": PackageLoader(__package__, "templates"),
                "report": PackageLoader("fairtune.reporting", "templates"),
            }
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        count=numbers.count,
        percent=numbers.tenths,
        times=numbers.times,
        plain=numbers.plain,
        signed=numbers.signed,
        json=lambda value: json.dumps(value, ensure_ascii=True),
        spoken=lambda kind: str(kind).replace("_", " "),
        nouns=labels.noun,
    )
    environment.globals["static"] = lambda name: f"/static/{name}?v={assets()[name].digest}"
    return environment


def wanted(scope: Any) -> bool:
    """Whether a request is one for a page, by its address and by what it accepts."""
    accepts = dict(scope["headers"]).get(b"accept", b"")
    return b"text/html" in accepts and not scope["path"].startswith("/v1/")


def not_found() -> Problem:
    detail = "there is no page at this address: the links above lead to those there are"
    return Problem(HTTPStatus.NOT_FOUND, "not-found", detail)
