"""What the service answers is what the recommender gives, and every answer says by which version."""

import pytest
from tests.service.conftest import TOLD

from fairtune.serving.recommender import Recommender

UNKNOWN = {"list": "popular", "reason": "the model doesn't know this listener"}


@pytest.fixture(scope="module")
def recommender(track_release) -> Recommender:
    return Recommender.load(track_release)


@pytest.mark.parametrize("kind", [None, "track", "artist", "music_type"])
def test_a_listener_gets_what_the_recommender_gives(service, recommender, kind):
    asked = {"n": 3} | ({"kind": kind} if kind else {})

    answer = service.get("/v1/listeners/2/recommendations", params=asked)

    expected = recommender.for_listener(2, n=3, kind=kind, strict=False).as_dict()
    assert answer.status_code == 200
    assert answer.json() == {"model": TOLD, **expected, "fallback": None}
    assert answer.headers["cache-control"] == "private, no-cache"


def test_a_list_is_shorter_where_less_is_left(service, recommender):
    listed = service.get("/v1/listeners/2/recommendations", params={"n": 100}).json()["recommendations"]

    expected = recommender.for_listener(2, n=100, strict=False).as_dict()["recommendations"]
    assert listed == expected
    assert len(listed) < 48


def test_each_of_many_gets_an_answer_or_a_problem_of_its_own(service, recommender):
    requests = [
        {"user_id": "2"},
        {"likes": "Bjork, Song 1"},
        {"likes": ["Radiohed"]},
        {"liked_ids": [1, "6"]},
        {"liked_ids": [2]},
        {"user_id": 1},
        {"user_id": 1, "likes": "Blur"},
        {"likes": []},
        {"user": 2},
        {},
        7,
        {"user_id": 5},
    ]

    answer = service.post("/v1/recommendations", json={"requests": requests, "n": 2})

    told = answer.json()
    assert (answer.status_code, told["model"]) == (200, TOLD)
    assert [each["index"] for each in told["answers"]] == list(range(len(requests)))
    statuses = [each["status"] for each in told["answers"]]
    assert statuses == [200, 200, 404, 200, 404, 200, 200, 422, 422, 422, 422, 200]
    lists = [each.get("recommendations") for each in told["answers"]]
    for index, expected in (
        (0, recommender.for_listener(2, n=2)),
        (1, recommender.for_likes("Björk, Song 1", n=2)),
        (3, recommender.for_likes("Song 0, Song 1", n=2)),
        (6, recommender.for_likes("Blur", n=2)),
        (11, recommender.for_listener(5, n=2)),
    ):
        assert lists[index] == expected.as_dict()["recommendations"]
    assert told["answers"][5]["fallback"] == UNKNOWN
    assert told["answers"][6]["fallback"] == {**UNKNOWN, "list": "likes"}
    details = {each["index"]: each["problem"]["detail"] for each in told["answers"] if "problem" in each}
    few = "should have at least 1 item after validation, not 0"
    advice = ": see /openapi.json for what may be sent"
    assert details == {
        2: "unknown artist or track 'Radiohed'; close matches: Radiohead",
        4: "unknown track id '2': tiny has 48 tracks, for example 1, 6, 11",
        7: f"likes: Input should be a valid string; likes: List {few}{advice}",
        8: f"user: Extra inputs are not permitted{advice}",
        9: f"request: give one of user_id, likes, liked_ids{advice}",
        10: f"request: it is no object{advice}",
    }


def test_an_unknown_listener_gets_what_is_popular_and_is_told(service, snapshot):
    told = service.get("/v1/listeners/1/recommendations", params={"n": 4}).json()

    listeners = snapshot.release.columns("track").listeners
    assert told["fallback"] == UNKNOWN
    assert told["listener"] == {"user_id": "1"}
    assert [item["listeners"] for item in told["recommendations"]] == sorted(listeners, reverse=True)[:4]
    first = told["recommendations"][0]
    assert (first["rank"], first["because"], first["new"]) == (1, None, None)
    assert first["why"] == f"popular: {max(listeners)} of 60 listeners play it"


def test_likes_stand_in_for_an_unknown_listener_and_not_for_a_known_one(service, recommender):
    unknown, known = (
        service.get(f"/v1/listeners/{user}/recommendations", params={"likes": ["Blur", "múm"]}).json()
        for user in (1, 2)
    )

    assert unknown["fallback"] == {**UNKNOWN, "list": "likes"}
    assert unknown["recommendations"] == recommender.for_likes(["Blur", "múm"]).as_dict()["recommendations"]
    assert known["fallback"] is None
    assert known["recommendations"] == recommender.for_listener(2).as_dict()["recommendations"]


@pytest.mark.parametrize(("query", "kind"), [("radiohead", "artist"), ("Radiohead", "artist")])
def test_a_search_has_the_exact_spelling_first_then_other_spellings(service, query, kind):
    found = service.get("/v1/items", params={"query": query, "kind": kind}).json()

    names = [item["name"] for item in found["items"]]
    assert found["model"] == TOLD
    assert names == [query, {"radiohead": "Radiohead", "Radiohead": "radiohead"}[query]]


def test_a_search_ignores_accents_and_case_and_finds_beginnings_of_words(service):
    def names(query):
        return [item["name"] for item in service.get("/v1/items", params={"query": query}).json()["items"]]

    assert names("BJORK") == ["Björk"]
    assert names("rós") == ["Sigur Rós"]
    assert names("adiohea") == []
    assert names("   ") == []
    assert names("song 4")[0] == "Song 4"
    assert set(names("song 4")[1:]) == {f"Song 4{digit}" for digit in range(8)}


def test_an_item_is_described_with_its_music_types(service):
    told = service.get("/v1/items/1").json()

    assert told["model"] == TOLD
    assert told["item"] | {"listeners": 0} == {
        "item_id": 1,
        "kind": "track",
        "name": "Song 0",
        "artist": "Radiohead",
        "region": "other Europe",
        "listeners": 0,
        "emerging": False,
        "music_types": [{"name": "alternative", "share": 0.5}, {"name": "rock", "share": 0.5}],
    }
    artist = service.get("/v1/items/Björk", params={"kind": "artist"}).json()["item"]
    assert (artist["name"], artist["kind"]) == ("Björk", "artist")


def test_similar_items_are_ranked_and_leave_the_item_itself_out(service):
    told = service.get("/v1/items/1/similar", params={"n": 5}).json()

    likeness = [item["similarity"] for item in told["similar"]]
    assert told["item"]["item_id"] == 1
    assert 1 not in [item["item_id"] for item in told["similar"]]
    assert likeness == sorted(likeness, reverse=True)
    assert all(-1 <= value <= 1 for value in likeness)


def test_versions_are_those_of_the_registry(start):
    service = start()
    told = service.get("/v1/versions").json()
    assert told == {"model": TOLD, "versions": service.shelf.versions()}
    assert [each["version"] for each in told["versions"]] == [2, 1]

    service.shelf.down = True
    answer = service.get("/v1/versions")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "registry: no answer"


def test_openapi_names_every_route_and_gives_examples(service):
    described = service.get("/openapi.json").json()

    assert set(described["paths"]) == {
        "/healthz",
        "/metrics",
        "/readyz",
        "/v1/events",
        "/v1/fairness",
        "/v1/items",
        "/v1/items/{item_id}",
        "/v1/items/{item_id}/audience",
        "/v1/items/{item_id}/similar",
        "/v1/listeners/{listener_id}/recommendations",
        "/v1/recommendations",
        "/v1/versions",
        "/v1/whatif",
    }
    for path, methods in described["paths"].items():
        for route in methods.values():
            if path.startswith("/v1/"):
                told = route["responses"].get("200") or route["responses"]["202"]
                assert "example" in told["content"]["application/json"], path
