"""Lists as recommenders return them."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

import fairtune
from fairtune.errors import BadRanking, BadRequest

EXPECTED = [(7, "x", 1), (7, "y", 2), (9, "z", 1)]


def rows(table):
    return list(table.itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(  # RecTools: Columns.User, Item, Score, Rank
            {"user_id": [7, 7, 9], "item_id": ["x", "y", "z"], "score": [0.9, 0.2, 0.5], "rank": [1, 2, 1]},
            id="rectools",
        ),
        pytest.param(  # LensKit until 0.14
            {"item": ["y", "x", "z"], "score": [0.2, 0.9, 0.5], "user": [7, 7, 9], "rank": [2, 1, 1]},
            id="lenskit",
        ),
        pytest.param(  # atomic files of RecBole
            {"user_id:token": [9, 7, 7], "item_id:token": ["z", "y", "x"], "score:float": [0.5, 0.2, 0.9]},
            id="recbole",
        ),
        pytest.param({"user_id": [7, 9, 7], "item_id": ["y", "z", "x"], "rank": [5, 1, 3]}, id="gaps"),
    ],
)
def test_frames_are_read_by_the_names_that_other_libraries_give(frame):
    assert rows(fairtune.read_lists(pd.DataFrame(frame))) == EXPECTED


def test_columns_of_other_names_can_be_named():
    frame = pd.DataFrame({"who": [7, 7, 9], "what": ["x", "y", "z"], "rank": [1, 2, 1]})

    assert rows(fairtune.read_lists(frame, columns={"user_id": "who", "item_id": "what"})) == EXPECTED


def test_an_object_that_makes_a_frame_of_itself_is_read():
    class Collection:
        def to_df(self):
            return pd.DataFrame({"user_id": [7, 7, 9], "item_id": ["x", "y", "z"], "rank": [1, 2, 1]})

    assert rows(fairtune.read_lists(Collection())) == EXPECTED


@pytest.mark.parametrize("turned", [False, True])
def test_arrays_of_ids_and_scores_are_read_in_either_order(turned):
    ids, scores = np.array([[0, 1], [2, -1]]), np.array([[0.9, 0.2], [0.5, -np.inf]], dtype=np.float32)
    given = (scores, ids) if turned else (ids, scores)

    assert rows(fairtune.read_lists(given, listeners=[7, 9], items=["x", "y", "z"])) == EXPECTED


def test_what_implicit_returns_is_read_without_the_places_that_it_could_not_fill():
    from implicit.cpu.als import AlternatingLeastSquares

    plays = csr_matrix(np.array([[1, 1, 1, 0], [0, 1, 1, 1]], dtype=np.float32))
    model = AlternatingLeastSquares(factors=2, num_threads=1, random_state=1)
    model.fit(plays, show_progress=False)
    found = model.recommend([0, 1], plays, N=3)  # but one item is left for each

    table = fairtune.read_lists(found, listeners=["u", "v"], items=["a", "b", "c", "d"])

    assert rows(table) == [("u", "d", 1), ("v", "a", 1)]


@pytest.mark.parametrize(
    ("lists", "given", "message"),
    [
        (
            pd.DataFrame({"who": [1], "item_id": ["x"], "rank": [1]}),
            {},
            (
                "lists: the frame lacks a column of user_id; it has who, item_id, rank: say "
                "columns={'user_id': ...}"
            ),
        ),
        (
            pd.DataFrame({"user_id": [1], "item_id": ["x"]}),
            {},
            "lists: the frame lacks a rank or a score; it has user_id, item_id: say columns={'rank': ...}",
        ),
        (
            pd.DataFrame({"user_id": [1], "item_id": ["x"], "rank": [1]}),
            {"columns": {"item_id": "song"}},
            (
                "lists: the frame lacks a column 'song' (for item_id); it has user_id, item_id, rank: say "
                "columns={'item_id': ...}"
            ),
        ),
        (
            pd.DataFrame({"user_id": [1, 1], "item_id": ["x", "y"], "score": [1.0, np.nan]}),
            {},
            "lists: row 1 has no user_id, item_id or score: leave rows without one out",
        ),
        (np.array([[0.5]]), {}, "lists: ids are of type float64, expected integers, or a frame with columns"),
        (np.array([1, 2]), {}, "lists: the array of ids has shape (2,), expected (n_listeners, k)"),
        (np.array([[1, 2]]), {"listeners": [1, 2]}, "lists: 1 lists, but 2 listeners are named"),
        (np.array([[1, 5]]), {"items": "ab"}, "lists: item number 5, but only 2 items are named"),
        (
            (np.array([[1, 2]]), np.array([[0.5]])),
            {},
            "lists: ids have shape (1, 2), scores (1, 1)",
        ),
        (
            (np.array([[1]]), np.array([[0.5]]), 3),
            {},
            "lists: a tuple of 3, expected (ids, scores) or (scores, ids)",
        ),
    ],
)
def test_what_is_no_list_is_refused(lists, given, message):
    if given.get("items") == "ab":
        given = {"items": ["a", "b"]}
    with pytest.raises(BadRequest) as refused:
        fairtune.read_lists(lists, **given)
    assert str(refused.value) == message


def test_a_rank_twice_is_refused():
    frame = pd.DataFrame({"user_id": [1, 1], "item_id": ["x", "y"], "rank": [1, 1]})
    with pytest.raises(BadRanking) as refused:
        fairtune.read_lists(frame)
    assert str(refused.value) == "lists: listener 1 has rank 1 twice"
