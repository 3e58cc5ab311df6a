"""Whatever comes in, what comes out is JSON or problem details, and never a 5xx."""

from json import dumps
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

calm = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
ids = st.one_of(st.sampled_from(["1", "2", "5", "Björk", "rock", "Song 1"]), st.text(max_size=20))
kinds = st.sampled_from(["track", "artist", "music_type", "friend", "", "x"]) | st.text(max_size=5)
numbers = st.sampled_from(["0", "1", "-1", "100", "101", "1e3", "9" * 5000, "", "NaN"]) | st.text(max_size=5)
queries = st.fixed_dictionaries(
    {},
    optional={
        "n": numbers,
        "kind": kinds,
        "likes": st.lists(ids, max_size=3),
        "fallback": st.sampled_from(["popular", "none", "x"]),
        "query": ids,
    },
)
paths = st.one_of(
    ids.map(lambda text: f"/v1/listeners/{quote(text, safe='')}/recommendations"),
    ids.map(lambda text: f"/v1/items/{quote(text, safe='')}"),
    ids.map(lambda text: f"/v1/items/{quote(text, safe='')}/similar"),
    st.just("/v1/items"),
    ids.map(lambda text: f"/{quote(text, safe='/')}"),
)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | ids,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
askers = st.fixed_dictionaries(
    {},
    optional={
        "user_id": json | st.sampled_from([2, 5]),
        "likes": json | st.lists(ids, max_size=2),
        "liked_ids": json | st.lists(st.sampled_from([1, 6, "11", 2]), max_size=2),
    },
)
bodies = json | st.fixed_dictionaries(
    {"requests": json | st.lists(askers | json, max_size=4)},
    optional={"n": json, "kind": kinds, "fallback": json},
)


def check(answer):
    assert answer.status_code < 500, answer.text
    expected = "application/json" if answer.status_code == 200 else "application/problem+json"
    if not answer.request.url.path.startswith("/metrics"):
        assert answer.headers["content-type"] == expected
        answer.json()


@calm
@given(paths, queries, st.sampled_from(["GET", "GET", "GET", "POST", "DELETE"]))
def test_addresses_and_queries(service, path, query, method):
    check(service.ask(method, path, params=query))


@calm
@given(bodies)
def test_bodies(service, body):
    check(
        service.post("/v1/recommendations", content=dumps(body), headers={"Content-Type": "application/json"})
    )


@calm
@given(st.binary(max_size=100))
def test_bytes(service, body):
    check(service.post("/v1/recommendations", content=body, headers={"Content-Type": "application/json"}))


@pytest.mark.parametrize("depth", [500, 5_000, 400_000])
def test_deep_json(service, depth):
    body = '{"requests":' + "[" * depth + "]" * depth + "}"
    check(service.post("/v1/recommendations", content=body, headers={"Content-Type": "application/json"}))
