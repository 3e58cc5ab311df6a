"""When a fit ends: once it has learned what it can, or can't win any more.

A fit is looked at after a few iterations, and after the last one: judged, where there are many listeners, by
some of them, the same in every trial. It has *settled* when more iterations hardly raise nDCG@10: what it is
worth then is what it is worth, and the iteration that was best becomes its number of iterations, so that
training repeats exactly what was judged. It is *cut* when even what it may still gain, by the gains of
finished trials from the same iteration on, leaves it behind one of them in nDCG, DP and EO at once, or far
behind the best nDCG. Neither looks at the limits, so a study serves every limit. A trial that was cut counts
as what it was expected to reach: the sampler learns from it, the choice never takes it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairtune.tuning.trials import FinishedTrial, Judged

LOOKS: Final = (1, 3, 5, 8, 12)
"""Iterations after which a fit is judged, and after the last one."""
SETTLED: Final = 0.005
"""A look that raises nDCG@10 by less, as a share, is the last one."""
ENOUGH: Final = 4
"""Trials to have seen the gains of before one is cut."""
MARGIN: Final = 0.02
"""What a fit may gain beyond the largest gain seen, of each figure."""
NEAR: Final = 0.75
"""A fit that can't come within this share of the best nDCG@10 is cut, however fair it is."""


class EndedEarly(Exception):
    """Raised inside a fit that needs no further iteration."""


class Settled(EndedEarly):
    """The fit has learned what it can."""


class Cut(EndedEarly):
    """The fit can't win any more."""


@dataclass
class Look:
    """What a fit is shown to while it runs: `look(iteration, judge)`.

    Attributes
    ----------
    uncut
        Trials that were not cut, to compare with.
    iterations
        The most that the fit may have.
    never_cut
        The fit is never cut.
    never_settle
        The fit never settles either.
    seen
        What the fit was worth after each iteration it was looked at.
    """

    uncut: Sequence[FinishedTrial]
    iterations: int
    never_cut: bool = False
    never_settle: bool = False
    seen: dict[int, Judged] = field(default_factory=dict)

    def __call__(self, iteration: int, judge: Callable[[], Judged]) -> None:
        """Judge the fit after some iterations.

        Parameters
        ----------
        iteration
            Number of iterations that are done, 1 and above.
        judge
            Judges the fit as it is now.

        Raises
        ------
        Cut
            There is no point in judging it once more.
        Settled
            There is no point in going on, and the fit is judged by what it was after `best` iterations.
        """
        last = iteration >= self.iterations
        if iteration not in LOOKS and not last:
            return
        before = max((judged.ndcg for judged in self.seen.values()), default=0.0)
        now = self.seen[iteration] = judge()
        if last:
            return
        if not self.never_cut and hopeless(now, iteration, self.uncut):
            raise Cut
        if not self.never_settle and 0 < now.ndcg < before * (1 + SETTLED):
            raise Settled

    def best(self) -> int:
        """Find the iteration that the fit was worth most after; the first of equals."""
        if self.never_settle:
            return max(self.seen)
        return min(self.seen, key=lambda iteration: (-self.seen[iteration].ndcg, iteration))


def hopeless(judged: Judged, iteration: int, uncut: Sequence[FinishedTrial]) -> bool:
    """Decide whether a fit can't become the choice any more, whatever the limits are.

    Parameters
    ----------
    judged
        What the fit is worth now.
    iteration
        Number of iterations that are done.
    uncut
        Trials that were not cut.

    Returns
    -------
    bool
        False with too few trials to tell.
    """
    gains = _gains(iteration, uncut)
    if len(gains) < ENOUGH:
        return False
    ndcg = judged.ndcg * gains[:, 0].max() * (1 + MARGIN)
    dp, eo = (
        now * min(gain, 1.0) * (1 - MARGIN)
        for now, gain in zip((judged.dp, judged.eo), gains[:, 1:].min(axis=0), strict=True)
    )
    best = max(trial.judged.ndcg for trial in uncut)
    return bool(ndcg < NEAR * best) or any(
        trial.judged.ndcg >= ndcg and trial.judged.dp <= dp and trial.judged.eo <= eo for trial in uncut
    )


def expected(seen: Mapping[int, Judged], uncut: Sequence[FinishedTrial]) -> Judged:
    """Estimate what a fit would have become: its last look times the median gain of other trials.

    Parameters
    ----------
    seen
        What the fit was worth, by iteration.
    uncut
        Trials that were not cut.

    Returns
    -------
    Judged
        `served` is that of the last look.
    """
    iteration = max(seen)
    at = seen[iteration]
    ndcg, dp, eo = np.median(_gains(iteration, uncut), axis=0)
    return Judged.rounded(ndcg=at.ndcg * ndcg, dp=at.dp * dp, eo=at.eo * eo, served=at.served)


def _gains(iteration: int, uncut: Sequence[FinishedTrial]) -> NDArray[np.float64]:
    """Divide what became of each trial by its look after `iteration`, for nDCG, DP and EO: (n, 3)."""
    ends = [
        (trial.judged.ndcg, trial.judged.dp, trial.judged.eo, now.ndcg, now.dp, now.eo)
        for trial in uncut
        if trial.number > 0 and (now := trial.looks.get(iteration)) is not None  # trial 0 never settles
    ]
    figures = np.array(ends, dtype=np.float64).reshape(-1, 2, 3)
    end, then = figures[:, 0], figures[:, 1]
    known = (then > 0) & np.isfinite(then) & np.isfinite(end)
    return np.where(known, end / np.where(known, then, 1.0), 1.0)
