"""The estimator, the champion, evaluation and comparison, against the pipeline's own and brute force."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from tests import tiny

import fairtune
from fairtune.api import defaults
from fairtune.columns import BlockName, Part
from fairtune.config.hyperparameters import hyperparameters
from fairtune.errors import BadRequest
from fairtune.evaluation.measure import evaluate as measure
from fairtune.models.als import model as als
from fairtune.serving.recommender import Recommender

CHOSEN = {
    "factors": 8,
    "regularization": 2.0,
    "iterations": 8,
    "alpha": 5.0,
    "share": 0.3,
    "neighbour_inputs": "items",
}
JUDGED = {"resamples": 100, "min_group": 1, "min_provider_group": 1}


@pytest.fixture(scope="module")
def matrix():
    return tiny.make_matrix(BlockName.TRACK, tiny.TRACK_MODEL)


@pytest.fixture(scope="module")
def fitted(matrix):
    return fairtune.ALS(seed=3, **CHOSEN).fit(matrix)


def test_a_fit_is_that_of_the_pipeline(matrix, fitted):
    chosen = {name: v for name, v in fitted.get_params().items() if name not in {"seed", "threads"}}
    theirs = als.fit(matrix, Part.TRAIN_VALID, hyperparameters(chosen), seed=3, threads=1)

    np.testing.assert_array_equal(fitted.model_.listener_factors, theirs.listener_factors)


def test_lists_are_those_of_brute_force(matrix, fitted):
    known = matrix.block(BlockName.TRACK, Part.TRAIN_VALID).toarray() > 0
    scores = np.where(known, -np.inf, fitted.scores(np.arange(len(known))))
    ids = matrix.columns[BlockName.TRACK]["item_id"].to_numpy()

    listed = fitted.recommend(n=4)

    expected = ids[np.argsort(-scores, axis=1, kind="stable")[:, :4]]
    np.testing.assert_array_equal(listed["item_id"].to_numpy().reshape(-1, 4), expected)
    assert listed["rank"].tolist() == [1, 2, 3, 4] * len(known)
    assert (listed["user_id"].to_numpy().reshape(-1, 4)[:, 0] == matrix.listeners["user_id"]).all()


def test_what_is_known_stays_on_request(matrix, fitted):
    user = int(matrix.listeners["user_id"].iloc[0])
    best = fitted.scores(np.array([0]))[0].argmax()

    listed = fitted.recommend(user, n=1, filter_known=False)

    assert listed["item_id"].item() == matrix.columns[BlockName.TRACK]["item_id"].iloc[best]


def test_an_explanation_agrees_with_the_list(fitted):
    user = 2
    row = fitted.recommend(user, n=3).iloc[1]

    explained = fitted.explain(user, row["item_id"])

    assert explained.score == pytest.approx(row["score"], rel=1e-4)
    assert explained.why.startswith("because you play ")
    assert (explained.known, explained.name) == (False, row["name"])


def test_similar_items_point_the_same_way(matrix, fitted):
    factors = fitted.model_.column_factors[BlockName.TRACK].astype(float)
    cosines = factors @ factors[0] / np.linalg.norm(factors, axis=1) / np.linalg.norm(factors[0])
    cosines[0] = -2
    ids = matrix.columns[BlockName.TRACK]["item_id"].to_numpy()

    table = fitted.similar([ids[0]], n=3)

    assert table["similar_id"].tolist() == ids[np.argsort(-cosines)[:3]].tolist()
    assert table["similarity"].to_numpy() == pytest.approx(np.sort(cosines)[::-1][:3], abs=1e-5)


def test_likes_of_somebody_new_are_folded_in(fitted):
    listed = fitted.recommend_for_likes("Radiohead, Björk", n=2)

    assert listed["why"].str.startswith("because you like").all()


def test_it_is_driven_like_an_estimator_of_scikit_learn(fitted):
    copy = clone(fitted)

    assert copy is not fitted
    assert copy.get_params() == fitted.get_params()
    assert copy.set_params(factors=4).get_params()["factors"] == 4
    assert fitted.get_params()["factors"] == 8
    with pytest.raises(BadRequest, match=r"not fitted yet: call fit\(matrix\) first"):
        copy.recommend(1)
    assert repr(fairtune.ALS(factors=8, share=0.3)) == "ALS(factors=8, share=0.3)"


def test_it_can_be_pickled(fitted):
    fitted.recommend(2)
    again = pickle.loads(pickle.dumps(fitted))  # noqa: S301 - our own

    pd.testing.assert_frame_equal(again.recommend(2), fitted.recommend(2))


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"factor": 8}, "ALS: no hyperparameter 'factor'; there are: alpha, beta, block_scalings, "),
        ({"factors": 0}, "ALS: factors: Input should be greater than or equal to 1, found 0"),
        ({"scaling": "square"}, "ALS: scaling: Input should be 'binary', 'log' or 'bm25', found 'square'"),
    ],
)
def test_what_is_no_hyperparameter_is_refused(chosen, message):
    with pytest.raises(BadRequest) as refused:
        fairtune.ALS(**chosen)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda model: model.recommend(2, n=0), "recommend: n = 0 is out of range: it goes from 1"),
        (lambda model: model.recommend(2, kind="album"), "the model of mine has no kind 'album'; it has: "),
        (lambda model: model.similar(["x"]), "unknown track id 'x'; for example: [1, 6, 11]"),
        (lambda model: model.explain(2, 3), "unknown track id 3; for example: [1, 6, 11]"),
        (lambda model: model.fit(None, "tests"), "fit: no part 'tests'; there are: train, train_valid, all"),
    ],
)
def test_what_the_model_does_not_know_is_refused(fitted, ask, message):
    with pytest.raises(BadRequest) as refused:
        ask(fitted)
    assert str(refused.value).startswith(message)


def test_an_evaluation_is_that_of_the_pipeline(matrix, fitted):
    params = defaults.evaluate(**JUDGED)
    whole = measure.evaluate(
        matrix, fitted.model_, None, {}, params, refits={}, seed=5, threads=1, taste=False
    ).metrics

    ours = fairtune.evaluate(fitted, matrix, seed=5, **JUDGED)

    assert ours.metrics["ranking"]["als"] == whole["ranking"]["als"]
    assert ours.metrics["fairness"] == whole["fairness"]
    assert ours.known == 0
    ndcg = ours.figures.set_index("figure").loc["ndcg@10"]
    assert ndcg["low"] <= ndcg["value"] <= ndcg["high"]
    assert "track: 60 listeners, test part" in str(ours)
    assert ours._repr_html_().count("<table") == 2


def test_lists_are_judged_as_the_model_that_made_them(matrix, fitted):
    of_lists = fairtune.evaluate(fitted.recommend(n=40), matrix, **JUDGED)

    assert of_lists.metrics == fairtune.evaluate(fitted, matrix, **JUDGED).metrics


def test_any_model_with_scores_is_judged(matrix):
    class Nobody:
        def scores(self, listeners):
            return np.zeros((len(listeners), matrix.test.shape[1]), dtype=np.float32)

    assert fairtune.evaluate(Nobody(), matrix, **JUDGED).figures["value"].notna().all()


def test_known_items_on_lists_are_told(matrix, fitted):
    """The mistake that a tutorial makes: what is filtered out is what somebody else plays."""
    shifted = fitted.recommend(n=40).assign(user_id=lambda t: t["user_id"].map(_next(matrix)))

    judged = fairtune.evaluate(shifted, matrix, **JUDGED)

    assert judged.known > 0.05
    assert f"; {judged.known:.1%} of the places hold what is known already" in str(judged)


def _next(matrix):
    ids = matrix.listeners["user_id"].tolist()
    return dict(zip(ids, [*ids[1:], ids[0]], strict=True))


def test_two_models_are_compared_over_the_same_listeners(matrix, fitted):
    better = fairtune.evaluate(fitted, matrix, **JUDGED)
    worse = fairtune.evaluate(fairtune.ALS(factors=1, iterations=1, beta=1.0).fit(matrix), matrix, **JUDGED)

    same = fairtune.compare(better, better).changes
    changes = fairtune.compare(worse, better).changes.set_index("figure")

    assert set(same["means"]) <= {"the same", "can't be compared"}
    assert changes.loc["ndcg@10", "paired"]
    both = [each.figures.set_index("figure").loc["ndcg@10", "value"] for each in (worse, better)]
    assert changes.loc["ndcg@10", "change"] == pytest.approx(both[1] - both[0], abs=1e-6)


def test_evaluations_of_different_listening_are_not_compared(matrix, fitted):
    one = fairtune.evaluate(fitted, matrix, **JUDGED)
    with pytest.raises(BadRequest) as refused:
        fairtune.compare(one, fairtune.evaluate(fitted, matrix, seed=1, **JUDGED))
    assert str(refused.value) == (
        "compare: the evaluations differ in seed (0 and 1): evaluate both on the same matrix with the same "
        "seed"
    )


def test_a_model_that_saw_the_test_part_is_not_judged_by_it(matrix):
    model = fairtune.ALS(factors=2, iterations=1).fit(matrix, "all")
    with pytest.raises(BadRequest) as refused:
        fairtune.evaluate(model, matrix)
    assert str(refused.value) == (
        "evaluate: this ALS was fitted on 'all': what is judged by the test part is "
        "fit(matrix, 'train_valid')"
    )


def test_lists_of_strangers_are_refused(matrix):
    lists = pd.DataFrame({"user_id": [1], "item_id": [1], "rank": [1]})
    with pytest.raises(BadRequest) as refused:
        fairtune.evaluate(lists, matrix)
    assert str(refused.value) == "evaluate: the matrix has no user_id 1; it has for example 2, 5, 8"


def test_a_release_on_disk_recommends_the_same(tmp_path):
    matrix = tiny.make_matrix(BlockName.MUSIC_TYPE, tiny.ARTIST_MODEL)
    tiny.train(tmp_path, matrix, share=0.2)
    champion = fairtune.Champion("tiny", "fairtune-tiny", 1, tmp_path)

    listed = champion.recommend([2, 5], n=3)

    recommender = Recommender.load(tmp_path)
    expected = [item.item_id for user in (2, 5) for item in recommender.for_listener(user, n=3).items]
    assert listed["item_id"].tolist() == expected


def test_where_no_artist_is_known_emergence_is_undefined_and_not_nought():
    rows = [(u, i, 1 + u * i % 7) for u in range(30) for i in range(20) if (u + i) % 3]
    plays = pd.DataFrame(rows, columns=["user_id", "item_id", "plays"])
    matrix = fairtune.build_matrix(fairtune.load_dataset(plays), seed=1)

    judged = fairtune.evaluate(fairtune.ALS(factors=2, iterations=2).fit(matrix), matrix, **JUDGED)

    by_figure = judged.figures.set_index("figure")["value"]
    assert np.isnan(by_figure["emerging_share@10"])
    assert np.isnan(by_figure["diversity@10"])
    assert "emerging" not in set(judged.groups["grouping"])
