"""The generated data set holds the truth that it says it plants."""

from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from fairtune.config.sections import Generate
from fairtune.data.sources.demo import generator

SEEDS = (1, 2, 20240607)


def spec(*, listeners=1500, tracks=3000, regional_bias=0.5, taste_strength=0.7):
    return Generate(
        listeners=listeners, tracks=tracks, regional_bias=regional_bias, taste_strength=taste_strength
    )


def pairs_per_track(interactions, tracks):
    return np.bincount(interactions["item_id"] - 1, minlength=tracks)


def rate_ratio(counts, favoured):
    """Pairs per track from elsewhere over pairs per track from the favoured country, and its standard error.

    Given the world, the pairs are independent, so that each sum's variance is below its mean (binomial).
    """
    there, here = counts[~favoured], counts[favoured]
    ratio = there.mean() / here.mean()
    return ratio, ratio * np.sqrt(1 / max(there.sum(), 1) + 1 / here.sum())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bias", [0.0, 0.5, 0.9])
def test_tracks_from_elsewhere_are_played_1_minus_b_times_as_often(seed, bias):
    chosen = spec(regional_bias=bias)
    world = generator.truth(chosen, seed=seed)
    counts = pairs_per_track(generator.generate(chosen, seed=seed)["interactions"], chosen.tracks)

    ratio, error = rate_ratio(counts, world.favoured)

    assert abs(ratio - (1 - bias)) < 3.3 * error
    assert error < 0.01


def test_at_full_bias_nothing_from_elsewhere_is_played():
    chosen = spec(regional_bias=1.0, listeners=200, tracks=500)
    counts = pairs_per_track(generator.generate(chosen, seed=1)["interactions"], chosen.tracks)

    assert counts[~generator.truth(chosen, seed=1).favoured].sum() == 0
    assert counts.sum() > 0


def test_bias_only_takes_plays_away_from_tracks_from_elsewhere():
    fair, biased = (spec(regional_bias=bias, listeners=300, tracks=1000) for bias in (0.0, 0.5))
    world = generator.truth(biased, seed=3)
    columns = ["user_id", "item_id"]
    before, after = (generator.generate(chosen, seed=3)["interactions"][columns] for chosen in (fair, biased))

    lost = before.merge(after, how="outer", indicator=True).query("_merge != 'both'")

    assert set(lost["_merge"]) == {"left_only"}
    assert not world.favoured[lost["item_id"] - 1].any()


def test_without_bias_tracks_of_every_country_are_wanted_equally():
    world = generator.truth(spec(), seed=1)
    wanted = sum(world.merit(chunk).sum(axis=0) for chunk in world.chunks())

    by_country = pd.Series(wanted).groupby(world.country[world.artist]).mean()

    assert len(by_country) == 12
    assert_allclose(by_country, by_country.mean(), rtol=0.01)


def test_pairs_are_drawn_with_the_stated_probability():
    chosen = spec()
    world, played = generator.truth(chosen, seed=5), generator.generate(chosen, seed=5)["interactions"]
    listeners = np.arange(chosen.listeners)
    probability = world.probability(listeners)
    drawn = np.zeros(probability.shape, dtype=bool)
    drawn[played["user_id"] - 1, played["item_id"] - 1] = True

    for low, high in ((0, 0.005), (0.005, 0.02), (0.02, 0.1), (0.1, 0.3), (0.3, 1)):
        cells = (probability >= low) & (probability < high)
        expected, variance = probability[cells].sum(), (probability * (1 - probability))[cells].sum()
        assert abs(drawn[cells].sum() - expected) < 4 * np.sqrt(variance)


def share_of_favourite_type(chosen, seed):
    """How much of a listener's pairs, on average, is of the listener's own favourite music type."""
    world, played = generator.truth(chosen, seed=seed), generator.generate(chosen, seed=seed)["interactions"]
    user, item = played["user_id"].to_numpy() - 1, played["item_id"].to_numpy() - 1
    return world.types[item, world.taste.argmax(axis=1)[user]].mean()


def test_taste_strength_sets_how_much_people_play_of_what_they_like():
    none, half, full = (share_of_favourite_type(spec(taste_strength=t), seed=1) for t in (0.0, 0.5, 1.0))

    assert none < 0.15  # popular music, whatever the taste
    assert none + 0.1 < half < full - 0.1


def test_friends_like_the_same_music_more_than_strangers_do():
    chosen = spec()
    taste = generator.truth(chosen, seed=1).taste
    taste = taste / np.linalg.norm(taste, axis=1, keepdims=True)
    friends = generator.generate(chosen, seed=1)["friends"].to_numpy() - 1

    among_friends = (taste[friends[:, 0]] * taste[friends[:, 1]]).sum(axis=1).mean()
    among_all = np.square(taste.sum(axis=0)).sum() / len(taste) ** 2

    assert among_friends > 1.5 * among_all


def test_tables_have_the_shape_of_last_fm_data():
    tables = generator.generate(spec(), seed=20240607)
    interactions, items, users, friends = (tables[t] for t in ("interactions", "items", "users", "friends"))

    assert (len(users), len(items), items["artist"].nunique()) == (1500, 3000, 600)
    assert 40_000 < len(interactions) < 120_000
    assert not interactions.duplicated(["user_id", "item_id"]).any()
    assert interactions["plays"].min() == 1
    popularity = np.sort(pairs_per_track(interactions, 3000))[::-1]
    assert popularity[:300].sum() > 0.4 * popularity.sum()  # a tenth of the tracks holds 40 % of the pairs
    assert interactions["plays"].mean() > 1.5 * interactions["plays"].median()
    signup = users.set_index("user_id")["signup"].loc[interactions["user_id"]].to_numpy()
    assert (interactions["timestamp"].to_numpy() >= signup).all()
    assert interactions["timestamp"].dt.year.nunique() >= 5
    assert users["age"].dropna().between(10, 90).all()
    assert 0 < users["age"].isna().mean() < 0.3
    assert set(users["gender"].dropna()) == {"m", "f"}
    assert 0 < items["artist_country"].isna().mean() < 0.2
    assert items["name"].is_unique
    assert (tables["tags"].groupby("item_id")["taggers"].sum() == 100).all()
    assert (friends["user_id"] != friends["friend_id"]).all()
    assert set(map(tuple, friends.to_numpy())) == {(b, a) for a, b in friends.to_numpy()}


def test_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    small = spec(listeners=60, tracks=120)

    def digests(name, seed):
        generator.write(tmp_path / name, small, seed)
        return {file.name: sha256(file.read_bytes()).hexdigest() for file in (tmp_path / name).iterdir()}

    first, again, other = digests("first", 1), digests("again", 1), digests("other", 2)

    assert first == again
    assert len(first) == 5
    assert not set(first.values()) & set(other.values())


def test_reading_gives_back_what_was_generated(tmp_path):
    small = spec(listeners=60, tracks=120)
    generator.write(tmp_path, small, 1)

    read = generator.DATASET.read(tmp_path)

    for name, table in generator.generate(small, seed=1).items():
        pd.testing.assert_frame_equal(getattr(read, name), table)
    assert read.rejected.empty
