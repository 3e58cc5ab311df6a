"""Re-ranked lists keep their bounds at hardly more than the least loss there can be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, kron

from fairtune.config.reranking_bounds import Constraints
from fairtune.errors import BadRequest
from fairtune.metrics.bootstrap import Bootstrap
from fairtune.metrics.fairness import provider_parity
from fairtune.models.als.model import Als
from fairtune.models.reranking.bounds import bounds
from fairtune.models.reranking.candidates import candidates
from fairtune.models.reranking.solver import free, search

LISTENERS, ITEMS, K = 200, 40, 5
REGIONS = ("north", "south", "west", "unknown")


def world(seed, *, fractional=False):
    """Factors, what is known, what will be played, and regions; the first region's items score higher."""
    rng = np.random.default_rng(seed)
    region = np.concatenate([np.arange(4), rng.choice(4, ITEMS - 4, p=[0.5, 0.2, 0.2, 0.1])])
    member = np.eye(4)[region]
    if fractional:
        member = 0.7 * member + 0.3 * rng.dirichlet(np.ones(4), ITEMS)
    columns = rng.normal(0.5, 1, (ITEMS, 4)) + 0.8 * (region == 0)[:, None]
    listeners = rng.gamma(2, 1, (LISTENERS, 4))
    model = Als(listeners.astype(np.float32), {"track": columns.astype(np.float32)}, {})
    known = csr_array(rng.random((LISTENERS, ITEMS)) < 0.2).astype(float)
    truth = csr_array((rng.random((LISTENERS, ITEMS)) < 0.2) & (known.toarray() == 0)).astype(float)
    return model, known, truth, member


def chances(known, truth, member):
    bootstrap = Bootstrap(n_listeners=LISTENERS, resamples=0, seed=0)
    return provider_parity.chances(
        truth, known, {"region": (REGIONS, member)}, bootstrap=bootstrap, min_group=1
    )


def reranked(world, **asked):
    model, known, truth, member = world
    given = chances(known, truth, member)
    wanted = bounds(Constraints(**asked), given)
    among = candidates(model, "track", known, truth, given.member, k=K, threads=1)
    return wanted, given, *search(among, wanted, free(wanted, given), k=K)


def lists_with(world, multipliers, given):
    """Rank every unheard item, one listener after the other, and count by region."""
    model, known, truth, _ = world
    x, y = model.listener_factors.astype(float), model.column_factors["track"].astype(float)
    scores = x @ y.T / np.linalg.norm(x, axis=1)[:, None]
    scores[known.toarray() > 0] = -np.inf
    places, hits, total = np.zeros(4), np.zeros(4), 0.0
    for row, wanted in zip(scores, truth.toarray(), strict=True):
        listed = np.argsort(-(row + given.member @ multipliers), kind="stable")[:K]
        places += given.member[listed].sum(axis=0)
        hits += (given.member[listed] * wanted[listed, None]).sum(axis=0)
        total += row[listed].sum()
    return scores, places, hits, total


def best_by_linear_program(scores, weight, least):
    """Give the highest total score of lists that may hold parts of items and weigh at least so much."""
    n, m = scores.shape
    allowed = np.isfinite(scores).ravel()
    every_list = kron(eye_array(n), np.ones((1, m)), format="csr")
    solved = linprog(
        -np.where(allowed, scores.ravel(), 0),
        A_eq=every_list,
        b_eq=np.full(n, K),
        A_ub=-np.tile(weight, n)[None],
        b_ub=[-least],
        bounds=[(0, float(may)) for may in allowed],
    )
    assert solved.success
    return -solved.fun


@pytest.mark.parametrize("fractional", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_total_score_is_that_of_the_exact_linear_program(seed, fractional):
    made = world(seed, fractional=fractional)
    share = 0.25
    wanted, given, without, reached = reranked(made, min_share={"region.south": share})
    scores, places, hits, total = lists_with(made, reached.multipliers, given)

    assert without.values[0] < share
    assert reached.kept
    assert wanted[0].value(places, hits) == pytest.approx(reached.values[0])
    exact = best_by_linear_program(scores, made[3][:, 1], share * LISTENERS * K)
    unbound = lists_with(made, np.zeros(4), given)[3]
    assert exact >= total - 1e-6
    assert exact - total < 0.002 * unbound  # whole items, steps of the search


@pytest.mark.parametrize(
    "asked",
    [
        {"max_dp_disparity": {"region": 0.05}},
        {"max_eo_disparity": {"region": 0.15}},
        {"max_dp_disparity": {"region": 0.2}, "max_eo_disparity": {"region": 0.3}},
        {"max_dp_disparity": {"region": 0.5}, "min_share": {"region.west": 0.2}},
    ],
)
def test_what_is_kept_on_the_candidates_is_kept_when_every_item_is_ranked(asked):
    made = world(4)
    wanted, given, without, reached = reranked(made, **asked)
    _, places, hits, _ = lists_with(made, reached.multipliers, given)

    assert not without.kept
    assert reached.kept
    assert 0 < reached.loss < 0.2
    for bound, value in zip(wanted, reached.values, strict=True):
        assert bound.value(places, hits) == pytest.approx(value)
        assert bound.slack(value) >= 0


@pytest.mark.parametrize("fractional", [False, True])
def test_a_disparity_costs_what_the_tangent_of_the_bound_would(fractional):
    """Beyond the tangent lies all that keeps the bound: the best there is no worse than the exact optimum."""
    made, limit = world(5, fractional=fractional), 0.2
    _, given, without, reached = reranked(made, max_dp_disparity={"region": limit})
    scores, places, _, total = lists_with(made, reached.multipliers, given)
    unheard = given.sums[0, 1, :3]
    rates = places[:3] / unheard
    slope = (rates - rates.mean()) / (3 * rates.std()) - limit / 3  # of standard deviation - limit * mean
    weights = np.append(-slope / unheard, 0)

    assert without.values[0] > 2 * limit
    assert reached.values[0] == pytest.approx(limit, rel=0.1)
    exact = best_by_linear_program(scores, made[3] @ weights, float(weights @ places))
    assert total <= exact + 1e-6
    assert exact - total < 0.01 * lists_with(made, np.zeros(4), given)[3]


def test_bounds_that_hold_already_cost_nothing():
    _, _, without, reached = reranked(
        world(1), max_dp_disparity={"region": 3.0}, min_share={"region.north": 0.05}
    )

    assert reached is without
    assert (reached.multipliers == 0).all()
    assert reached.loss == 0


def test_the_same_lists_give_the_same_multipliers():
    first, again = (reranked(world(3), max_dp_disparity={"region": 0.1})[3] for _ in range(2))

    assert first.multipliers.tobytes() == again.multipliers.tobytes()


def test_a_bound_that_cannot_be_kept_is_approached():
    *_, without, reached = reranked(world(1), min_share={"region.west": 0.99})

    assert not reached.kept
    assert reached.values[0] > 2 * without.values[0]


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.lists(st.floats(-2, 2), min_size=4, max_size=4))
def test_no_multipliers_list_what_is_no_candidate(seed, multipliers):
    made = world(seed)
    model, known, truth, member = made
    among = candidates(model, "track", known, truth, member, k=K, threads=1)
    gained = (among.member @ np.array(multipliers))[among.kind]
    best = -np.sort(-(among.scores + gained), axis=1)[:, :K]
    scores, *_ = lists_with(made, np.zeros(4), chances(known, truth, member))
    everything = -np.sort(-(scores + member @ np.array(multipliers)), axis=1)[:, :K]

    assert best == pytest.approx(everything, abs=1e-4)


def test_a_group_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(BadRequest) as error:
        reranked(world(1), min_share={"region.east": 0.1})

    assert str(error.value) == "there is no group 'east' by region; there are: north, south, west"
