"""A fit ends early when it has settled or can't win, by what finished trials gained, worked out by hand."""

import pytest
from tests.toy import POINT

from fairtune.tuning.pruning import Cut, Look, Settled, expected, hopeless
from fairtune.tuning.trials import FinishedTrial, Judged


def finished(number, at_one, end):
    """nDCG, DP and EO after the first round and at the end."""
    return FinishedTrial(number, POINT, Judged(*end), looks={1: Judged(*at_one), 8: Judged(*end)})


# Gains after the first round: nDCG 1.2, 1.1, 1, 1; DP 1, .8, .9, 1; EO 1, 1, .5, 1. Trial 0 does not count.
WHOLE = [
    finished(0, (0.3, 0.9, 0.9), (0.1, 0.1, 0.1)),
    finished(1, (0.25, 0.4, 0.4), (0.30, 0.4, 0.4)),
    finished(2, (0.25, 0.25, 0.2), (0.275, 0.2, 0.2)),
    finished(3, (0.28, 0.4, 0.4), (0.28, 0.36, 0.2)),
    finished(4, (0.29, 0.3, 0.4), (0.29, 0.3, 0.4)),
]


@pytest.mark.parametrize(
    ("ndcg", "dp", "eo", "cut"),
    [
        (0.18, 0.1, 0.1, True),  # at most .18 x 1.2 x 1.02 = .2203, and .75 x .3 = .225: too far behind
        (0.19, 0.1, 0.1, False),  # at most .2326, and nobody as good is as fair
        (0.22, 0.26, 0.41, True),  # at most .269 with .204 and .2009: behind trial 2 in all three
        (0.22, 0.25, 0.41, False),  # DP may come to .196, below the .2 of trial 2
        (0.22, 0.26, 0.40, False),  # EO may come to .196
        (0.25, 0.26, 0.41, False),  # nDCG may come to .306
    ],
)
def test_a_fit_is_cut_once_its_best_end_is_behind_a_finished_trial(ndcg, dp, eo, cut):
    assert hopeless(Judged(ndcg, dp, eo), 1, WHOLE) == cut


def test_nothing_is_cut_before_enough_trials_have_shown_what_a_fit_gains():
    assert not hopeless(Judged(0.0, 1.0, 1.0), 1, WHOLE[:-1])
    assert not hopeless(Judged(0.0, 1.0, 1.0), 3, WHOLE)


def test_a_cut_trial_counts_as_what_the_median_trial_would_have_made_of_it():
    end = expected({1: Judged(0.2, 0.5, 0.6, 0.7)}, WHOLE)
    assert (end.ndcg, end.dp, end.eo, end.served) == pytest.approx((0.2 * 1.05, 0.5 * 0.95, 0.6, 0.7))


def run(look, curve):
    for iteration, ndcg in enumerate(curve, start=1):
        look(iteration, lambda ndcg=ndcg: Judged(ndcg, 0.1, 0.1))


def test_a_fit_settles_once_a_look_brings_less_than_half_a_percent():
    look = Look((), iterations=15)
    with pytest.raises(Settled):
        run(look, [0.2, 0.3, 0.3, 0.3, 0.3014, 0.4])
    assert (list(look.seen), look.best()) == ([1, 3, 5], 5)


def test_a_fit_without_hope_is_cut_at_its_first_look():
    look = Look(WHOLE, iterations=15)
    with pytest.raises(Cut):
        run(look, [0.18])


def test_a_patient_fit_goes_on_to_its_end():
    look = Look(WHOLE, iterations=5, never_cut=True, never_settle=True)
    run(look, [0.1, 0.1, 0.05, 0.05, 0.05])
    assert (list(look.seen), look.best()) == ([1, 3, 5], 5)
