"""Paired shifts against a plain loop over resampled listeners."""

import numpy as np
import pandas as pd
import pytest
from tests.listening import LISTENERS, MIN_GROUP, evaluated

from fairtune.evaluation.comparison.paired_bootstrap import aligned, shifts

BASE, NOW = evaluated(), evaluated(worse=0.02, seed=3)
SHIFTS = shifts(BASE.listeners, NOW.listeners, scale="log_plays", min_group=MIN_GROUP)


def at(metrics, path):
    for step in path:
        metrics = metrics[step]
    return metrics["value"]


def test_values_are_those_of_the_evaluation():
    assert set(SHIFTS) == {
        ("ranking", "als", "ndcg@10"),
        ("ranking", "als", "recall@10"),
        ("ranking", "als", "precision@10"),
        ("rmse", "log_plays", "bias_als_influencers"),
        ("rmse", "skill"),
        ("fairness", "listeners", "gender", "eo@10", "ratio"),
    }
    for path, shift in SHIFTS.items():
        assert shift.base == pytest.approx(at(BASE.metrics, path), rel=1e-5)
        assert shift.now == pytest.approx(at(NOW.metrics, path), rel=1e-5)


def ndcg(frame):
    return frame["als_ndcg@10"].mean()


def skill(frame):
    return 1 - np.sqrt(frame["squared_error_bias_als_influencers"].sum() / frame["squared_error_bias"].sum())


def ratio(frame):
    rates = frame.groupby("gender")["als_recall@10"].mean()
    return rates.min() / rates.max()


@pytest.mark.parametrize(
    ("path", "measure"),
    [
        (("ranking", "als", "ndcg@10"), ndcg),
        (("rmse", "skill"), skill),
        (("fairness", "listeners", "gender", "eo@10", "ratio"), ratio),
    ],
)
def test_errors_are_those_of_both_sides_resampled_together(path, measure):
    rng = np.random.default_rng(5)
    changes = []
    for _ in range(400):
        drawn = rng.integers(0, LISTENERS, LISTENERS)
        changes.append(measure(NOW.listeners.iloc[drawn]) - measure(BASE.listeners.iloc[drawn]))
    assert SHIFTS[path].error == pytest.approx(np.std(changes), rel=0.12)  # of 400 and 1,000 resamples


def test_listeners_are_matched_whatever_their_order():
    shuffled = NOW.listeners.sample(frac=1, random_state=0)
    base, now = aligned(BASE.listeners, shuffled)
    pd.testing.assert_frame_equal(now, NOW.listeners)
    pd.testing.assert_frame_equal(base, BASE.listeners)
    assert aligned(BASE.listeners, shuffled.iloc[1:]) is None


def test_small_groups_and_figures_of_one_side_are_left_out():
    too_small = shifts(BASE.listeners, NOW.listeners, scale="log_plays", min_group=LISTENERS)
    assert set(SHIFTS) - set(too_small) == {("fairness", "listeners", "gender", "eo@10", "ratio")}
    without = NOW.listeners.drop(columns=["als_ndcg@10", "gender"])
    assert ("ranking", "als", "ndcg@10") not in shifts(
        BASE.listeners, without, scale="log_plays", min_group=MIN_GROUP
    )


def test_nobody_to_look_at_gives_no_shift():
    nobody = BASE.listeners.assign(**{"als_ndcg@10": np.nan})
    assert ("ranking", "als", "ndcg@10") not in shifts(
        nobody, NOW.listeners, scale="log_plays", min_group=MIN_GROUP
    )
