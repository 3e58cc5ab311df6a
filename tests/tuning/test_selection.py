"""The choice follows its rule."""

import pytest
from tests.toy import POINT, tune_limits

from fairtune.tuning.selection import choose, keep
from fairtune.tuning.trials import FinishedTrial, Judged


def trial(number, ndcg, dp, eo=0.0, served=1.0):
    return FinishedTrial(number, POINT, Judged(ndcg, dp, eo, served))


TRIALS = [trial(0, 0.9, 0.6), trial(1, 0.7, 0.4), trial(2, 0.8, 0.5), trial(3, 0.85, 0.1, 0.55, 0.7)]


@pytest.mark.parametrize(
    ("limits", "chosen", "reason"),
    [
        ({}, 0, "highest nDCG@10 of 4 trials"),
        ({"dp": 0.5}, 3, "highest nDCG@10 of the 3 of 4 trials within DP disparity 0.5"),
        (
            {"dp": 0.5, "eo": 0.5},
            2,
            "highest nDCG@10 of the 2 of 4 trials within DP disparity 0.5, EO disparity 0.5",
        ),
        (
            {"dp": 0.5, "served": 0.8},
            2,
            "highest nDCG@10 of the 2 of 4 trials within DP disparity 0.5, EO ratio of listeners 0.8",
        ),
    ],
)
def test_the_highest_ndcg_within_all_limits_is_chosen(limits, chosen, reason):
    choice = choose(TRIALS, tune_limits(**limits))
    assert (choice.trial.number, choice.flagged, choice.reason) == (chosen, False, reason)


def test_without_a_trial_within_the_limits_the_one_that_misses_them_least_is_chosen_and_flagged():
    choice = choose(TRIALS, tune_limits(dp=0.3, eo=0.1, served=0.9))  # missed by .3, .1, .2 and .45
    assert (choice.trial.number, choice.flagged) == (1, True)
    assert choice.reason == (
        "no trial of 4 is within DP disparity 0.3, EO disparity 0.1, EO ratio of listeners 0.9: "
        "the one that misses them least"
    )


def test_a_trial_that_was_cut_is_never_chosen():
    cut = FinishedTrial(1, POINT, Judged(0.9, 0.1, 0.1), cut=True)
    assert choose([trial(0, 0.5, 0.6), cut], tune_limits()).trial.number == 0
    assert choose([trial(0, 0.5, 0.6), cut], tune_limits(dp=0.3)).trial.number == 0


def test_settings_that_are_kept_win_whatever_else_was_tried_and_say_where_they_miss_a_limit():
    choice = keep(TRIALS, tune_limits(dp=0.5), version=3)
    assert (choice.trial.number, choice.flagged) == (1, False)
    assert choice.reason == "settings of the champion, version 3, kept"
    missed = keep(TRIALS, tune_limits(dp=0.3), version=3)
    assert (missed.trial.number, missed.flagged) == (1, True)
    assert missed.reason == (
        "settings of the champion, version 3, kept, though no longer within DP disparity 0.3"
    )
