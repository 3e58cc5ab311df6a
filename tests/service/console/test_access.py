"""Signing in: by the token of the service alone, and to its own pages alone."""

import time

import pytest
from tests.service.console.conftest import HTML, TOKEN, Seen, browsing

from fairtune.service.console import access
from fairtune.service.console.access import Access

PAGES = ("/", "/artists", "/artists/upcoming", "/artists/artist/1", "/fairness", "/what-if", "/versions")


@pytest.fixture
def guarded(start, console):
    return start(token=TOKEN, console=console(token=TOKEN))


def sign_in(service, **fields):
    form = {"name": "Ada", "token": TOKEN, "then": "/", **fields}
    return service.post("/sign-in", data=form, headers=HTML)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_for_those_who_signed_in(guarded, path):
    answer = guarded.get(f"{path}?x=1", headers=HTML)

    assert (answer.status_code, answer.content) == (303, b"")
    assert answer.headers["location"].startswith("/sign-in?then=%2F")
    headers = browsing(sign_in(guarded).cookies[access.COOKIE])
    assert guarded.get(path, headers=headers).status_code in {200, 404}


def test_the_cookie_is_for_the_browser_alone(guarded):
    answer = sign_in(guarded, then="/versions")

    assert (answer.status_code, answer.headers["location"]) == (303, "/versions")
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "max-age=43200", "path=/"):
        assert part in cookie
    assert TOKEN not in answer.headers["set-cookie"]


def test_a_wrong_token_is_refused_without_a_cookie(guarded):
    answer = sign_in(guarded, token=TOKEN[:-1], name="<i>Ada</i>")

    assert answer.status_code == 403
    assert "That is not the token of this service." in Seen(answer).text
    assert "set-cookie" not in answer.headers
    assert "<i>Ada</i>" not in answer.text
    assert 'value="&lt;i&gt;Ada&lt;/i&gt;"' in answer.text


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "Ada\u202elice"])
def test_a_name_that_no_history_can_have_is_refused(guarded, name):
    answer = sign_in(guarded, name=name)

    assert answer.status_code == 403
    assert "A name of 1 to 100 letters is needed: it stands in the history." in Seen(answer).text


@pytest.mark.parametrize(
    "then",
    ["//evil.example", "https://evil.example/", "\\\\evil.example", "/\\evil.example", "javascript:0", ""],
)
def test_signing_in_leads_to_no_other_place(guarded, then):
    assert sign_in(guarded, then=then).headers["location"] == "/"
    assert (
        f'value="{then}"' not in guarded.get("/sign-in", params={"then": then}, headers=HTML).text or not then
    )


def test_a_session_ends(guarded, monkeypatch):
    cookie = sign_in(guarded).cookies[access.COOKIE]
    asked = {"headers": browsing(cookie)}
    assert guarded.get("/", **asked).status_code == 200

    body, _, seal = cookie.partition(".")
    other = "another token of the service"
    for forged in (f"{body}x.{seal}", f"{cookie}x", "", Access(other).sign_in("Ada", other)):
        assert guarded.get("/", headers=browsing(forged)).status_code == 303

    later = time.time() + access.LASTS + 5
    monkeypatch.setattr("time.time", lambda: later)
    assert guarded.get("/", **asked).status_code == 303


def test_signing_out_forgets_the_cookie(guarded):
    cookie = sign_in(guarded).cookies[access.COOKIE]
    page = guarded.get("/", headers=browsing(cookie)).text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]

    answer = guarded.post("/sign-out", data={"csrf": csrf}, headers=browsing(cookie))

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert 'fairtune_session=""' in answer.headers["set-cookie"]


def test_a_cookie_opens_no_route_for_programs(guarded):
    headers = browsing(sign_in(guarded).cookies[access.COOKIE])

    answer = guarded.get("/v1/versions", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_without_a_token_there_is_nothing_to_sign_in_to(service):
    assert service.get("/sign-in?then=/artists", headers=HTML).headers["location"] == "/artists"
    assert sign_in(service).status_code == 403


def test_a_form_in_another_form_is_refused(guarded):
    answer = guarded.post("/sign-in", json={"name": "Ada"}, headers=HTML)
    assert answer.status_code == 415
    assert "send application/x-www-form-urlencoded" in Seen(answer).text

    headers = {**HTML, "Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"\xff\xfe", b"&".join(b"a=1" for _ in range(200))):
        answer = guarded.post("/sign-in", content=body, headers=headers)
        assert answer.status_code == 400
        assert "the form can't be read: send it again" in Seen(answer).text


@pytest.mark.parametrize("path", [*PAGES, "/sign-in", "/nowhere"])
def test_a_page_asks_nobody_else_for_anything(guarded, path):
    answer = guarded.get(path, headers=browsing(sign_in(guarded).cookies[access.COOKIE]))

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "http://" not in answer.text.replace("http://www.w3.org/", "")
    assert "https://" not in answer.text


def test_files_of_pages_may_be_kept_for_ever(guarded):
    page = guarded.get("/sign-in", headers=HTML).text
    addresses = [part.partition('"')[0] for part in page.split('="')[1:] if part.startswith("/static/")]
    assert len(addresses) == 4

    for address in addresses:
        answer = guarded.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    for name in ("none.css", "../pages.py", "%2e%2e%2fpages.py", "htmx.LICENSE.txt"):
        assert guarded.get(f"/static/{name}").status_code == 404
