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
    """The trial that is fitted and released; `flagged` if no trial kept the limit, and `reason` in a
    sentence.
    """

    trial: FinishedTrial
    flagged: bool
    reason: str


def choose(trials: Sequence[FinishedTrial], limits: TuneLimits) -> Choice:
    """Take the highest nDCG among the trials within `limits`, else the least unfair one, flagged.

    The least unfair one has the smallest worst excess over the limits. Trials that were cut are no choice.
    """
    said = _said(limits)
    whole = [trial for trial in trials if not trial.cut]
    within = [trial for trial in whole if trial.judged.excess(limits) <= 0]
    if within:
        best = max(within, key=lambda trial: (trial.judged.ndcg, -trial.number))
        of = (
            f"of the {len(within)} of {len(trials)} trials within {said}"
            if said
            else f"of {len(trials)} trials"
        )
        return Choice(trial=best, flagged=False, reason=f"highest nDCG@10 {of}")
    least = min(whole, key=lambda trial: (trial.judged.excess(limits), trial.number))
    reason = f"no trial of {len(trials)} is within {said}: the one that misses them least"
    return Choice(trial=least, flagged=True, reason=reason)


def keep(trials: Sequence[FinishedTrial], limits: TuneLimits, *, version: int) -> Choice:
    """Take the start, which has the settings of the champion, `version`; flagged if it misses a limit."""
    (start,) = (trial for trial in trials if trial.number == START)
    missed = start.judged.excess(limits) > 0
    outside = f", though no longer within {_said(limits)}" if missed else ""
    return Choice(start, flagged=missed, reason=f"settings of the champion, version {version}, kept{outside}")


def _said(limits: TuneLimits) -> str:
    said = (
        ("DP disparity", limits.dp),
        ("EO disparity", limits.eo),
        ("EO ratio of listeners", limits.served),
    )
    return ", ".join(f"{name} {limit:g}" for name, limit in said if limit is not None)
