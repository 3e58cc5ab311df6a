"""Whatever address is asked for, what comes out is a page, and never a 5xx."""

from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.service.console.conftest import HTML

calm = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
words = st.one_of(
    st.sampled_from(["1", "track:1", "artist:Björk", "music_type:rock", "", "x", "artist"]),
    st.text(max_size=20),
)
numbers = st.sampled_from(["0", "100", "101", "-1", "1e3", "9" * 5000, "NaN", "inf", ""]) | st.text(
    max_size=5
)
paths = st.one_of(
    st.sampled_from(["/", "/artists", "/artists/upcoming", "/fairness", "/sign-in", "/versions"]),
    st.tuples(words, words).map(
        lambda pair: f"/artists/{quote(pair[0], safe='')}/{quote(pair[1], safe='/')}"
    ),
    numbers.map(lambda number: f"/versions/{quote(number, safe='')}/report"),
    words.map(lambda name: f"/static/{quote(name, safe='')}"),
    words.map(lambda name: f"/{quote(name, safe='/')}"),
)
queries = st.fixed_dictionaries(
    {},
    optional={
        "like": st.lists(words, max_size=3),
        "less": st.lists(words, max_size=3),
        "query": words,
        "kind": words,
        "long_tail": numbers,
        "then": words,
    },
)


@calm
@given(paths, queries)
def test_addresses(service, path, query):
    answer = service.get(path, params=query, headers=HTML)

    assert answer.status_code < 500, answer.text
    if answer.status_code != 303:
        assert answer.headers["content-type"].startswith(("text/html", "application/json", "text/plain"))
        assert answer.headers["content-type"].startswith("text/html") == answer.text.startswith(
            "<!doctype html>"
        )


@calm
@given(
    st.sampled_from(["/sign-in", "/sign-out", "/versions/promote", "/versions/rollback"]),
    st.binary(max_size=100),
)
def test_forms(service, path, body):
    headers = {**HTML, "Content-Type": "application/x-www-form-urlencoded"}

    assert service.post(path, content=body, headers=headers).status_code in {400, 403}
