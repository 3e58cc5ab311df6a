"""Whatever is asked wrongly is refused as RFC 9457 has it, word for word, and the service goes on."""

import asyncio
import shutil
from pathlib import Path

import pandas as pd
import pytest
from tests.processes import PATIENCE
from tests.service.conftest import MODEL, REGISTERED, TOLD
from tests.tiny import seal

from fairtune.service.edge import Edge
from fairtune.service.settings import MAX_BODY
from fairtune.service.snapshot import Snapshot

JSON = {"Content-Type": "application/json"}
TOKEN = "correct-horse-battery"  # noqa: S105 - of this test
ADVICE = ": see /openapi.json for what may be sent"
NO_LISTENER = "unknown listener '1': tiny has 60 listeners with ids from 2 to 179, for example 2, 5, 8"
BY_NAME = "/v1/items?query=NAME finds ids by name"
ARTISTS = "tiny has 16 artists, for example Aphex Twin, Björk, Blur"
MANY = {"requests": [{"user_id": 2}]}


def problem(answer, status, name, detail, **more):
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    title = name.replace("-", " ").capitalize()
    expected = {"type": f"urn:fairtune:problem:{name}", "title": title, "status": status, "detail": detail}
    assert told == {**expected, **more}
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "status", "name", "detail"),
    [
        (
            "/v1/listeners/1/recommendations?fallback=none",
            404,
            "unknown-listener",
            f"{NO_LISTENER}; send their likes, or ask with fallback=popular",
        ),
        (
            "/v1/listeners/1/recommendations?likes=Radiohed",
            404,
            "unknown-item",
            "unknown artist or track 'Radiohed'; close matches: Radiohead",
        ),
        (
            "/v1/listeners/2/recommendations?kind=album",
            422,
            "unknown-kind",
            "the model of tiny has no kind 'album'; it has: track, artist, music_type",
        ),
        (
            "/v1/items/0",
            404,
            "unknown-item",
            f"unknown track id '0': tiny has 48 tracks, for example 1, 6, 11; {BY_NAME}",
        ),
        (
            "/v1/items/a%2Fb%00/similar?kind=artist",
            404,
            "unknown-item",
            f"unknown artist id 'a/b\x00': {ARTISTS}; {BY_NAME}",
        ),
    ],
)
def test_what_does_not_exist(service, path, status, name, detail):
    problem(service.get(path), status, name, detail, model=TOLD)


@pytest.mark.parametrize(
    ("asked", "where", "what"),
    [
        ("listeners/2/recommendations?n=0", "query n", "Input should be greater than or equal to 1"),
        ("listeners/2/recommendations?n=1000000000", "query n", "Input should be less than or equal to 100"),
        (
            "listeners/2/recommendations?n=many",
            "query n",
            "Input should be a valid integer, unable to parse string as an integer",
        ),
        ("listeners/2/recommendations?fallback=x", "query fallback", "Input should be 'popular' or 'none'"),
        (f"items/{'9' * 501}", "path item_id", "String should have at most 500 characters"),
        ("items", "query query", "Field required"),
    ],
)
def test_what_is_out_of_range(service, asked, where, what):
    answer = service.get(f"/v1/{asked}")
    errors = [{"where": where, "what": what}]
    problem(answer, 422, "invalid-request", f"{where}: {what}{ADVICE}", errors=errors, model=TOLD)


@pytest.mark.parametrize(
    ("body", "where", "what"),
    [
        (
            {"requests": [{"user_id": 2}] * 257},
            "body requests",
            "List should have at most 256 items after validation, not 257",
        ),
        ({"requests": []}, "body requests", "List should have at least 1 item after validation, not 0"),
        ({**MANY, "n": 101}, "body n", "Input should be less than or equal to 100"),
        ({**MANY, "N": 1}, "body N", "Extra inputs are not permitted"),
        ({}, "body requests", "Field required"),
    ],
)
def test_a_body_of_another_form(service, body, where, what):
    answer = service.post("/v1/recommendations", json=body)
    errors = [{"where": where, "what": what}]
    problem(answer, 422, "invalid-request", f"{where}: {what}{ADVICE}", errors=errors, model=TOLD)


def test_a_body_that_is_not_json(service):
    answer = service.post("/v1/recommendations", content="{", headers=JSON)
    detail = (
        "the body is not JSON (Expecting property name enclosed in double quotes): send an object as "
        "/openapi.json describes"
    )
    problem(answer, 400, "malformed-body", detail, model=TOLD)


@pytest.mark.parametrize("body", [b"\xff", b"[" * 100_000])
def test_a_body_that_can_not_be_read(service, body):
    answer = service.post("/v1/recommendations", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_text_that_utf_8_can_not_hold_is_refused_for_itself(service):
    body = b'{"requests": [{"likes": "\\ud800"}, {"user_id": 2}]}'
    told = service.post("/v1/recommendations", content=body, headers=JSON).json()
    assert [each["status"] for each in told["answers"]] == [422, 200]


def test_a_body_that_is_too_large(service):
    detail = f"the body has more than {MAX_BODY:,} bytes: send fewer listeners or likes at once"

    announced = service.post("/v1/recommendations", content=b" " * (MAX_BODY + 1), headers=JSON)
    problem(announced, 413, "body-too-large", detail, model=TOLD)

    async def pieces():
        for _ in range(11):
            yield b" " * (MAX_BODY // 10)

    streamed = service.post("/v1/recommendations", content=pieces(), headers=JSON)
    problem(streamed, 413, "body-too-large", detail, model=TOLD)


def test_a_body_that_does_not_come(service):
    async def pieces():
        yield b"{"
        await asyncio.sleep(PATIENCE)

    service.app = Edge(service.app, service.follower, service.telemetry, None, patience=0.01)
    answer = service.post("/v1/recommendations", content=pieces(), headers=JSON)
    detail = "the body hasn't come within 0.01 seconds: send the request again"
    problem(answer, 408, "body-too-slow", detail, model=TOLD)


def test_a_body_of_another_type(service):
    answer = service.post("/v1/recommendations", content="{}", headers={"Content-Type": "text/plain"})
    detail = "Content-Type says text/plain: send application/json"
    problem(answer, 415, "unsupported-media-type", detail, model=TOLD)


def test_an_address_that_is_none(service):
    detail = "nothing is at this address: /openapi.json lists those there are"
    problem(service.get("/recommendations"), 404, "not-found", detail)
    answer = service.ask("PUT", "/v1/items")
    detail = "PUT is not possible here: see /openapi.json"
    problem(answer, 405, "method-not-allowed", detail, model=TOLD)
    assert answer.headers["allow"] == "GET"


def test_a_name_that_several_have(track_release, tmp_path, start):
    folder = Path(shutil.copytree(track_release, tmp_path / "all"))
    columns = pd.read_parquet(folder / "columns_track.parquet")
    columns["name"] = columns["name"].replace({"Song 1": "Song 0"})
    columns.to_parquet(folder / "columns_track.parquet")
    seal(folder)
    service = start(first=Snapshot.load(folder, model=MODEL, version=1, registered_at=REGISTERED))

    answer = service.get("/v1/listeners/1/recommendations", params={"likes": "Song 0"})

    told = answer.json()
    assert (answer.status_code, told["title"]) == (422, "Ambiguous name")
    assert told["detail"].startswith("'Song 0' is the name of 2 tracks, say which: id:1 by Radiohead, ")
    assert told["detail"].endswith("; give the id, as `id:...` among likes or in liked_ids")
    assert service.get("/v1/listeners/1/recommendations", params={"likes": "id:1"}).status_code == 200
    found = service.get("/v1/items", params={"query": "song 0"}).json()["items"]
    assert sorted(item["item_id"] for item in found) == [1, 6]


def test_a_token_is_needed_for_answers_and_not_for_health(start):
    service = start(token=TOKEN)
    for path in ("/healthz", "/readyz", "/metrics"):
        assert service.get(path).status_code == 200

    missing = service.get("/v1/items/1")
    detail = "a token is needed here: send the header `Authorization: Bearer TOKEN`"
    problem(missing, 401, "unauthorized", detail, model=TOLD)
    assert missing.headers["www-authenticate"] == "Bearer"
    detail = "the token is not that of this service: send the one of its --token-file"
    for wrong in (f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer", "Bearer é"):
        answer = service.get("/v1/nothing", headers={"Authorization": wrong.encode()})
        problem(answer, 401, "unauthorized", detail, model=TOLD)

    for right in (f"Bearer {TOKEN}", f"bearer {TOKEN} "):
        assert service.get("/v1/items/1", headers={"Authorization": right}).status_code == 200


def test_without_a_version_only_health_answers(start):
    service = start(first=None)
    assert service.get("/healthz").status_code == 200
    detail = "no version of the model is loaded yet: ask /readyz, and again when it says 200"
    for path in ("/readyz", "/v1/items/1"):
        answer = service.get(path)
        problem(answer, 503, "not-ready", detail)
        assert answer.headers["retry-after"] == "5"


def test_a_defect_is_a_problem_too_and_the_service_goes_on(service, monkeypatch, caplog):
    def broken(*_, **__):
        raise ZeroDivisionError("secret")

    with monkeypatch.context() as patch:
        patch.setattr("fairtune.service.items.describe", broken)
        answer = service.get("/v1/items/1")
    detail = "a defect of fairtune: the log of the service has its traceback; tell its operator"
    problem(answer, 500, "defect", detail, model=TOLD)
    assert "ZeroDivisionError: secret" in caplog.text
    assert service.get("/v1/items/1").status_code == 200
