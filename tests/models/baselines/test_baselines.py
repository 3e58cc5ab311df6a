"""What `als` is compared with, against brute force."""

import dataclasses
import inspect

import numpy as np
import pytest
from tests.floats import summed
from tests.toy import PLAYED, POINT, build

from fairtune.columns import BlockName, Part
from fairtune.config.alternatives import SETTINGS
from fairtune.errors import TooLarge
from fairtune.models.als import model as als
from fairtune.models.baselines.autoencoder import check_size
from fairtune.models.baselines.catalogue import ALTERNATIVES
from fairtune.models.baselines.linear import coefficients
from fairtune.models.baselines.linear_features import features

ROWS = np.arange(5)


def test_params_yaml_knows_the_models_and_settings_that_there_are():
    common = {"matrix", "part", "seed", "threads"}
    there = {
        name: set(inspect.signature(model.fit).parameters) - common for name, model in ALTERNATIVES.items()
    }

    assert {name: set(settings) for name, settings in SETTINGS.items()} == there


def fit(name, **settings):
    built = build(PLAYED)
    plays = built.block(built.target, Part.TRAIN).toarray()
    return plays, ALTERNATIVES[name].fit(built, Part.TRAIN, seed=1, threads=1, **settings).scores(ROWS)


def test_popularity_scores_columns_by_their_listeners():
    plays, scores = fit("popularity")
    assert (scores == (plays > 0).sum(axis=0)).all()


@pytest.mark.parametrize("shrinkage", [0.0, 2.5])
def test_item_knn_sums_the_cosines_of_what_a_listener_plays(shrinkage):
    plays, scores = fit("item_knn", shrinkage=shrinkage)
    logs = np.log1p(plays)
    norms = np.sqrt((logs**2).sum(axis=0) + shrinkage)
    unit = np.divide(logs, norms, out=np.zeros_like(logs), where=norms > 0)
    assert scores == summed(logs @ (unit.T @ unit))


def test_item_knn_looks_at_so_many_neighbours():
    plays, scores = fit("item_knn", neighbours=1)  # a column's nearest is itself
    assert scores == summed(np.log1p(plays))


@pytest.mark.parametrize("name", ["tutorial_als", "plain_als"])
def test_als_of_one_block_scores_every_column(name):
    plays, scores = fit(name)
    assert scores.shape == plays.shape
    assert np.isfinite(scores).all()


def test_plain_als_is_the_product_with_one_block_and_no_balance():
    built = build(PLAYED)
    point = dataclasses.replace(
        POINT, factors=8, regularization=0.5, iterations=15, alpha=1.0, beta=0.0, gamma=0.0, block_weights={}
    )
    product = als.fit(
        dataclasses.replace(built, blocks=(built.target,)), Part.TRAIN, point, seed=1, threads=1
    )
    _, scores = fit("plain_als", factors=8, regularization=0.5)
    assert scores == pytest.approx(product.scores(ROWS, built.target), abs=1e-3)


@pytest.mark.parametrize("regularization", [0.5, 20.0])
def test_the_autoencoder_is_the_ridge_regression_of_each_column_on_the_others(regularization):
    plays, scores = fit("autoencoder", regularization=regularization)
    played = (plays > 0).astype(float)
    expected = np.zeros_like(played)
    for column in range(played.shape[1]):
        others = np.delete(played, column, axis=1)
        left = others.T @ others + regularization * np.eye(others.shape[1])
        expected[:, column] = others @ np.linalg.solve(left, others.T @ played[:, column])
    assert scores == summed(expected)


def test_an_autoencoder_that_memory_cannot_hold_is_refused():
    check_size(10_000, 2 * 2**30)
    with pytest.raises(TooLarge) as error:
        check_size(292_364, 8 * 2**30)
    assert str(error.value) == (
        "autoencoder: 292,364 columns take 955.3 GiB of memory and 8.0 GiB are free, enough for 26,754 "
        "columns: take `autoencoder` out of train.alternatives, or free memory"
    )


def likenesses_by_hand(built, damping):
    """Every feature of every pair, (n_listeners, n_columns) each, counted item by item."""
    plays = built.plays(Part.TRAIN).toarray() > 0
    carries = built.shares[built.target].toarray()
    carried = plays.astype(int) @ (carries > 0)
    item_columns = built.columns[built.item_block]
    regions = [name for name in ("north", "south") if name in set(item_columns["region"])]
    membership = np.array([[region == name for name in regions] for region in item_columns["region"]], float)
    every = [*(built.shares[block].toarray() for block in built.item_blocks), membership]
    n_listeners, n_columns = carried.shape
    found = [np.zeros((n_listeners, n_columns)) for _ in range(3 + len(every) + 1)]
    friends = built.sides[BlockName.FRIEND].toarray() > 0
    for u in range(n_listeners):
        for c in range(n_columns):
            left = [item for item in np.flatnonzero(plays[u]) if not carries[item, c]]
            found[0][u, c] = 1
            found[1][u, c] = np.log1p(len(left))
            found[2][u, c] = np.log1p(sum(carried[v, c] > 0 for v in range(n_listeners) if v != u))
            for k, traits in enumerate(every, start=3):
                of = carries[:, c] @ traits / carries[:, c].sum()
                like = sum(traits[item] @ of for item in left)
                found[k][u, c] = like / max(len(left) + damping, 1e-12)
            share = (carried[friends[u], c] > 0).sum() / max(friends[u].sum() + damping, 1e-12)
            found[-1][u, c] = share
    return found, carried > 0


@pytest.mark.parametrize("target", ["track", "music_type", "artist"])
@pytest.mark.parametrize("damping", [0.0, 2.0])
def test_linear_is_the_least_squares_of_features_that_leave_out_the_pair_itself(target, damping):
    built = build(PLAYED, target=target)
    by_hand, preference = likenesses_by_hand(built, damping)
    told = [one for one in by_hand if one.any()]
    known = features(built, Part.TRAIN, damping=damping)
    assert len(known) == len(told)
    table = np.column_stack([one.ravel() for one in told])
    expected = np.linalg.lstsq(table, preference.ravel().astype(float))[0]
    fitted = table @ expected
    ours = table @ coefficients(known)
    assert ours == pytest.approx(fitted, abs=1e-8)

    scores = ALTERNATIVES["linear"].fit(built, Part.TRAIN, damping=damping, seed=1, threads=1).scores(ROWS)
    of_listeners = coefficients(known)[0] + coefficients(known)[1] * told[1]
    unheard = ~preference
    assert (scores + of_listeners)[unheard] == pytest.approx(
        fitted.reshape(preference.shape)[unheard], abs=1e-5
    )


def test_linear_needs_neither_friends_nor_types_nor_regions():
    built = build(PLAYED, blocks=("track",))
    nowhere = {block: frame.assign(region=None) for block, frame in built.columns.items()}
    built = dataclasses.replace(built, columns=nowhere)
    plays = built.block(built.target, Part.TRAIN).toarray() > 0
    scores = ALTERNATIVES["linear"].fit(built, Part.TRAIN, seed=1, threads=1).scores(ROWS)
    assert (np.diff(scores, axis=0) == 0).all()  # nothing but popularity is left
    audience = plays.sum(axis=0)
    assert len(set(zip(audience.tolist(), scores[0].tolist(), strict=True))) == len(set(audience.tolist()))
