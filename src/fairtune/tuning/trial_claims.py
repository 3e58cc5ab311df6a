"""Who runs which trial: any number of processes share a study, and each trial counts once.

A trial is claimed by creating it, in one step, with its owner's name. Its slot, the number it counts as, is
the lowest one that no earlier claim holds; the trial of an owner who is gone is failed, and its slot is free.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from fairtune.tuning.trials import OWNER, SINCE, SLOT

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial

PAUSE: Final = 0.2
"""Seconds between two looks at what others do."""


def _alone(owner: str, since: float) -> bool:  # noqa: ARG001 - nobody else is there
    return True


@dataclass(frozen=True)
class Workers:
    """Who works on a study.

    Attributes
    ----------
    me
        Name of this process.
    gone
        Whether somebody else's trial, running since a time in seconds since 1970, is left behind.
    """

    me: str = "alone"
    gone: Callable[[str, float], bool] = _alone


@dataclass(frozen=True)
class Claim:
    """A trial to run.

    Attributes
    ----------
    study
        The study as it is now.
    trial_id
        Id of the trial in the storage.
    slot
        Number that the trial counts as.
    """

    study: "Study"
    trial_id: int
    slot: int


def claim(
    storage: "BaseStorage", name: str, total: int, workers: Workers, *, late: Callable[[], bool]
) -> Claim | None:
    """Claim the next slot; while others run the last trials, wait for them.

    Parameters
    ----------
    storage
        Holds the study.
    name
        Of the study.
    total
        Number of slots.
    workers
        This process, and how to tell which others are dead.
    late
        Whether time is over.

    Returns
    -------
    Claim | None
        None once all slots are complete, or it is late.
    """
    import optuna
    from optuna.trial import TrialState

    study_id = storage.get_study_id_from_name(name)
    while not late():
        study = optuna.load_study(study_name=name, storage=storage)
        _release(study, storage, workers)
        held = _held(study)
        if sum(trial.state == TrialState.COMPLETE for slot, trial in held.items() if slot < total) == total:
            return None
        if all(slot in held for slot in range(total)):
            time.sleep(PAUSE)
            continue
        trial_id = storage.create_new_trial(study_id, template_trial=_template(workers.me))
        slot = _slot(study, storage, storage.get_trial(trial_id).number, workers)
        if slot < total:
            storage.set_trial_user_attr(trial_id, SLOT, slot)
            return Claim(optuna.load_study(study_name=name, storage=storage), trial_id, slot)
        storage.set_trial_state_values(trial_id, TrialState.FAIL)
    return None


def _template(me: str) -> Any:
    from optuna.trial import FrozenTrial, TrialState

    return FrozenTrial(
        number=-1,
        trial_id=-1,
        state=TrialState.RUNNING,
        value=None,
        datetime_start=datetime.now(),  # noqa: DTZ005 - as Optuna keeps it
        datetime_complete=None,
        params={},
        distributions={},
        user_attrs={OWNER: me, SINCE: time.time()},
        system_attrs={},
        intermediate_values={},
    )


def _slot(study: "Study", storage: "BaseStorage", number: int, workers: Workers) -> int:
    """Find the lowest slot that no trial before `number` holds, once all of those know theirs."""
    while any(SLOT not in trial.user_attrs for trial in _living(study) if trial.number < number):
        time.sleep(PAUSE / 10)
        _release(study, storage, workers, before=number)
    held = {trial.user_attrs[SLOT] for trial in _living(study) if trial.number < number}
    return next(slot for slot in range(len(held) + 1) if slot not in held)


def _release(study: "Study", storage: "BaseStorage", workers: Workers, *, before: int | None = None) -> None:
    """Fail trials whose owner is gone, and those that an earlier search of my own left behind."""
    from optuna.exceptions import UpdateFinishedTrialError
    from optuna.trial import TrialState

    for trial in study.get_trials(deepcopy=False, states=[TrialState.RUNNING]):
        owner, since = trial.user_attrs[OWNER], trial.user_attrs[SINCE]
        if before is not None and trial.number >= before:
            continue
        if owner == workers.me or workers.gone(owner, since):
            try:
                storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)  # noqa: SLF001
            except UpdateFinishedTrialError:
                continue  # it has just ended, or somebody else was faster


def _living(study: "Study") -> list["FrozenTrial"]:
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=[TrialState.RUNNING, TrialState.COMPLETE])


def _held(study: "Study") -> dict[int, "FrozenTrial"]:
    return {trial.user_attrs[SLOT]: trial for trial in _living(study) if SLOT in trial.user_attrs}
