"""Leaving an influencer out costs what it brought: a lot if it is all there is to know, nothing if noise."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array, eye_array

from fairtune.columns import BlockName, Part
from fairtune.config.hyperparameters import hyperparameters
from fairtune.evaluation.measure import ablation, play_prediction
from fairtune.evaluation.measure.ground_truth import HeldOut
from fairtune.matrix.matrix import Matrix
from fairtune.metrics import accuracy, ranking
from fairtune.metrics.bootstrap import Bootstrap
from fairtune.models.als import model as als
from fairtune.models.play_prediction import predictor as play_predictor

CLUBS, MEMBERS, TRACKS = 60, 4, 400
LISTENERS = CLUBS * MEMBERS
POINT = hyperparameters(
    {
        "factors": 32, "regularization": 1.0, "iterations": 10, "alpha": 10.0, "beta": 0.0, "gamma": 0.0,
        "scaling": "log", "block_weights": {},
    }
)  # fmt: skip


def world(*, friends_tell):
    """In each club the first listener has yet to find the tracks that the others play, equally often.

    The first one's own tracks are nobody else's, so only friendship tells who they are like. What they find
    is in the validation part in every other club and in the test part in the rest.
    """
    rng = np.random.default_rng(7)
    club = np.repeat(np.arange(CLUBS), MEMBERS)
    first = np.tile(np.arange(MEMBERS) == 0, CLUBS)
    own, shared = np.split(rng.random((CLUBS, TRACKS)).argsort(axis=1)[:, :12], [4], axis=1)
    loudness = rng.integers(1, 400, size=(CLUBS, TRACKS))
    train, valid, test = (np.zeros((LISTENERS, TRACKS), dtype=np.int64) for _ in range(3))
    for part, rows, tracks in (
        (train, np.flatnonzero(first), own),
        (train, np.flatnonzero(~first), shared),
        (valid, np.flatnonzero(first & (club % 2 == 0)), shared),
        (test, np.flatnonzero(first & (club % 2 == 1)), shared),
    ):
        columns = tracks[club[rows]]
        part[rows[:, None], columns] = loudness[club[rows][:, None], columns]
    of = club if friends_tell else rng.permutation(club)
    together = (of[:, None] == of[None, :]) & ~np.eye(LISTENERS, dtype=bool)
    return built(train, valid, test, together, rng)


def loud(*, friends_tell):
    """In each club a track is played equally often by all who play it; each plays 12 of its 24."""
    rng = np.random.default_rng(7)
    club = np.repeat(np.arange(CLUBS), MEMBERS)
    tracks = rng.random((CLUBS, TRACKS)).argsort(axis=1)[:, :24]
    chosen = np.take_along_axis(tracks[club], rng.random((LISTENERS, 24)).argsort(axis=1)[:, :12], axis=1)
    loudness = rng.integers(1, 400, size=(CLUBS, TRACKS))
    plays = np.zeros((LISTENERS, TRACKS), dtype=np.int64)
    rows = np.arange(LISTENERS)[:, None]
    plays[rows, chosen] = loudness[club[:, None], chosen]
    part = np.zeros_like(plays)
    part[rows, chosen] = np.repeat([0, 1, 2], [8, 1, 3])  # train, validation, test
    of = club if friends_tell else rng.permutation(club)
    together = (of[:, None] == of[None, :]) & ~np.eye(LISTENERS, dtype=bool)
    return built(*(plays * (part == label) for label in range(3)), together, rng)


def built(train, valid, test, together, rng):
    identity = csr_array(eye_array(TRACKS, format="csr"))
    genres = csr_array((np.ones(TRACKS), (np.arange(TRACKS), rng.integers(0, 5, TRACKS))), shape=(TRACKS, 5))
    described = pd.DataFrame({"item_id": np.arange(TRACKS), "region": "north", "country": "NO"})
    return Matrix(
        target=BlockName.TRACK,
        item_block=BlockName.TRACK,
        blocks=(BlockName.TRACK, BlockName.MUSIC_TYPE, BlockName.FRIEND),
        counts=True,
        min_share=0.0,
        train=csr_array(train),
        valid=csr_array(valid),
        test=csr_array(test),
        shares={BlockName.TRACK: identity, BlockName.MUSIC_TYPE: genres},
        sides={BlockName.FRIEND: csr_array(together.astype(np.int64))},
        listeners=pd.DataFrame({"user_id": np.arange(LISTENERS)}),
        columns={BlockName.TRACK: described, BlockName.MUSIC_TYPE: described.head(5)},
    )


def measured(matrix, factors=32, share=0.0):
    def fit(of, part):
        return als.fit(of, part, dataclasses.replace(POINT, factors=factors, share=share), seed=1, threads=1)

    model = fit(matrix, Part.TRAIN_VALID)
    predictor = play_predictor.learn(
        matrix, Part.TRAIN_VALID, lambda held: fit(held, Part.TRAIN), folds=10, seed=1
    )
    target = matrix.target
    known, truth = matrix.block(target, Part.TRAIN_VALID), matrix.truth(target, Part.TRAIN_VALID)
    lists = ranking.rank(lambda rows: model.scores(rows, target), known, 10)
    bootstrap = Bootstrap(n_listeners=LISTENERS, resamples=300, seed=1)
    return ablation.measure(
        matrix,
        HeldOut(
            known=known,
            truth=truth,
            groupings={},  # nothing is asked of groups here
            chances=None,
            traits=np.zeros((known.shape[1], 3)),
            profiles=None,
            audience=np.bincount(known.indices, minlength=known.shape[1]),
        ),
        accuracy.per_listener(lists, truth, [10])["ndcg@10"],
        ablation.with_neighbours_left_out(
            model, {block: fit(matrix.without(block), Part.TRAIN_VALID) for block in matrix.influencers}
        ),
        predictor,
        play_prediction.prediction_inputs(matrix, model, seed=1),
        bootstrap,
        threads=1,
    )


@pytest.fixture(scope="module")
def telling():
    return measured(world(friends_tell=True))


def test_an_influencer_that_tells_what_is_played_is_missed(telling):
    assert telling["friend"]["ndcg@10_change"]["high"] < 0
    assert measured(world(friends_tell=False))["friend"]["ndcg@10_change"]["high"] >= 0


def test_an_influencer_that_tells_how_much_is_missed_and_noise_is_not():
    figures = measured(loud(friends_tell=True), factors=2)
    assert figures["friend"]["rmse_change"]["low"] > 0
    assert figures["music_type"]["rmse_change"]["low"] <= 0
    assert measured(loud(friends_tell=False), factors=2)["friend"]["rmse_change"]["low"] <= 0


def test_every_influencer_has_each_figure_and_its_change(telling):
    assert list(telling) == ["music_type", "friend"]
    for figures in telling.values():
        assert set(figures) == {"ndcg@10", "ndcg@10_change", "rmse", "rmse_change"}
        assert all(figure["low"] <= figure["value"] <= figure["high"] for figure in figures.values())


def test_what_cannot_be_left_out_is_undefined():
    matrix = dataclasses.replace(world(friends_tell=True), target=BlockName.MUSIC_TYPE)
    figures = measured(matrix)
    assert figures["track"]["rmse"]["value"] is None
    assert figures["track"]["ndcg@10"]["value"] is not None
    assert figures["music_type"]["ndcg@10_change"]["value"] is None
    assert figures["music_type"]["rmse_change"]["value"] is not None


def test_without_neighbours_the_factors_alone_are_judged_and_no_plays_are_predicted_otherwise():
    matrix = world(friends_tell=True)
    chosen = dataclasses.replace(POINT, iterations=5, share=0.5, neighbour_regularization=1.0)
    model = als.fit(matrix, Part.TRAIN_VALID, chosen, seed=1, threads=1)
    alone = als.fit(matrix, Part.TRAIN_VALID, dataclasses.replace(chosen, share=0.0), seed=1, threads=1)
    found = ablation.with_neighbours_left_out(model, {BlockName.FRIEND: alone})
    assert list(found) == ["friend", "neighbours"]
    rows = np.arange(LISTENERS)
    assert (found["neighbours"].scores(rows, BlockName.TRACK) == alone.scores(rows, BlockName.TRACK)).all()
    assert ablation.with_neighbours_left_out(alone, {}) == {}
    telling = measured(matrix, share=0.5)
    assert list(telling) == ["music_type", "friend", "neighbours"]
    assert telling["neighbours"]["ndcg@10"]["value"] > 0
    assert telling["neighbours"]["rmse"]["value"] is None
