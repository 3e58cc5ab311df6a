import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from fairtune.metrics.bootstrap import UNDEFINED
from fairtune.metrics.fairness.disparity import spread


def at(rates, compared=None):
    rates = np.array(rates, dtype=float)
    compared = np.ones(len(rates), dtype=bool) if compared is None else np.array(compared)
    return {name: figure.value for name, figure in spread(rates, np.empty((0, len(rates))), compared).items()}


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=6))
def test_difference_ratio_and_disparity_are_their_formulas(rates):
    assert at(rates) == {
        "difference": pytest.approx(max(rates) - min(rates)),
        "ratio": pytest.approx(min(rates) / max(rates)),
        "disparity": pytest.approx(statistics.pstdev(rates) / statistics.fmean(rates), abs=1e-12),
    }


def test_equal_rates_are_parity():
    assert at([0.25, 0.25, 0.25]) == {"difference": 0, "ratio": 1, "disparity": 0}


def test_rates_of_zero_differ_by_nothing_and_have_no_ratio():
    assert at([0, 0]) == {"difference": 0, "ratio": None, "disparity": None}


def test_groups_that_are_not_compared_or_had_no_chance_do_not_count():
    assert at([0.2, 0.9, np.nan, 0.4], [True, False, True, True]) == at([0.2, 0.4])


@pytest.mark.parametrize("rates", [[], [0.5], [0.5, np.nan], [np.nan, np.nan]])
def test_fewer_than_two_rates_are_no_comparison(rates):
    assert set(at(rates).values()) == {None}


def test_intervals_are_over_resamples_in_which_two_groups_had_a_chance():
    resampled = np.array([[0.1, 0.2], [0.1, np.nan], [0.1, 0.4], [np.nan, np.nan]])
    difference = spread(np.array([0.1, 0.3]), resampled, np.array([True, True]))["difference"]
    assert difference.high == pytest.approx(0.295)
    # of two whole resamples the groups were 0.1 and 0.1 nearer than 0.2: noise leaves 0.1 possible
    assert difference.low == pytest.approx(0.2 - 0.1)


def test_no_resample_with_two_groups_leaves_no_figure():
    resampled = np.array([[0.1, np.nan]])
    assert spread(np.array([0.1, 0.3]), resampled, np.array([True, True]))["difference"] == UNDEFINED


@pytest.mark.parametrize("n_groups", [2, 4, 12])
def test_equal_groups_have_parity_in_their_interval_in_at_least_95_percent_of_draws(n_groups):
    rng = np.random.default_rng(n_groups)
    held = {"difference": 0, "ratio": 0, "disparity": 0}
    for _ in range(400):
        estimated = 0.3 + 0.02 * rng.standard_normal(n_groups)
        resampled = estimated + 0.02 * rng.standard_normal((500, n_groups))
        apart = spread(estimated, resampled, np.ones(n_groups, dtype=bool))
        for name, figure in apart.items():
            held[name] += figure.high == 1 if name == "ratio" else figure.low == 0
    assert all(count >= stats.binom.ppf(0.001, 400, 0.95) for count in held.values()), held


@pytest.mark.parametrize("n_groups", [2, 4, 12])
def test_groups_that_are_apart_have_their_true_spread_in_the_interval_and_not_parity(n_groups):
    rng = np.random.default_rng(n_groups)
    rates = np.linspace(0.2, 0.4, n_groups)
    true = at(rates)
    held = dict.fromkeys(true, 0)
    for _ in range(400):
        estimated = rates + 0.02 * rng.standard_normal(n_groups)
        resampled = estimated + 0.02 * rng.standard_normal((500, n_groups))
        for name, figure in spread(estimated, resampled, np.ones(n_groups, dtype=bool)).items():
            held[name] += figure.low <= true[name] <= figure.high
            assert figure.high < 1 if name == "ratio" else figure.low > 0
    assert all(count >= stats.binom.ppf(0.001, 400, 0.95) for count in held.values()), held
