"""What a trial of the search is, and how it stands in the study."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Final

from fairtune.config.hyperparameters import Hyperparameters, hyperparameters
from fairtune.config.tune_limits import TuneLimits
from fairtune.metrics.rounding import significant

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

SLOT: Final = "slot"
OWNER: Final = "owner"
SINCE: Final = "since"
HYPERPARAMETERS: Final = "hyperparameters"
JUDGED: Final = "judged"
LOOKED: Final = "looks"
CUT: Final = "cut"
"""Attributes of a trial in the study."""


@dataclass(frozen=True)
class Judged:
    """What a fit is worth on the validation part, all by lists of ten.

    Attributes
    ----------
    ndcg
        0..1, higher is better.
    dp
        Disparity of demographic parity between artist regions, 0 and above, lower is better.
    eo
        Disparity of equal opportunity between artist regions, likewise.
    served
        Recall of the listeners served worst over that of those served best, the lowest ratio of all
        groupings, 0..1, higher is better; 1 where nothing is known of listeners.
    """

    ndcg: float
    dp: float
    eo: float
    served: float = 1.0

    @classmethod
    def rounded(cls, *, ndcg: float, dp: float, eo: float, served: float) -> "Judged":
        """Keep six significant digits of each: fits that differ in less are equal, on every machine."""
        return cls(significant(ndcg), significant(dp), significant(eo), significant(served))

    @property
    def disparity(self) -> float:
        """The worse of DP and EO: the search's second goal."""
        return max(self.dp, self.eo)

    def excess(self, limits: TuneLimits) -> float:
        """Excess over the limit that is missed most; 0 and below: all are kept."""
        over = (
            (self.dp, limits.dp),
            (self.eo, limits.eo),
            (-self.served, None if limits.served is None else -limits.served),
        )
        return max((value - limit for value, limit in over if limit is not None), default=-inf)


@dataclass(frozen=True)
class FinishedTrial:
    """Hyperparameters that were tried, and what came of them.

    Attributes
    ----------
    number
        From 0.
    hyperparameters
        With the number of iterations that was best.
    judged
        What they were worth then; of a trial that was cut, what it was expected to reach.
    looks
        What the fit was worth after each iteration it was judged at.
    cut
        Stopped because it could not win, never chosen.
    seconds
        Between start and end, different in every run.
    """

    number: int
    hyperparameters: Hyperparameters
    judged: Judged
    looks: Mapping[int, Judged] = field(default_factory=dict)
    cut: bool = False
    seconds: float = field(default=0.0, compare=False)

    @property
    def iterations_done(self) -> int:
        """Iterations of fitting that were run."""
        return max(self.looks)


def finished_trial(trial: "FrozenTrial") -> FinishedTrial:
    """Read a complete trial of the study."""
    kept = trial.user_attrs
    return FinishedTrial(
        number=kept[SLOT],
        hyperparameters=hyperparameters(kept[HYPERPARAMETERS]),
        judged=Judged(**kept[JUDGED]),
        looks={int(iteration): Judged(**judged) for iteration, judged in kept[LOOKED].items()},
        cut=kept[CUT],
        seconds=trial.duration.total_seconds() if trial.duration else 0.0,
    )
