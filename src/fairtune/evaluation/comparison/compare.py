"""Two evaluations side by side: which figures got worse, by more than the tolerance and than chance."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import TYPE_CHECKING

from fairtune.evaluation.comparison.key_metrics import Headline, headlines
from fairtune.evaluation.comparison.paired_bootstrap import Shift, aligned, shifts
from fairtune.evaluation.gate.metrics_file import Metrics, Path, Reading, read

if TYPE_CHECKING:
    import pandas as pd

SAME_LISTENING = ("target", "counts", "n_listeners", "n_items", "seed")
"""Facts of metrics.json: where they agree, both evaluations hold out the same listening."""
CONFIDENCE = 0.99
"""That no figure of a comparison regresses by chance alone; splits and fits add a little that resampling
listeners doesn't see."""
ROUNDED = 1e-5
"""Figures in metrics.json have six digits."""


@dataclass(frozen=True)
class Evaluated:
    """What an evaluation left behind.

    Attributes
    ----------
    metrics
        What metrics.json holds.
    listeners
        The frame of listeners.parquet, a row a listener; None where it can't be had.
    """

    metrics: Metrics
    listeners: "pd.DataFrame | None" = None


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """How much worse a figure may be: max(absolute, relative * |before|).

    Attributes
    ----------
    absolute
        In the unit of the figure, 0 and above.
    relative
        As a share of the figure before, 0 and above.
    """

    absolute: float
    relative: float

    def at(self, before: float) -> float:
        """Return how much worse than `before` a figure may be, in its unit."""
        return max(self.absolute, self.relative * abs(before))


class ChangeKind(StrEnum):
    """How a figure moved from the first evaluation to the second."""

    NEW = "new"
    UNCHANGED = "unchanged"
    BETTER = "better"
    TOLERATED = "worse, within tolerance"
    CHANCE = "worse, as chance may have it"
    WORSE = "REGRESSION"
    MISSING = "REGRESSION: missing now"
    IMPOSSIBLE = "REGRESSION: no possible value"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One headline figure, before and now, and the judgement.

    Attributes
    ----------
    figure
        Path in metrics.json, joined by dots.
    higher_is_better
        Whether a larger figure is a better one.
    base
        The figure before; None where there is none.
    now
        The figure now; None where there is none.
    interval
        Lower and upper bound of the change, now less base; None without one.
    paired
        Whether the interval comes from the same listeners, resampled together; otherwise it comes from the
        intervals in metrics.json.
    judgement
        How the figure moved.
    reason
        One line on a regression, otherwise empty.
    """

    figure: str
    higher_is_better: bool
    base: float | None
    now: float | None
    interval: tuple[float, float] | None
    paired: bool
    judgement: ChangeKind
    reason: str

    @property
    def change(self) -> float | None:
        """Return now less base; None where either is missing."""
        return None if self.base is None or self.now is None else self.now - self.base

    @property
    def regressed(self) -> bool:
        """Return whether the judgement is one of the three kinds of regression."""
        return self.judgement in {ChangeKind.WORSE, ChangeKind.MISSING, ChangeKind.IMPOSSIBLE}


@dataclass(frozen=True)
class Comparison:
    """All headline figures of two evaluations.

    Attributes
    ----------
    changes
        One for each figure that either evaluation has.
    note
        A sentence on where the intervals come from.
    """

    changes: tuple[Change, ...]
    note: str

    @property
    def regressions(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.regressed)

    @property
    def passed(self) -> bool:
        return not self.regressions


def compare(base: Evaluated, now: Evaluated, *, tolerance: Tolerance, min_group: int) -> Comparison:
    """Compare two evaluations figure by figure.

    A figure regressed if it is missing now or outside its range; or if it is worse by more than the
    `tolerance` and by more than chance explains: the interval of the change doesn't hold 0. A figure that
    only `now` has is new, which is no regression.

    Parameters
    ----------
    base
        The evaluation before.
    now
        The evaluation that is judged.
    tolerance
        How much worse a figure may be.
    min_group
        `evaluate.min_group`: the fewest listeners of a group that is compared.

    Returns
    -------
    Comparison
        Every headline figure that either evaluation has, with its judgement.

    Notes
    -----
    Intervals hold for all figures at once with 99 % (Bonferroni): change -+ z standard errors, z the normal
    quantile of 1 - 0.005 / figures. The error is that of the change over the same listeners, resampled
    together. Where these are not the same, or a figure can't be computed from listeners.parquet, it comes
    from the 95 % intervals of metrics.json, as for two independent figures; on the same held-out listening
    they go together, and a correlation of one half is assumed, which is less than that of two similar models.
    """
    paired_shifts, note = _shifts(base, now, min_group)
    same = all(base.metrics.get(fact) == now.metrics.get(fact) for fact in SAME_LISTENING)
    read_both = (
        (headline, read(base.metrics, headline.path), read(now.metrics, headline.path))
        for headline in headlines(base.metrics, now.metrics)
    )
    readings = [(headline, was, is_) for headline, was, is_ in read_both if was or is_]
    z = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / max(1, len(readings)))
    return Comparison(
        tuple(
            _changed(headline, was, is_, paired_shifts.get(headline.path), tolerance, z=z, same=same)
            for headline, was, is_ in readings
        ),
        note,
    )


def _shifts(base: Evaluated, now: Evaluated, min_group: int) -> tuple[Mapping[Path, Shift], str]:
    """Return the shifts over the same listeners, and the note on what the intervals come from."""
    otherwise = "from the intervals of metrics.json"
    if base.listeners is None or now.listeners is None:
        return {}, f"Intervals: {otherwise}, since listeners.parquet is not there on both sides."
    frames = aligned(base.listeners, now.listeners)
    if frames is None:
        return {}, f"Intervals: {otherwise}, since the listeners are not the same on both sides."
    scale = "log_plays" if now.metrics.get("counts") else "preference"
    note = f"Intervals: paired, from the same {len(frames[0]):,} listeners; those with ~ {otherwise}."
    return shifts(*frames, scale=scale, min_group=min_group), note


def _changed(
    headline: Headline,
    base: Reading | None,
    now: Reading | None,
    shift: Shift | None,
    tolerance: Tolerance,
    *,
    z: float,
    same: bool,
) -> Change:
    figure, paired, interval = ".".join(headline.path), False, None
    if base and now:
        paired = shift is not None and _fits(shift, base, now)
        error = shift.error if shift and paired else _error(base, now, same=same)
        change = now.value - base.value
        interval = (change - z * error, change + z * error)
    judgement, why = _judged(headline, base, now, interval, tolerance)
    return Change(
        figure=figure,
        higher_is_better=headline.higher_is_better,
        base=base.value if base else None,
        now=now.value if now else None,
        interval=interval,
        paired=paired,
        judgement=judgement,
        reason=f"{figure} {why}" if why else "",
    )


def _fits(shift: Shift, base: Reading, now: Reading) -> bool:
    """Whether listeners.parquet belongs to the same evaluations as metrics.json."""
    pairs = (shift.base, base.value), (shift.now, now.value)
    return all(math.isclose(*pair, rel_tol=ROUNDED, abs_tol=ROUNDED) for pair in pairs)


def _error(base: Reading, now: Reading, *, same: bool) -> float:
    """Return the standard error of the change from two 95 % intervals."""
    one, other = ((figure.high - figure.low) / 2 / NormalDist().inv_cdf(0.975) for figure in (base, now))
    return math.sqrt(one**2 + other**2 - (one * other if same else 0.0))


def _judged(
    headline: Headline,
    base: Reading | None,
    now: Reading | None,
    interval: tuple[float, float] | None,
    tolerance: Tolerance,
) -> tuple[ChangeKind, str]:
    """Return the judgement on a figure that at least one side has, and why, if it is a regression."""
    if now is None:
        return ChangeKind.MISSING, "is missing now" + (f"; it was {base.value:.4f}" if base else "")
    if not headline.low <= now.value <= headline.high:
        return (
            ChangeKind.IMPOSSIBLE,
            f"is {now.value:.4f}: it can only be {headline.low:g} to {headline.high:g}",
        )
    if base is None or interval is None:
        return ChangeKind.NEW, ""
    worse = base.value - now.value if headline.higher_is_better else now.value - base.value
    allowed = tolerance.at(base.value)
    if worse <= allowed:
        return _harmless(worse), ""
    low, high = interval
    if low <= 0 <= high:
        return ChangeKind.CHANCE, ""
    moved = f"{'fell' if headline.higher_is_better else 'rose'} from {base.value:.4f} to {now.value:.4f}"
    return ChangeKind.WORSE, (
        f"{moved}, by more than the {allowed:.4f} tolerated and than chance "
        f"(interval of the change: {low:+.4f} to {high:+.4f})"
    )


def _harmless(worse: float) -> ChangeKind:
    if worse > 0:
        return ChangeKind.TOLERATED
    return ChangeKind.BETTER if worse < 0 else ChangeKind.UNCHANGED
