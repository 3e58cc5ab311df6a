"""What a trial of the search is, and how it stands in the study."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Final

from fairtune.config.params import Hyperparameters, hyperparameters
from fairtune.config.tune_limits import TuneLimits
from fairtune.metrics.rounding import significant

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

SLOT: Final = "slot"
OWNER: Final = "owner"
SINCE: Final = "since"
POINT: Final = "hyperparameters"
JUDGED: Final = "judged"
LOOKED: Final = "looks"
CUT: Final = "cut"
"""Attributes of a trial in the study."""


@dataclass(frozen=True)
class Judged:
    """What a fit is worth on the validation part, all by lists of ten.

    ndcg: 0 to 1, up. dp, eo: disparity between artist regions, 0 and above, down.
    served: recall of the listeners served worst over that of those served best, the lowest ratio of all
    groupings, 0 to 1, up; 1 where nothing is known of listeners.
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
        """How far the limit that is missed most is missed; 0 and below: all are kept."""
        over = (
            (self.dp, limits.dp),
            (self.eo, limits.eo),
            (-self.served, None if limits.served is None else -limits.served),
        )
        return max((value - limit for value, limit in over if limit is not None), default=-inf)


@dataclass(frozen=True)
class FinishedTrial:
    """One point of the search and what came of it; trials are numbered from 0.

    point: with the number of iterations that was best. judged: what it was worth then; of a trial that was
    cut, what it was expected to reach. looks: what it was worth after each round it was judged at. cut:
    stopped because it could not win, never chosen. seconds: between start and end, different in every run.
    """

    number: int
    point: Hyperparameters
    judged: Judged
    looks: Mapping[int, Judged] = field(default_factory=dict)
    cut: bool = False
    seconds: float = field(default=0.0, compare=False)

    @property
    def iterations_done(self) -> int:
        """Rounds of fitting that were run."""
        return max(self.looks)


def finished_trial(of: "FrozenTrial") -> FinishedTrial:
    """Read a complete trial of the study."""
    kept = of.user_attrs
    return FinishedTrial(
        number=kept[SLOT],
        point=hyperparameters(kept[POINT]),
        judged=Judged(**kept[JUDGED]),
        looks={int(iteration): Judged(**judged) for iteration, judged in kept[LOOKED].items()},
        cut=kept[CUT],
        seconds=of.duration.total_seconds() if of.duration else 0.0,
    )
