import math

import numpy as np
import pytest
from scipy import stats

from fairtune.metrics.bootstrap import UNDEFINED, Bootstrap, Figure, figure, figures, percentiles


def test_a_95_percent_interval_holds_the_truth_in_93_to_97_percent_of_400_draws():
    rng = np.random.default_rng(5)
    held = {"mean": 0, "rate": 0}
    for seed in range(400):
        bootstrap = Bootstrap(300, 400, seed)
        mean = bootstrap.mean(rng.gamma(2.0, 0.5, 300))  # true mean 1
        exposed = rng.poisson(5.0, 300).astype(float)
        value, resampled = bootstrap.ratios(rng.binomial(exposed.astype(int), 0.3)[:, None], exposed[:, None])
        rate = figure(value[0], resampled[:, 0])
        held["mean"] += mean.low <= 1.0 <= mean.high
        held["rate"] += rate.low <= 0.3 <= rate.high
    assert all(0.93 * 400 <= count <= 0.97 * 400 for count in held.values()), held


def test_the_interval_is_that_of_scipys_percentile_bootstrap():
    values = np.random.default_rng(0).exponential(size=500)
    ours = Bootstrap(500, 4000, 1).mean(values)
    theirs = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=4000, rng=2)
    assert ours.value == pytest.approx(values.mean())
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.006)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.006)


@pytest.mark.parametrize("n", [1, 2, 399, 1000])
def test_percentiles_are_those_of_numpy(n):
    resampled = np.random.default_rng(n).standard_normal((4, n))
    at = (0.0, 2.5, 50.0, 97.5, 100.0)
    np.testing.assert_allclose(percentiles(resampled, at), np.percentile(resampled, at, axis=1))


@pytest.mark.parametrize("n_groups", [1, 3])
def test_sums_by_group_are_those_of_the_members_alone(n_groups):
    rng = np.random.default_rng(1)
    bootstrap, columns, groups = Bootstrap(30, 20, 4), rng.random((30, 2)), rng.integers(0, n_groups, 30)
    sums = bootstrap.sums_by_group(columns, groups, n_groups)
    for group in range(n_groups):
        members = (groups == group)[:, None]
        np.testing.assert_allclose(sums[:, group], bootstrap.sums(columns * members))


def test_many_figures_at_once_are_each_by_itself():
    rng = np.random.default_rng(2)
    values, resampled = rng.random(5), rng.random((200, 5))
    values[1], resampled[7, 2], resampled[:, 3] = np.nan, np.inf, np.nan
    assert figures(values, resampled) == [figure(values[i], resampled[:, i]) for i in range(5)]
    assert figures(values, resampled[:0]) == [figure(values[i], resampled[:0, i]) for i in range(5)]


def test_sums_of_draws_that_are_too_many_to_keep_are_the_same(monkeypatch):
    columns = np.arange(20.0).reshape(10, 2)
    kept = Bootstrap(10, 50, 7).sums(columns)
    monkeypatch.setattr("fairtune.metrics.bootstrap.CELLS_AT_HAND", 0)
    np.testing.assert_array_equal(Bootstrap(10, 50, 7).sums(columns), kept)


def test_every_resample_draws_as_many_listeners_as_there_are():
    draws = Bootstrap(37, 200, 3).draws
    assert draws.shape == (200, 37)
    assert (draws.sum(axis=1) == 37).all()
    assert draws.mean(axis=0) == pytest.approx(1.0, abs=0.3)


def test_sums_are_those_over_the_listeners_drawn_one_by_one():
    bootstrap = Bootstrap(8, 5, 3)
    columns = np.random.default_rng(0).random((8, 3))
    for resample, sums in zip(bootstrap.draws, bootstrap.sums(columns), strict=True):
        drawn = [listener for listener, times in enumerate(resample) for _ in range(times)]
        np.testing.assert_allclose(sums, columns[drawn].sum(axis=0))


def test_resamples_do_not_depend_on_how_they_are_cut_into_chunks(monkeypatch):
    columns = np.arange(20.0).reshape(10, 2)
    whole = Bootstrap(10, 50, 7).sums(columns)
    monkeypatch.setattr("fairtune.metrics.bootstrap.CELLS_PER_CHUNK", 70)
    np.testing.assert_array_equal(Bootstrap(10, 50, 7).sums(columns), whole)


def test_figures_of_one_bootstrap_are_paired_and_another_seed_draws_others():
    values = np.random.default_rng(0).random(60)
    together = Bootstrap(60, 100, 1).means({"a": values, "b": values})
    assert together["a"] == together["b"] == Bootstrap(60, 100, 1).mean(values)
    assert Bootstrap(60, 100, 2).mean(values) != together["a"]


def test_listeners_without_a_figure_are_left_out_of_the_mean():
    values = np.array([1.0, math.nan, 3.0, math.nan])
    mean = Bootstrap(4, 200, 0).mean(values)
    assert mean.value == 2.0
    assert (mean.low, mean.high) == (1.0, 3.0)


@pytest.mark.parametrize("listeners", [0, 3])
def test_a_mean_of_nobody_is_undefined(listeners):
    mean = Bootstrap(listeners, 100, 0).mean(np.full(listeners, math.nan))
    assert mean == UNDEFINED
    assert mean.to_json() == {"value": None, "low": None, "high": None}


def test_an_interval_always_holds_its_value():
    biased = np.linspace(0.2, 0.4, 100)  # resampled spreads lie above the spread itself
    assert figure(0.1, biased) == Figure(0.1, 0.1, np.percentile(biased, 97.5))


def test_without_resamples_a_figure_is_its_point_estimate():
    assert Bootstrap(3, 0, 0).mean(np.array([1.0, 2.0, 3.0])) == Figure.exact(2.0)


def test_json_keeps_six_significant_digits():
    assert Figure(0.12345678, 1234567.8, 1e-9 / 3).to_json() == {
        "value": 0.123457,
        "low": 1234570.0,
        "high": 3.33333e-10,
    }


def test_columns_of_other_listeners_are_refused():
    with pytest.raises(ValueError, match="2 rows, but 3 listeners are resampled"):
        Bootstrap(3, 10, 0).sums(np.zeros((2, 1)))
