"""The play predictor: a ladder that can only climb by learning something true."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import LinearRegression
from tests.toy import PLAYED, POINT, build

from fairtune.columns import BlockName, Part
from fairtune.models.als import model as als
from fairtune.models.play_prediction import predictor as play_predictor


def test_rungs_are_least_squares_of_their_features():
    rng = np.random.default_rng(1)
    known = {name: rng.normal(size=5_000) for name in ("item_bias", "user_bias", "als")}
    y = 3 + 0.5 * known["item_bias"] - 2 * known["user_bias"] + rng.normal(size=5_000)
    design = np.column_stack([known["item_bias"], known["user_bias"]])
    expected = LinearRegression().fit(design, y).predict(design)
    predicted = play_predictor.predict(play_predictor.fit(known, y).rungs, known, len(y))
    assert predicted["bias"] == pytest.approx(expected, abs=0.01)
    assert predicted["global_mean"] == pytest.approx(np.full(len(y), y.mean()))


def test_features_of_a_pair_do_not_depend_on_the_held_out_plays():
    built = build(PLAYED)
    fitted = als.fit(built, Part.TRAIN_VALID, POINT, seed=1, threads=1)
    pairs = play_predictor.held_out_pairs(built, Part.TRAIN_VALID, seed=1)
    louder = dataclasses.replace(built, test=csr_array(built.test * 50))
    before = play_predictor.features(built, Part.TRAIN_VALID, fitted, pairs)
    after = play_predictor.features(louder, Part.TRAIN_VALID, fitted, pairs)
    assert before.keys() == after.keys()
    assert all((before[name] == after[name]).all() for name in before)
    assert any(name.startswith("influencer_friend") for name in before)


def test_a_rung_knows_what_the_one_below_knows():
    lists = [
        set(play_predictor.RUNGS[name])
        for name in ("bias", "bias_spread", "bias_als", "bias_als_influencers")
    ]
    assert all(below < above for below, above in itertools.pairwise(lists))


def test_without_an_influencer_nothing_of_it_is_left():
    names = ("als_score", "influencer_artist_level", "influencer_friend_count")
    assert play_predictor.without(names, BlockName.ARTIST) == ("als_score", "influencer_friend_count")


def test_plays_dealt_out_at_random_can_not_be_predicted():
    """Nothing that is known of a pair tells its plays, unless it has seen them: no skill, or less."""
    rng = np.random.default_rng(8)
    shape = (120, 80)
    heard = rng.random(shape) < 0.3
    plays = heard * np.exp(3 + rng.normal(size=shape)).astype(np.int64).clip(1)
    tested = heard & (rng.random(shape) < 0.2)
    none = csr_array(shape, dtype=np.int64)
    friends = rng.random((120, 120)) < 0.05
    kinds = csr_array((np.ones(80), (np.arange(80), rng.integers(0, 3, 80))), shape=(80, 3))
    columns = pd.DataFrame({"item_id": range(80), "region": "north"})
    random = dataclasses.replace(
        build(PLAYED),
        columns={BlockName.TRACK: columns, BlockName.MUSIC_TYPE: columns.head(3)},
        blocks=(BlockName.TRACK, BlockName.MUSIC_TYPE, BlockName.FRIEND),
        train=csr_array(plays * ~tested),
        valid=none,
        test=csr_array(plays * tested),
        shares={BlockName.TRACK: csr_array(np.eye(80)), BlockName.MUSIC_TYPE: kinds},
        sides={BlockName.FRIEND: csr_array((friends | friends.T).astype(np.int64))},
    )
    point = dataclasses.replace(POINT, gamma=0.0, block_weights={})

    def fit_als(matrix, part=Part.TRAIN):
        return als.fit(matrix, part, point, seed=1, threads=1)

    predictor = play_predictor.learn(random, Part.TRAIN_VALID, fit_als, folds=10, seed=1)
    pairs = play_predictor.held_out_pairs(random, Part.TRAIN_VALID, seed=1)
    known = play_predictor.features(random, Part.TRAIN_VALID, fit_als(random, Part.TRAIN_VALID), pairs)
    error = {
        rung: np.sqrt(np.mean((guess - pairs.y) ** 2))
        for rung, guess in play_predictor.predict(predictor.rungs, known, len(pairs.y)).items()
    }
    assert 1 - error["bias_als_influencers"] / error["global_mean"] < 0.01
    assert 1 - error["bias_als_influencers"] / error["bias"] < 0.01


def test_without_counts_half_of_the_pairs_are_unheard_and_of_the_same_listeners():
    built = dataclasses.replace(build(PLAYED), counts=False)
    pairs = play_predictor.held_out_pairs(built, Part.TRAIN_VALID, seed=4)
    n = built.test.nnz
    assert pairs.y.tolist() == [1.0] * n + [0.0] * n
    assert pairs.rows[:n].tolist() == pairs.rows[n:].tolist()
    heard = built.plays(Part.ALL).toarray()
    assert (heard[pairs.rows[:n], pairs.items[:n]] > 0).all()
    assert (heard[pairs.rows[n:], pairs.items[n:]] == 0).all()
    again = play_predictor.held_out_pairs(built, Part.TRAIN_VALID, seed=4)
    assert pairs.items.tolist() == again.items.tolist()
