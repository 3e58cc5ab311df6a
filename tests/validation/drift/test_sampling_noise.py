import numpy as np
import pytest
from scipy.stats import chi2

from fairtune.validation.drift import sampling_noise
from fairtune.validation.drift.measures import Measure

SHARES = np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.06, 0.05, 0.04])
UNITS = 20_000


def grouped(values, plays=1):
    """Count by group and value: listener i plays something of value `values[i]` so many times."""
    table = np.zeros((sampling_noise.GROUPS, len(SHARES)))
    np.add.at(table, (sampling_noise.groups(len(values)), values), plays)
    return table


@pytest.fixture
def values():
    return np.random.default_rng(3).choice(len(SHARES), UNITS, p=SHARES)


def test_chance_of_independent_listeners_is_that_of_the_formula(values):
    """PSI of two samples is about chi-squared with B - 1 degrees of freedom times 1/n + 1/m.

    Yurdakul, "Statistical properties of population stability index" (Western Michigan University, 2018).
    """
    formula = chi2.ppf(sampling_noise.LEVEL, len(SHARES) - 1) / UNITS

    assert sampling_noise.expected(Measure.PSI, grouped(values)) == pytest.approx(formula, rel=0.35)
    assert sampling_noise.expected(Measure.JS, grouped(values)) == pytest.approx(
        formula / (8 * np.log(2)), rel=0.35
    )


def test_plays_of_the_same_listener_make_no_sample_larger_and_heavy_listeners_make_it_smaller(values):
    once = sampling_noise.expected(Measure.JS, grouped(values))
    heavy = np.random.default_rng(4).pareto(1.2, UNITS) + 1

    assert sampling_noise.expected(Measure.JS, grouped(values, plays=1000)) == pytest.approx(once)
    assert sampling_noise.expected(Measure.JS, grouped(values, plays=heavy)) > 5 * once


def test_it_says_how_far_new_samples_of_the_same_listeners_are_apart():
    """Fresh draws, not the halves it was measured by: some 99 of 100 of them are within it."""
    rng = np.random.default_rng(8)
    draw = lambda: grouped(rng.choice(len(SHARES), 2000, p=SHARES))  # noqa: E731
    within = []
    for _ in range(100):
        one, other = draw(), draw()
        apart = sampling_noise.divergence(Measure.PSI, one.sum(axis=0), other.sum(axis=0))
        within.append(apart <= sum(sampling_noise.expected(Measure.PSI, table) for table in (one, other)))

    assert np.mean(within) >= 0.95


def test_with_too_few_listeners_nothing_tells_what_is_chance():
    assert (
        sampling_noise.expected(Measure.JS, grouped(np.arange(sampling_noise.GROUPS - 1) % len(SHARES)))
        is None
    )
    assert sampling_noise.expected(Measure.JS, grouped(np.arange(sampling_noise.GROUPS) % len(SHARES))) > 0.1


def test_groups_are_of_equal_size_and_always_the_same():
    found = sampling_noise.groups(101)

    assert sorted(np.bincount(found)) == [5] * 19 + [6]
    assert (found == sampling_noise.groups(101)).all()
