"""The search ends with the same trials however often it is interrupted, and keeps to its budgets."""

from contextlib import suppress
from dataclasses import replace

import optuna
import pytest
from optuna.storages import InMemoryStorage, JournalStorage
from optuna.storages.journal import BaseJournalBackend
from tests.toy import POINT, tune_limits

from fairtune.config.search_space import Range, Tune, start_values
from fairtune.tuning.pruning import Settled
from fairtune.tuning.sampler import sampler
from fairtune.tuning.search import LIBRARY_DEFAULTS, remembered, search
from fairtune.tuning.selection import choose
from fairtune.tuning.space import suggest
from fairtune.tuning.trial_claims import Workers
from fairtune.tuning.trials import Judged

SPACE = {
    "factors": (4, 8, 16),
    "beta": Range(low=0, high=1),
    "alpha": Range(low=1, high=40, log=True),
    "block_weights.artist": Range(low=0.1, high=2, log=True),
}
TUNE = Tune(trials=12, start=POINT, space=SPACE)


def judge(point, _look=None):
    """Best at beta = .3 with many factors; fair at high beta."""
    return Judged(ndcg=1 - (point.beta - 0.3) ** 2 + point.factors / 100, dp=1 - point.beta, eo=0.3)


class Killed(BaseException):
    """As sudden as a signal."""


def test_trial_0_is_the_library_and_trial_1_the_start():
    trials = search(judge, TUNE, seed=1)
    assert len(trials) == TUNE.trials
    assert trials[0].hyperparameters == LIBRARY_DEFAULTS
    assert trials[1].hyperparameters == POINT
    assert {trial.hyperparameters.factors for trial in trials[2:]} <= {4, 8, 16}
    assert len({trial.hyperparameters.beta for trial in trials}) == TUNE.trials
    assert all(trial.hyperparameters.regularization == POINT.regularization for trial in trials[1:])


def test_same_seed_same_trials_and_another_seed_other_trials():
    assert search(judge, TUNE, seed=1) == search(judge, TUNE, seed=1)
    assert search(judge, TUNE, seed=1) != search(judge, TUNE, seed=2)


def learns(point, look):
    """Come nearer to what `judge` says with every round."""
    end = judge(point)
    with suppress(Settled):
        for iteration in range(1, point.iterations + 1):
            look(iteration, lambda share=1 - 0.5**iteration: replace(end, ndcg=end.ndcg * share))
    return look.seen[look.best()]


def test_a_search_that_was_killed_cuts_the_same_trials():
    tune, storage = replace(TUNE, trials=20, space={"beta": SPACE["beta"]}), InMemoryStorage()
    expected = search(learns, tune, seed=1)
    assert 0 < sum(trial.cut for trial in expected) < 18
    assert all(trial.looks and trial.iterations_done < POINT.iterations for trial in expected if trial.cut)

    for _ in range(4):
        begun = []

        def dies(point, look, begun=begun):
            begun.append(point)
            if len(begun) == 4:
                raise Killed
            return learns(point, look)

        with pytest.raises(Killed):
            search(dies, tune, seed=1, storage=storage)
    assert search(learns, tune, seed=1, storage=storage) == expected


@pytest.mark.parametrize("after", [0, 1, 2, 7])
def test_a_killed_search_goes_on_as_if_nothing_had_happened(after):
    storage, judged = InMemoryStorage(), []

    def dies(point, _look):
        if len(judged) == after:
            raise Killed
        judged.append(point)
        return judge(point)

    with pytest.raises(Killed):
        search(dies, TUNE, seed=1, storage=storage)
    seen = []
    trials = search(lambda point, _: seen.append(point) or judge(point), TUNE, seed=1, storage=storage)
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


def test_the_iterations_of_a_trial_are_those_after_which_it_was_worth_most():
    """Fits peak after three rounds: judged there, and training will repeat just that."""

    def rises_and_falls(point, look):
        with suppress(Settled):
            for iteration in range(1, point.iterations + 1):
                ndcg = 0.1 if iteration == point.iterations else 0.5 - 0.01 * abs(iteration - 3)
                look(iteration, lambda ndcg=ndcg: Judged(ndcg, dp=point.beta, eo=0.1))
        return replace(look.seen[look.best()], eo=0.2)  # by everybody, not by the listeners of the looks

    library, *others = search(rises_and_falls, replace(TUNE, trials=4), seed=1)
    assert {trial.hyperparameters.iterations for trial in others} == {3}
    assert {trial.judged.ndcg for trial in others} == {0.5}
    assert {trial.judged.eo for trial in others} == {0.2}
    assert {tuple(trial.looks) for trial in others} == {(1, 3, 5)}  # the fifth round showed the fall
    assert (library.hyperparameters, library.judged.ndcg) == (LIBRARY_DEFAULTS, 0.1)  # nothing of it is tuned


def test_a_search_stops_after_so_many_minutes_but_not_before_the_two_given_trials():
    minutes = iter(range(100))
    trials = search(judge, replace(TUNE, minutes=4.5), seed=1, clock=lambda: 60.0 * next(minutes))
    assert trials == search(judge, TUNE, seed=1)[: len(trials)]
    assert len(trials) == 4
    at_once = search(judge, replace(TUNE, minutes=0.1), seed=1, clock=lambda: 60.0 * next(minutes))
    assert [trial.hyperparameters for trial in at_once] == [LIBRARY_DEFAULTS, POINT]


def test_a_fit_that_fails_leaves_its_trial_to_the_next_search():
    storage = InMemoryStorage()

    def fails(point, _look):
        if point.beta > 0.5:
            raise ArithmeticError
        return judge(point)

    with pytest.raises(ArithmeticError):
        search(fails, TUNE, seed=1, storage=storage)
    others = Workers(me="another", gone=lambda *_: False)
    assert search(judge, TUNE, seed=1, storage=storage, workers=others) == search(judge, TUNE, seed=1)


def test_another_limit_is_another_choice_among_the_same_trials():
    storage, fits = InMemoryStorage(), []

    def fit(point, _look):
        fits.append(point)
        return judge(point)

    def chosen(dp):
        tune = replace(TUNE, limits=tune_limits(dp=dp))
        return choose(search(fit, tune, seed=1, storage=storage), tune.limits).trial

    loose, strict = chosen(0.9), chosen(0.4)
    assert len(fits) == TUNE.trials
    assert strict.judged.dp <= 0.4 < loose.judged.dp


def test_what_a_study_remembers_is_worked_out_once():
    storage = InMemoryStorage()
    worth = iter([{"popularity": {"ndcg@10": 0.1}}, {"popularity": {"ndcg@10": 0.2}}, {"linear": {}}])

    def asked(what):
        return remembered(storage, "study", what, lambda: next(worth))

    assert asked("alternatives: a") == asked("alternatives: a") == {"popularity": {"ndcg@10": 0.1}}
    assert asked("alternatives: b") == {"popularity": {"ndcg@10": 0.2}}


def test_the_sampler_models_all_searched_names_together_though_trial_0_has_none_of_them():
    storage = InMemoryStorage()
    search(judge, TUNE, seed=1, storage=storage)
    study = optuna.load_study(study_name="study", storage=storage)
    library, *others = study.get_trials()
    modelled = sampler(TUNE, seed=1).infer_relative_search_space(study, others[-1])
    assert library.distributions == {}
    assert set(modelled) == set(SPACE)
    assert all(trial.distributions == modelled for trial in others)


def test_weights_and_scalings_of_blocks_are_searched_by_name():
    space = {"block_scalings.artist": ("log", "binary"), "block_weights.friend": Range(low=0.5, high=2)}
    tune = replace(TUNE, space=space)
    assert start_values(tune) == {"block_scalings.artist": TUNE.start.scaling, "block_weights.friend": 1.0}
    trial = optuna.trial.FixedTrial({"block_scalings.artist": "binary", "block_weights.friend": 0.7})
    point = suggest(trial, tune)
    assert point.block_scalings == {"artist": "binary"}
    assert point.block_weights == {**TUNE.start.block_weights, "friend": 0.7}
