"""The bias that is planted in `demo` is found, with its size in the interval; none is found where none is.

Two recommenders whose bias is known exactly: one recommends what people in the demo data play, where a track
from elsewhere is played 1 - b times as often as one from the favoured country (demographic parity); one
recommends of what people would play without bias a track from elsewhere with chance 1 - b, any other one for
sure (equal opportunity). How often 95 % intervals may miss is what chance allows, not what was seen.
"""

from functools import cache

import numpy as np
import pytest
from scipy import stats
from scipy.sparse import csr_array

from fairtune.columns import ITEM, USER, Table
from fairtune.config.sections import Generate
from fairtune.data.sources.demo import generator
from fairtune.metrics.bootstrap import Bootstrap
from fairtune.metrics.fairness import provider_parity
from fairtune.metrics.ranking import NOTHING

SEEDS = range(12)
BIASES = (0.0, 0.2, 0.5)
N_LISTENERS, N_TRACKS = 500, 600
ENOUGH = stats.binom.ppf(0.001, len(SEEDS), 0.95)
NAMES = ("favoured", "elsewhere")


def spec(bias):
    return Generate(listeners=N_LISTENERS, tracks=N_TRACKS, regional_bias=bias, taste_strength=0.7)


def listed(chosen):
    """Lists of all chosen items, (n, n_items) booleans; the longest one has no end."""
    length = chosen.sum(axis=1)
    order = np.argsort(~chosen, axis=1, kind="stable")[:, : length.max()]
    return np.where(np.arange(length.max()) < length[:, None], order, NOTHING).astype(np.int32)


def figures(chosen, truth, favoured, *, seed):
    """DP and EO, of lists of any length, between the groups of the items; nobody knows anything yet."""
    lists, bootstrap = listed(chosen), Bootstrap(len(chosen), 400, seed)
    of = {"origin": (NAMES, np.column_stack([favoured, ~favoured]) * 1.0)}
    nothing = csr_array(chosen.shape)
    chances = provider_parity.chances(csr_array(truth), nothing, of, bootstrap=bootstrap, min_group=1)
    k = lists.shape[1]
    found = provider_parity.compare(lists, chances, [k])["origin"]
    return {name: found[f"{name}@{k}"] for name in ("dp", "eo")}


@cache
def demographic_parity(bias, seed):
    interactions = generator.generate(spec(bias), seed=seed)[Table.INTERACTIONS]
    played = np.zeros((N_LISTENERS, N_TRACKS), dtype=bool)
    played[interactions[USER] - 1, interactions[ITEM] - 1] = True
    # True countries: what is planted holds for all tracks of one, not for those whose country isn't hidden.
    return figures(played, played, generator.truth(spec(bias), seed=seed).favoured, seed=seed)["dp"]


@cache
def equal_opportunity(bias, seed):
    world = generator.truth(spec(bias), seed=seed)
    merit = np.concatenate([world.merit(chunk) for chunk in world.chunks()])
    rng = np.random.default_rng([seed, 99])
    wanted = rng.random(merit.shape) < merit
    recommended = wanted & (rng.random(merit.shape) < world.multiplier)
    return figures(recommended, wanted, world.favoured, seed=seed)["eo"]


FOUND_BY = {"dp": demographic_parity, "eo": equal_opportunity}


@pytest.mark.parametrize("parity", FOUND_BY)
@pytest.mark.parametrize("bias", BIASES)
def test_the_planted_bias_is_inside_its_interval(parity, bias):
    planted = {"ratio": 1 - bias, "disparity": bias / (2 - bias)}  # rates of 1 and 1 - b: deviation over mean
    held = dict.fromkeys(planted, 0)
    for seed in SEEDS:
        found = FOUND_BY[parity](bias, seed)
        for name, size in planted.items():
            held[name] += found[name]["low"] - 1e-6 <= size <= found[name]["high"] + 1e-6
    assert min(held.values()) >= ENOUGH, held


@pytest.mark.parametrize("parity", FOUND_BY)
def test_a_bias_of_a_half_is_never_taken_for_none(parity):
    for seed in SEEDS:
        found = FOUND_BY[parity](0.5, seed)
        rates = {name: group["rate"] for name, group in found["groups"].items()}
        assert rates["elsewhere"]["high"] < rates["favoured"]["low"]
        assert found["ratio"]["high"] < 1
        assert found["difference"]["low"] > 0
        assert found["disparity"]["low"] > 0


@pytest.mark.parametrize("parity", FOUND_BY)
def test_no_bias_is_found_where_none_is_planted(parity):
    found = [FOUND_BY[parity](0.0, seed) for seed in SEEDS]
    fair = {"ratio": ("high", 1), "difference": ("low", 0), "disparity": ("low", 0)}
    for name, (side, none) in fair.items():
        assert sum(one[name][side] == none for one in found) >= ENOUGH
