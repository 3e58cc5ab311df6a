"""Who may see the console, and who may move the champion: whoever holds the token of the service."""

import hmac
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import Request
from itsdangerous import BadData, URLSafeTimedSerializer

from fairtune.service.problems import Problem

COOKIE: Final = "fairtune_session"
LASTS: Final = 12 * 3600
"""Seconds from signing in until it has to be done again."""
MAX_FIELDS: Final = 100
SIGN_IN: Final = "/sign-in"
CSRF: Final = "csrf"


@dataclass(frozen=True)
class Session:
    """Somebody at the console.

    Attributes
    ----------
    name
        As the history of the model will have it; empty: nobody signed in, on a service without a token.
    csrf
        What a form of theirs has to carry.
    """

    name: str = ""
    csrf: str = ""

    @property
    def may_move(self) -> bool:
        """Whether they may promote and roll back."""
        return bool(self.name)


class SignInNeeded(Exception):
    """A page is for those who signed in."""

    def __init__(self, then: str) -> None:
        super().__init__(then)
        self.address = f"{SIGN_IN}?then={quote(then, safe='')}"


class Access:
    """Signs people in by the token of the service, and knows them again by a cookie.

    The cookie is signed, not stored: every worker of the service accepts what another one gave, and a new
    token ends all sessions.

    Parameters
    ----------
    token
        Of the service; None: everybody may look, and nobody may move anything.
    """

    def __init__(self, token: str | None) -> None:
        self.token = token
        self._signer = None if token is None else URLSafeTimedSerializer(token, salt="fairtune console")

    def session(self, request: Request) -> Session:
        """Return who asks.

        Parameters
        ----------
        request
            Of a page.

        Returns
        -------
        Session
            Of whoever signed in, or of anybody where there is no token.

        Raises
        ------
        SignInNeeded
            There is a token, and they didn't sign in.
        """
        if self._signer is None:
            return Session()
        try:
            kept = self._signer.loads(request.cookies.get(COOKIE, ""), max_age=LASTS)
            return Session(str(kept["name"]), str(kept["csrf"]))
        except (BadData, KeyError, TypeError) as error:
            asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            raise SignInNeeded(asked if request.method == "GET" else "/") from error

    def sign_in(self, name: str, token: str) -> str | None:
        """Return the cookie for somebody who gives the token; None if it isn't the token."""
        if self.token is None or self._signer is None:
            return None
        if not hmac.compare_digest(token.strip().encode("utf-8", "replace"), self.token.encode()):
            return None
        return str(self._signer.dumps({"name": name, "csrf": secrets.token_urlsafe(16)}))


def check_form(session: Session, form: dict[str, str]) -> None:
    """Check that a form comes from a page of ours, and from somebody who may move the champion.

    Parameters
    ----------
    session
        Of whoever sent it.
    form
        Its fields.

    Raises
    ------
    Problem
        They may not, or it comes from elsewhere.
    """
    if not session.may_move:
        detail = (
            "this service was started without --token-file, so nobody can promote or roll back here: "
            "use `fairtune promote` and `fairtune rollback`, or start it with a token"
        )
        raise Problem(HTTPStatus.FORBIDDEN, "no-token", detail)
    if not hmac.compare_digest(form.get(CSRF, "").encode(), session.csrf.encode()):
        detail = "the form is none of this session's: open the page again, and send it from there"
        raise Problem(HTTPStatus.FORBIDDEN, "foreign-form", detail)


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form, the last value of each; `Problem` if they can't be read."""
    try:
        text = (await request.body()).decode("utf-8")
        fields: dict[str, Any] = parse_qs(
            text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "malformed-body", "the form can't be read: send it again"
        ) from error
    return {name: values[-1] for name, values in fields.items()}


def inside(address: str) -> str:
    """Return an address if it is one of this service's pages, else that of the first page."""
    parts = urlsplit(address.replace("\\", "/"))
    plain = address.startswith("/") and not address.startswith("//") and address.isprintable()
    return address if plain and not parts.scheme and not parts.netloc else "/"
