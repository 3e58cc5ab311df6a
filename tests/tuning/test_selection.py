"""The choice follows its rule."""

from dataclasses import replace

import pytest
from tests.toy import POINT, tune_limits

from fairtune.tuning.finalists import Rejudged
from fairtune.tuning.selection import choose, finalists, keep
from fairtune.tuning.trials import FinishedTrial, Judged


def trial(number, ndcg, dp, eo=0.0, served=1.0, factors=POINT.factors):
    return FinishedTrial(number, replace(POINT, factors=factors), Judged(ndcg, dp, eo, served))


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


def rejudged(worth, error=0.02):
    """Means of two draws, by number: each a little lower on one and a little higher on the other."""
    draws = {
        number: (Judged(ndcg - 0.01, dp, 0.0), Judged(ndcg + 0.01, dp, 0.0))
        for number, (ndcg, dp) in worth.items()
    }
    errors = tuple(tuple(0.0 if a == b else error for b in worth) for a in worth)
    return Rejudged(tuple(worth), tuple(draws.values()), errors)


SEARCHED = [
    trial(0, 0.80, 0.3, factors=64),
    trial(1, 0.79, 0.2, factors=32),
    trial(2, 0.78, 0.1, factors=32),
    trial(3, 0.77, 0.1, factors=16),
    trial(4, 0.99, 0.9),
]


def test_finalists_are_the_best_five_within_the_limits_and_else_those_that_miss_them_least():
    more = [*SEARCHED, *(trial(number, 0.6 + number / 100, 0.1) for number in range(5, 9))]
    assert [one.number for one in finalists(more, tune_limits(dp=0.5))] == [0, 1, 2, 3, 8]
    assert [one.number for one in finalists(more, tune_limits(dp=0.05))] == [2, 3, 5, 6, 7]


def test_of_finalists_within_one_standard_error_of_the_best_the_one_with_fewest_factors_is_chosen():
    limits = tune_limits(dp=0.5)
    draws = {0: (0.75, 0.3), 1: (0.74, 0.2), 2: (0.735, 0.1), 3: (0.72, 0.1)}
    choice = choose(SEARCHED, limits, rejudged(draws))
    assert choice.trial.number == 2  # 1 and 2 have 32 factors, 2 is fairer; 3 is .03 behind
    assert (choice.flagged, choice.optimism) == (False, pytest.approx(0.78 - 0.735))
    assert choice.reason == (
        "of the 4 with the highest nDCG@10 of the 4 of 5 trials within DP disparity 0.5, judged again on 2 "
        "other draws of the validation part, 3 are equal within one standard error: the one with the fewest "
        "factors, then the lowest disparity"
    )
    sure = choose(SEARCHED, limits, rejudged(draws, error=0.001))
    assert sure.trial.number == 0
    assert sure.reason.endswith("judged again on 2 other draws of the validation part, the highest")


def test_the_limits_hold_on_the_other_draws():
    limits = tune_limits(dp=0.5)
    draws = {0: (0.75, 0.6), 1: (0.74, 0.7), 2: (0.70, 0.4), 3: (0.60, 0.1)}
    assert choose(SEARCHED, limits, rejudged(draws)).trial.number == 2
    nobody = choose(SEARCHED, limits, rejudged({n: (ndcg, 0.6 + n / 10) for n, (ndcg, _) in draws.items()}))
    assert (nobody.trial.number, nobody.flagged) == (0, True)
    assert nobody.reason == (
        "none of the 4 best of 5 trials is within DP disparity 0.5 on other draws of the validation part: "
        "the one that misses them least"
    )
