import numpy as np
import pytest
from sklearn.metrics import root_mean_squared_error

from fairtune.metrics.bootstrap import UNDEFINED, Bootstrap
from fairtune.metrics.rmse import change, rmse, skill

RNG = np.random.default_rng(4)
LISTENERS = RNG.integers(0, 40, 300)
TRUTH = RNG.normal(3, 1, 300)
PREDICTED = TRUTH + RNG.normal(0, 0.5, 300)
BASELINE = np.full(300, 3.0)
BOOTSTRAP = Bootstrap(40, 300, 9)


def test_rmse_is_that_of_scikit_learn():
    assert rmse(TRUTH, PREDICTED, LISTENERS, BOOTSTRAP).value == pytest.approx(
        root_mean_squared_error(TRUTH, PREDICTED)
    )


def test_intervals_come_from_drawing_whole_listeners_with_all_their_pairs():
    errors, skills, changes = [], [], []
    for resample in BOOTSTRAP.draws:
        pairs = np.repeat(np.arange(300), resample[LISTENERS])
        error = root_mean_squared_error(TRUTH[pairs], PREDICTED[pairs])
        errors.append(error)
        base = root_mean_squared_error(TRUTH[pairs], BASELINE[pairs])
        skills.append(1 - error / base)
        changes.append(error - base)
    error = rmse(TRUTH, PREDICTED, LISTENERS, BOOTSTRAP)
    better = skill(TRUTH, PREDICTED, BASELINE, LISTENERS, BOOTSTRAP)
    assert (error.low, error.high) == pytest.approx(tuple(np.percentile(errors, [2.5, 97.5])))
    apart = change(TRUTH, PREDICTED, BASELINE, LISTENERS, BOOTSTRAP)
    assert (apart.low, apart.high) == pytest.approx(tuple(np.percentile(changes, [2.5, 97.5])))
    assert (better.low, better.high) == pytest.approx(tuple(np.percentile(skills, [2.5, 97.5])))


def test_skill_is_one_for_the_truth_zero_for_the_baseline_and_negative_below_it():
    assert skill(TRUTH, TRUTH, BASELINE, LISTENERS, BOOTSTRAP).value == 1
    itself = skill(TRUTH, BASELINE, BASELINE, LISTENERS, BOOTSTRAP)
    assert (itself.value, itself.low, itself.high) == (0, 0, 0)
    assert skill(TRUTH, TRUTH + 9, BASELINE, LISTENERS, BOOTSTRAP).high < 0


def test_a_baseline_without_error_leaves_skill_undefined():
    assert skill(TRUTH, PREDICTED, TRUTH, LISTENERS, BOOTSTRAP) == UNDEFINED


def test_a_baseline_whose_error_is_rounding_leaves_skill_undefined():
    noise = TRUTH * (1 + 1e-12)
    assert skill(TRUTH, TRUTH * (1 - 3e-12), noise, LISTENERS, BOOTSTRAP) == UNDEFINED


def test_no_pairs_have_no_error():
    nothing = np.empty(0)
    assert rmse(nothing, nothing, np.empty(0, dtype=np.intp), BOOTSTRAP) == UNDEFINED


def test_a_pair_without_a_prediction_is_refused():
    with pytest.raises(ValueError, match=r"1 pairs have no truth or no prediction \(NaN\)"):
        rmse(np.array([1.0, 2.0]), np.array([1.0, np.nan]), np.array([0, 1]), BOOTSTRAP)
