"""The search ends with the same choice however often it is interrupted, and the choice follows its rule."""

from dataclasses import replace

import pytest
from optuna.storages import InMemoryStorage, JournalStorage
from optuna.storages.journal import BaseJournalBackend
from tests.toy import POINT

from fairtune.errors import BadParams
from fairtune.params import Range, Tune, TuneLimits
from fairtune.tuning import LIBRARY_DEFAULTS, FinishedTrial, Judged, choose, search, worth_a_look

SPACE = {
    "factors": (4, 8, 16),
    "beta": Range(low=0, high=1),
    "alpha": Range(low=1, high=40, log=True),
    "block_weights.artist": Range(low=0.1, high=2, log=True),
}
TUNE = Tune(trials=12, start=POINT, space=SPACE)


def judge(point):
    """Best at beta = .3 with many factors; fair at high beta."""
    return Judged(ndcg=1 - (point.beta - 0.3) ** 2 + point.factors / 100, dp=1 - point.beta, eo=0.3)


class Killed(BaseException):
    """As sudden as a signal."""


def test_trial_0_is_the_library_and_trial_1_the_start():
    trials = search(judge, TUNE, seed=1)
    assert len(trials) == TUNE.trials
    assert trials[0].point == LIBRARY_DEFAULTS
    assert trials[1].point == POINT
    assert {trial.point.factors for trial in trials[2:]} <= {4, 8, 16}
    assert len({trial.point.beta for trial in trials}) == TUNE.trials
    assert all(trial.point.regularization == POINT.regularization for trial in trials[1:])


def test_same_seed_same_trials_and_another_seed_other_trials():
    assert search(judge, TUNE, seed=1) == search(judge, TUNE, seed=1)
    assert search(judge, TUNE, seed=1) != search(judge, TUNE, seed=2)


@pytest.mark.parametrize("after", [0, 1, 2, 7])
def test_a_killed_search_goes_on_as_if_nothing_had_happened(after):
    storage, judged = InMemoryStorage(), []

    def dies(point):
        if len(judged) == after:
            raise Killed
        judged.append(point)
        return judge(point)

    with pytest.raises(Killed):
        search(dies, TUNE, seed=1, storage=storage)
    seen = []
    trials = search(lambda p: seen.append(p) or judge(p), TUNE, seed=1, storage=storage)
    assert trials == search(judge, TUNE, seed=1)
    assert len(seen) == TUNE.trials - after  # no finished trial was judged again


class Journal(BaseJournalBackend):
    """A journal in memory whose writer is killed before the line that is one too many."""

    def __init__(self, room):
        self.lines, self.room = [], room

    def read_logs(self, log_number_from):
        return iter(self.lines[log_number_from:])

    def append_logs(self, logs):
        if len(self.lines) >= self.room:
            raise Killed
        self.lines.extend(logs)


def test_it_does_not_matter_between_which_two_lines_of_the_journal_the_search_was_killed():
    tune = replace(TUNE, trials=4)
    undisturbed = Journal(room=1_000)
    expected = search(judge, tune, seed=1, storage=JournalStorage(undisturbed))

    differing = []
    for room in range(len(undisturbed.lines)):
        journal = Journal(room)
        with pytest.raises(Killed):
            search(judge, tune, seed=1, storage=JournalStorage(journal))
        journal.room = 1_000
        if search(judge, tune, seed=1, storage=JournalStorage(journal)) != expected:
            differing.append(undisturbed.lines[room])

    assert len(undisturbed.lines) > 20
    assert differing == []


def test_fewer_trials_than_the_study_holds_are_its_first_ones():
    storage = InMemoryStorage()
    trials = search(judge, TUNE, seed=1, storage=storage)
    assert search(judge, replace(TUNE, trials=5), seed=1, storage=storage) == trials[:5]


@pytest.mark.parametrize(("iterations", "looks"), [(1, {1}), (3, {1, 2, 3}), (12, {1, 2, 3, 4, 5, 10, 12})])
def test_a_fit_is_looked_at_after_its_first_rounds_every_fifth_and_the_last(iterations, looks):
    assert worth_a_look(iterations) == looks


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
    choice = choose(TRIALS, TuneLimits(**limits))
    assert (choice.trial.number, choice.flagged, choice.reason) == (chosen, False, reason)


def test_without_a_trial_within_the_limits_the_one_that_misses_them_least_is_chosen_and_flagged():
    choice = choose(TRIALS, TuneLimits(dp=0.3, eo=0.1, served=0.9))  # missed by .3, .1, .2 and .45
    assert (choice.trial.number, choice.flagged) == (1, True)
    assert choice.reason == (
        "no trial of 4 is within DP disparity 0.3, EO disparity 0.1, EO ratio of listeners 0.9: "
        "the one that misses them least"
    )


def test_another_limit_is_another_choice_among_the_same_trials():
    storage, fits = InMemoryStorage(), []

    def fit(point):
        fits.append(point)
        return judge(point)

    def chosen(dp):
        tune = replace(TUNE, limits=TuneLimits(dp=dp))
        return choose(search(fit, tune, seed=1, storage=storage), tune.limits).trial

    loose, strict = chosen(0.9), chosen(0.4)
    assert len(fits) == TUNE.trials
    assert strict.judged.dp <= 0.4 < loose.judged.dp


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({"factors": (16, 32)}, "tune.space.factors: the start value 8 lies outside of it"),
        (
            {"block_weights.artist": Range(low=1, high=2)},
            "tune.space.block_weights.artist: the start value 0.5 lies outside of it",
        ),
        (
            {"learning_rate": Range(low=0, high=1)},
            (
                "tune.space: 'learning_rate' is nothing to tune; there are: alpha, beta, delta, factors, "
                "gamma, iterations, listener_balance, provider_balance, regularization, scaling, "
                "block_weights.<block>"
            ),
        ),
    ],
)
def test_a_space_that_makes_no_sense_is_refused(space, message):
    with pytest.raises(BadParams) as error:
        search(judge, replace(TUNE, space=space), seed=1)
    assert str(error.value) == message
