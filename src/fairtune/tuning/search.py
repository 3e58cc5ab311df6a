"""The search: two goals on the validation part, nDCG@10 up and the worse of DP and EO disparity down."""

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from fairtune.config.hyperparameters import Hyperparameters
from fairtune.config.search_space import Tune, start_values
from fairtune.tuning import space
from fairtune.tuning.pruning import Cut, Look, expected
from fairtune.tuning.sampler import GIVEN, sampler
from fairtune.tuning.trial_claims import Claim, Workers, claim
from fairtune.tuning.trials import (
    CUT,
    HYPERPARAMETERS,
    JUDGED,
    LOOKED,
    SLOT,
    FinishedTrial,
    Judged,
    finished_trial,
)

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.storages import BaseStorage

LIBRARY_DEFAULTS: Final = Hyperparameters(
    factors=100,
    regularization=0.01,
    iterations=15,
    alpha=1.0,
    beta=0.0,
    gamma=0.0,
    scaling="log",
    block_weights={},
)
"""Trial 0: what somebody who tunes nothing would get from the same matrix."""
Json = dict[str, Any]
Attempt = Callable[[Hyperparameters, Look], Judged]
"""Fits with the hyperparameters, and shows `look` the fit after each iteration, to end it early. Judges what
it was after `look.best()` iterations; whoever shows nothing, after the last one. `Cut` goes through."""


def search(
    attempt: Attempt,
    tune: Tune,
    *,
    seed: int,
    storage: "BaseStorage | None" = None,
    name: str = "study",
    workers: Workers | None = None,
    finished: Callable[[int], None] = lambda done: None,  # noqa: ARG005
    clock: Callable[[], float] = time.monotonic,
) -> tuple[FinishedTrial, ...]:
    """Run trials until enough have finished, or the time is over.

    The sampler is seeded by the number of the trial: a search that was killed and started again proposes
    what it would have proposed. With several workers the trials depend on who was faster, but all of them
    get the same ones.

    Parameters
    ----------
    attempt
        Fits a model and judges it.
    tune
        Number of trials, minutes, space and start.
    seed
        Of the sampler.
    storage
        Holds the study; None: memory.
    name
        Of the study in the storage.
    workers
        This process, and how to tell which others are dead; None: it is alone.
    finished
        Called with the number of finished trials, once before the first and after each.
    clock
        Seconds that pass.

    Returns
    -------
    tuple[FinishedTrial, ...]
        Those that finished, by their number.
    """
    import optuna

    storage = optuna.storages.get_storage(optuna.storages.InMemoryStorage() if storage is None else storage)
    study = opened(storage, name)
    began = clock()

    def late() -> bool:
        over = tune.minutes is not None and clock() - began > 60 * tune.minutes
        return over and len(_complete(study, GIVEN)) == min(GIVEN, tune.trials)

    finished(len(_complete(study, tune.trials)))
    while (claimed := claim(storage, name, tune.trials, workers or Workers(), late=late)) is not None:
        _run(claimed, attempt, tune, seed=seed)
        finished(len(_complete(study, tune.trials)))
    return _complete(study, tune.trials)


def opened(storage: "BaseStorage", name: str) -> "Study":
    """Open the study `name` of `storage`, made if it isn't there."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        storage=storage, study_name=name, directions=["maximize", "minimize"], load_if_exists=True
    )


def remembered(storage: "BaseStorage", name: str, what: str, work_out: Callable[[], Json]) -> Json:
    """Return a result that the study remembers; the first time, work it out and let the study remember it.

    Parameters
    ----------
    storage
        Holds the study.
    name
        Of the study.
    what
        Name of the result.
    work_out
        Returns the result.

    Returns
    -------
    Json
        What `work_out` returned, now or the first time.
    """
    study = opened(storage, name)
    if what not in study.user_attrs:
        study.set_user_attr(what, work_out())
    result: Json = study.user_attrs[what]
    return result


def _run(claimed: Claim, attempt: Attempt, tune: Tune, *, seed: int) -> None:
    from optuna.exceptions import UpdateFinishedTrialError
    from optuna.trial import TrialState

    study, slot = claimed.study, claimed.slot
    trial = _asked(claimed, tune, seed=seed)
    hyperparameters = LIBRARY_DEFAULTS if slot == 0 else space.suggest(trial, tune)
    uncut = [other for other in _complete(study, None) if not other.cut]
    look = Look(uncut, hyperparameters.iterations, never_cut=slot < GIVEN, never_settle=slot == 0)
    cut = False
    try:
        judged = attempt(hyperparameters, look)
    except Cut:
        cut, judged = True, expected(look.seen, uncut)
    except BaseException:  # what goes wrong here must not hold the slot against others
        study.tell(trial, state=TrialState.FAIL)
        raise
    look.seen = look.seen or {hyperparameters.iterations: judged}
    kept = {
        HYPERPARAMETERS: asdict(hyperparameters if cut else replace(hyperparameters, iterations=look.best())),
        JUDGED: asdict(judged),
        LOOKED: {str(iteration): asdict(seen) for iteration, seen in look.seen.items()},
        CUT: cut,
    }
    try:
        for key, value in kept.items():
            trial.set_user_attr(key, value)
        study.tell(trial, [judged.ndcg, judged.disparity])
    except UpdateFinishedTrialError:
        return  # others took me for dead, and run this trial again


def _asked(claimed: Claim, tune: Tune, *, seed: int) -> "Trial":
    """Ask the sampler for the claimed trial; the start is a trial that was enqueued."""
    import optuna

    study = claimed.study
    study.sampler = sampler(tune, seed=seed + claimed.slot)
    if claimed.slot == 1:
        storage = study._storage  # noqa: SLF001 - what `Study.enqueue_trial` does to a trial of its own
        storage.set_trial_system_attr(claimed.trial_id, "fixed_params", start_values(tune))
    return optuna.Trial(study, claimed.trial_id)


def _complete(study: "Study", total: int | None) -> tuple[FinishedTrial, ...]:
    """List the finished trials by their number, the first `total`."""
    from optuna.trial import TrialState

    complete = study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])
    numbered = sorted(complete, key=lambda trial: trial.user_attrs[SLOT])
    return tuple(
        finished_trial(trial) for trial in numbered if total is None or trial.user_attrs[SLOT] < total
    )
