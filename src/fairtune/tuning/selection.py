"""Which trial is taken: a rule of its own, so that another limit needs no new trial."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fairtune.config.tune_limits import TuneLimits
from fairtune.tuning.finalists import FINALISTS, Rejudged
from fairtune.tuning.trials import FinishedTrial, Judged

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
    rejudged
        What decided between the finalists; None: there was one validation part.
    """

    trial: FinishedTrial
    flagged: bool
    reason: str
    rejudged: Rejudged | None = None

    @property
    def optimism(self) -> float | None:
        """What of its nDCG@10 in the search the trial owes to the search's validation part.

        The difference to the mean of the other draws; negative: it was unlucky. None: no other draws.
        """
        if self.rejudged is None:
            return None
        return self.trial.judged.ndcg - self.rejudged.mean(self.trial.number).ndcg


def finalists(trials: Sequence[FinishedTrial], limits: TuneLimits) -> tuple[FinishedTrial, ...]:
    """Choose the trials with the highest nDCG within the limits; if there are none, the least unfair ones.

    The least unfair ones have the smallest worst excess over the limits.

    Parameters
    ----------
    trials
        All trials; those that were cut are no choice.
    limits
        Of disparities and of the listeners served; None: no limit.

    Returns
    -------
    tuple[FinishedTrial, ...]
        At most `FINALISTS`, the best first; of equals the first trials.
    """
    uncut = [trial for trial in trials if not trial.cut]
    within = [trial for trial in uncut if trial.judged.excess(limits) <= 0]
    if within:
        ordered = sorted(within, key=lambda trial: (-trial.judged.ndcg, trial.number))
    else:
        ordered = sorted(uncut, key=lambda trial: (trial.judged.excess(limits), trial.number))
    return tuple(ordered[:FINALISTS])


def choose(trials: Sequence[FinishedTrial], limits: TuneLimits, rejudged: Rejudged | None = None) -> Choice:
    """Choose among the finalists: of those that none beats by more than one standard error, the simplest.

    Parameters
    ----------
    trials
        All trials; those that were cut are no choice.
    limits
        Of disparities and of the listeners served; None: no limit.
    rejudged
        The finalists on other draws of the validation part; None: the search's own figures decide.

    Returns
    -------
    Choice
        Without other draws, the first finalist. With them, of the finalists whose means over the draws are
        within the limits: those whose nDCG@10 lies at most one standard error of the difference below the
        highest, and of them the one with the fewest factors, then the lowest disparity. If none is within
        the limits, the least unfair one, flagged.
    """
    bounds = _written(limits)
    last = finalists(trials, limits)
    n_within = sum(not trial.cut and trial.judged.excess(limits) <= 0 for trial in trials)
    if rejudged is None:
        if n_within:
            return Choice(
                last[0], flagged=False, reason=f"highest nDCG@10 {_among(n_within, trials, bounds)}"
            )
        reason = f"no trial of {len(trials)} is within {bounds}: the one that misses them least"
        return Choice(last[0], flagged=True, reason=reason)
    worth = {trial.number: rejudged.mean(trial.number) for trial in last}
    within = [trial for trial in last if worth[trial.number].excess(limits) <= 0]
    if not within:
        least = min(last, key=lambda trial: worth[trial.number].excess(limits))
        reason = (
            f"none of the {len(last)} best of {len(trials)} trials is within {bounds} on other draws of the "
            "validation part: the one that misses them least"
        )
        return Choice(least, flagged=True, reason=reason, rejudged=rejudged)
    best = max(within, key=lambda trial: worth[trial.number].ndcg)
    tied = [trial for trial in within if _ties(trial, best, worth, rejudged)]
    chosen = min(
        tied, key=lambda trial: (trial.hyperparameters.factors, worth[trial.number].disparity, trial.number)
    )
    reason = (
        f"of the {len(last)} with the highest nDCG@10 {_among(n_within, trials, bounds)}, judged again on "
        f"{len(rejudged.draws[0])} other draws of the validation part, "
        + (
            "the highest"
            if len(tied) == 1
            else f"{len(tied)} are equal within one standard error: the one with the fewest factors, then "
            "the lowest disparity"
        )
    )
    return Choice(chosen, flagged=False, reason=reason, rejudged=rejudged)


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


def _ties(trial: FinishedTrial, best: FinishedTrial, worth: dict[int, Judged], rejudged: Rejudged) -> bool:
    behind = worth[best.number].ndcg - worth[trial.number].ndcg
    return trial is best or behind <= rejudged.error(trial.number, best.number)


def _among(n_within: int, trials: Sequence[FinishedTrial], bounds: str) -> str:
    return (
        f"of the {n_within} of {len(trials)} trials within {bounds}" if bounds else f"of {len(trials)} trials"
    )


def _written(limits: TuneLimits) -> str:
    named = (
        ("DP disparity", limits.dp),
        ("EO disparity", limits.eo),
        ("EO ratio of listeners", limits.served),
    )
    return ", ".join(f"{name} {limit:g}" for name, limit in named if limit is not None)
