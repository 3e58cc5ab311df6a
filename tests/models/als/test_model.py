"""The factorisation finds what is there, the same every time."""

from dataclasses import replace

import numpy as np
import pytest
from tests.floats import summed
from tests.toy import PLAYED, POINT, build

from fairtune.columns import Part
from fairtune.matrix import provider_groups
from fairtune.models.als import model as als


@pytest.mark.parametrize("threads", [1, 2])
def test_same_seed_same_bytes_whatever_the_threads(threads):
    built = build(PLAYED)
    first = als.fit(built, Part.ALL, POINT, seed=5, threads=1)
    again = als.fit(built, Part.ALL, POINT, seed=5, threads=threads)
    other = als.fit(built, Part.ALL, POINT, seed=6, threads=threads)
    assert first.listener_factors.tobytes() == again.listener_factors.tobytes()
    assert first.listener_factors.tobytes() != other.listener_factors.tobytes()


def test_every_block_gets_factors_in_the_order_of_the_columns():
    built = build(PLAYED)
    seen = []
    fitted = als.fit(built, Part.ALL, POINT, seed=5, threads=1, progress=seen.append)
    assert {name: len(factors) for name, factors in fitted.column_factors.items()} == {
        "track": 6,
        "artist": 4,
        "music_type": 3,
        "friend": 5,
    }
    assert seen == list(range(1, 11))
    direct = fitted.listener_factors[[0, 2]] @ fitted.column_factors["artist"].T
    assert fitted.scores(np.array([0, 2]), "artist") == summed(direct)


def test_whoever_watches_a_fit_sees_what_a_shorter_fit_gives():
    built = build(PLAYED)
    everybody, seen = np.arange(5), {}
    als.fit(
        built, Part.ALL, POINT, seed=5, threads=1,
        watch=lambda iteration, model: seen.update({iteration: model().scores(everybody, "track").copy()}),
    )  # fmt: skip
    shorter = als.fit(built, Part.ALL, replace(POINT, iterations=3), seed=5, threads=1)
    assert sorted(seen) == list(range(1, 11))
    assert seen[3].tobytes() == shorter.scores(everybody, "track").tobytes()


@pytest.mark.parametrize("grouping", ["region", "country", "tier", "artist_gender"])
def test_gamma_balances_whatever_provider_groups_are_named(grouping):
    built = build(PLAYED)
    flat = als.weigh(built, Part.ALL, replace(POINT, gamma=0.0))["track"].multipliers
    point = replace(POINT, gamma=1.0, provider_balance=grouping)
    ratio = als.weigh(built, Part.ALL, point)["track"].multipliers / flat
    of = provider_groups.grouping(built, built.target, Part.ALL, grouping)
    listeners = np.bincount(built.plays(Part.ALL).indices, minlength=6)
    rate = of.membership @ (listeners @ of.membership / np.maximum(of.membership.sum(axis=0), 1))
    assert ratio == pytest.approx(rate.mean() / rate, rel=1e-5)


def test_a_block_may_have_a_scaling_of_its_own():
    built = build(PLAYED)
    point = replace(POINT, block_scalings={"artist": "binary"})
    weights = als.weigh(built, Part.ALL, point)
    assert {block: of.scaling for block, of in weights.items()} == {
        "track": "log", "artist": "binary", "music_type": "log", "friend": "log",
    }  # fmt: skip
