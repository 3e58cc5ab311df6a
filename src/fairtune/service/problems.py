"""Errors as RFC 9457 has them: what is wrong, where, and what to do next."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

ALTERNATIVE: Final = re.compile(r"int|str|constrained-str|list\[.*\]")
"""How pydantic names the types that a value may have, in the place of an error."""
MEDIA_TYPE: Final = "application/problem+json"


class Problem(Exception):
    """A request that can't be answered.

    Parameters
    ----------
    status
        Of HTTP.
    name
        Of the kind of problem, the last part of `type`.
    detail
        What, where, and what to do next, in one sentence.
    headers
        Of the answer.
    **more
        Further members of the body.
    """

    def __init__(
        self, status: int, name: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.name, self.detail = int(status), name, detail
        self.headers, self.more = dict(headers or {}), more

    def as_dict(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {
            "type": f"urn:fairtune:problem:{self.name}",
            "title": self.name.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }


def unknown_listener(detail: str) -> Problem:
    advice = "send their likes, or ask with fallback=popular"
    return Problem(HTTPStatus.NOT_FOUND, "unknown-listener", f"{detail}; {advice}")


def unknown_item(detail: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "unknown-item", detail)


def ambiguous_name(detail: str) -> Problem:
    advice = "give the id, as `id:...` among likes or in liked_ids"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "ambiguous-name", f"{detail}; {advice}")


def unknown_kind(detail: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown-kind", detail)


def not_ready() -> Problem:
    detail = "no version of the model is loaded yet: ask /readyz, and again when it says 200"
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "not-ready", detail, headers={"Retry-After": "5"})


def invalid(errors: Iterable[Mapping[str, Any]]) -> Problem:
    """Return the problem of a request of the wrong form, from the errors that pydantic lists."""
    listed = list(errors)
    if any(each["type"] == "json_invalid" for each in listed):
        reason = listed[0].get("ctx", {}).get("error", "it can't be parsed")
        detail = f"the body is not JSON ({reason}): send an object as /openapi.json describes"
        return Problem(HTTPStatus.BAD_REQUEST, "malformed-body", detail)
    told = [{"where": _where(each["loc"]), "what": _what(each)} for each in listed]
    first = "; ".join(f"{each['where']}: {each['what']}" for each in told[:3])
    detail = f"{first}: see /openapi.json for what may be sent"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", detail, errors=told)


def _what(error: Mapping[str, Any]) -> str:
    if error["type"] == "model_type":
        return "it is no object"
    return str(error["msg"]).removeprefix("Value error, ")


def _where(location: Iterable[Any]) -> str:
    return " ".join(str(step) for step in location if not ALTERNATIVE.fullmatch(str(step))) or "request"
