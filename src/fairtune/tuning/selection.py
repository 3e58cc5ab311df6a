"""Which trial is taken: a rule of its own, so that another limit needs no new fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fairtune.config.tune_limits import TuneLimits
from fairtune.tuning.trials import FinishedTrial

START: Final = 1
"""Number of the trial that `tune.start` gives."""


@dataclass(frozen=True)
class Choice:
    """The trial that is fitted and released.

    Attributes
    ----------
    trial
        The trial.
    flagged
        It misses a limit.
    reason
        Why it was chosen, a sentence without a full stop.
    """

    trial: FinishedTrial
    flagged: bool
    reason: str


def choose(trials: Sequence[FinishedTrial], limits: TuneLimits) -> Choice:
    """Choose the highest nDCG among the trials within the limits, else the least unfair one, flagged.

    The least unfair one has the smallest worst excess over the limits.

    Parameters
    ----------
    trials
        All trials; those that were cut are no choice.
    limits
        Of disparities and of the listeners served; None: no limit.

    Returns
    -------
    Choice
        Of equals the first trial.
    """
    bounds = _written(limits)
    uncut = [trial for trial in trials if not trial.cut]
    within = [trial for trial in uncut if trial.judged.excess(limits) <= 0]
    if within:
        best = max(within, key=lambda trial: (trial.judged.ndcg, -trial.number))
        among = (
            f"of the {len(within)} of {len(trials)} trials within {bounds}"
            if bounds
            else f"of {len(trials)} trials"
        )
        return Choice(trial=best, flagged=False, reason=f"highest nDCG@10 {among}")
    least = min(uncut, key=lambda trial: (trial.judged.excess(limits), trial.number))
    reason = f"no trial of {len(trials)} is within {bounds}: the one that misses them least"
    return Choice(trial=least, flagged=True, reason=reason)


def keep(trials: Sequence[FinishedTrial], limits: TuneLimits, *, version: int) -> Choice:
    """Choose the start, which has the settings of the champion.

    Parameters
    ----------
    trials
        All trials, with the start.
    limits
        The choice is flagged if it misses one.
    version
        Number of the champion.

    Returns
    -------
    Choice
        The start.
    """
    (start,) = (trial for trial in trials if trial.number == START)
    missed = start.judged.excess(limits) > 0
    outside = f", though no longer within {_written(limits)}" if missed else ""
    return Choice(start, flagged=missed, reason=f"settings of the champion, version {version}, kept{outside}")


def _written(limits: TuneLimits) -> str:
    named = (
        ("DP disparity", limits.dp),
        ("EO disparity", limits.eo),
        ("EO ratio of listeners", limits.served),
    )
    return ", ".join(f"{name} {limit:g}" for name, limit in named if limit is not None)
