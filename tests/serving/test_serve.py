"""The registered model under `mlflow models serve`, asked over HTTP."""

import json

import httpx
import pytest
from tests.model_server import serving
from tests.processes import PATIENCE

from fairtune.registry.registration.entry import Entry
from fairtune.registry.registration.register import register
from fairtune.serving.recommender import Recommender

pytestmark = [  # MLflow's own, about its types and about pandas 4
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]
NAME = "fairtune-tiny-music_type"


@pytest.fixture(scope="module")
def server(tmp_path_factory, release):
    root = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        register(Entry(model=NAME, release=release, metrics={}, passed=True), root=root)
    with (
        serving(f"models:/{NAME}@champion", root) as url,
        httpx.Client(base_url=url, timeout=PATIENCE) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def ask(server):
    def ask(**body):
        answer = server.post("/invocations", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["predictions"]

    return ask


def listed(row, items):
    """What the server says of a list that the recommender gives."""
    return [
        {
            "row": row,
            "rank": item.rank,
            "item_id": str(item.item_id),
            "name": item.name,
            "artist": item.artist,
            "score": round(item.score, 6),
            "why": item.why,
            "new": True,
            "emerging": item.emerging,
            "listeners": item.listeners,
            "start_with": json.dumps([under.as_dict() for under in item.start_with], ensure_ascii=False),
        }
        for item in items
    ]


def test_listeners_get_ranked_items_with_scores_and_reasons(ask, recommender):
    told = ask(dataframe_split={"columns": ["user_id"], "data": [["2"], ["5"]]}, params={"n": 2})
    expected = [recommender.for_listener(user, n=2).items for user in (2, 5)]
    assert told == [cells for row, items in enumerate(expected) for cells in listed(row, items)]
    assert told[0]["why"].startswith("because you play ")


def test_one_request_may_hold_listeners_and_newcomers_whose_likes_are_text_list_or_ids(ask, recommender):
    artists = recommender.release.columns("artist")
    ids = [artists.ids[artists.names.index(name)] for name in ("Björk", "Earth, Wind & Fire")]
    told = ask(
        dataframe_records=[
            {"user_id": 2},
            {"likes": "bjork, Earth, Wind & Fire"},
            {"likes": ["bjork", "Earth, Wind & Fire"]},
            {"liked_ids": ids},
            {"liked_ids": [str(item) for item in ids]},
        ],
        params={"n": 3, "kind": "artist"},
    )
    expected = recommender.for_likes("Björk, Earth, Wind & Fire", n=3, kind="artist").items
    assert told == [
        *listed(0, recommender.for_listener(2, n=3, kind="artist").items),
        *(cells for row in range(1, 5) for cells in listed(row, expected)),
    ]


def test_without_parameters_lists_are_of_the_target_and_as_long_as_can_be(ask, recommender):
    told = ask(dataframe_records=[{"likes": "Blur"}])
    assert told == listed(0, recommender.for_likes("Blur", strict=False).items)
    assert len(told) == 8  # of ten types two are known


OUT_OF_RANGE = "it goes from 1 to 3, the number of music types that listener 2 doesn't play yet"


@pytest.mark.parametrize(
    ("rows", "params", "message"),
    [
        (
            [{"user_id": "2"}, {"user_id": "1"}],
            {},
            "row 1: unknown listener '1': tiny has 60 listeners with ids from 2 to 179, for example 2, 5, 8",
        ),
        ([{"likes": ["Radiohed"]}], {}, "row 0: unknown artist 'Radiohed'; close matches: Radiohead"),
        ([{"likes": []}], {}, "row 0: no likes are named: give artists, separated by commas"),
        ([{"likes": 7}], {}, "row 0: likes is a list, not 7"),
        (
            [{"liked_ids": [1, "2"]}],
            {},
            "row 0: unknown artist id '2': tiny has 16 artists, for example 1, 6, 11",
        ),
        (
            [{"user_id": 2, "likes": "Blur"}],
            {},
            "row 0: give one of user_id, likes, liked_ids",
        ),
        (
            [{"user_id": "2"}],
            {"kind": "track"},
            "the model of tiny has no kind 'track'; it has: music_type, artist",
        ),
        (
            [{"user_id": "2"}],
            {"n": 0},
            f"n = 0 is out of range: {OUT_OF_RANGE}",
        ),
    ],
)
def test_a_request_that_cannot_be_met_is_status_400_and_one_line(server, rows, params, message):
    answer = server.post("/invocations", json={"dataframe_records": rows, "params": params})
    assert answer.status_code == 400
    told = answer.json()
    assert "stack_trace" not in told
    assert told["error_code"] == "INVALID_PARAMETER_VALUE"
    assert told["message"].splitlines()[-1] == f"Error: {message}"


@pytest.mark.parametrize(
    "body", [{"dataframe_records": [{"user_id": "2"}], "params": {"n": "many"}}, {"listeners": ["2"]}]
)
def test_a_request_of_another_shape_is_refused_by_mlflow(server, body):
    assert server.post("/invocations", json=body).status_code == 400


def test_many_listeners_at_once_get_what_each_gets_alone(ask, release):
    recommender = Recommender.load(release)
    ids = recommender.release.listener_ids
    together = ask(dataframe_split={"columns": ["user_id"], "data": [[str(user)] for user in ids]})
    alone = [
        {**cells, "row": row}
        for row, user in enumerate(ids)
        for cells in ask(dataframe_split={"columns": ["user_id"], "data": [[str(user)]]})
    ]
    assert together == alone
