"""The best trials of a search, judged once more on validation parts that the search never saw.

Of many trials judged on one validation part, the one that comes out best owes some of it to that part. So the
finalists are fitted and judged again on other draws of the validation part (`fairtune.matrix.redraw`), and
those figures alone compare them (`fairtune.tuning.selection`). The test part plays no part in it.

Where time splits the listening (`temporal`, `leave_last`) there is no other draw of the same kind: what came
later would teach what came before. There the search's own figures decide.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from statistics import fmean
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import Part
from fairtune.config.hyperparameters import Hyperparameters
from fairtune.config.sections import Evaluate
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.redraw import redrawn
from fairtune.metrics.rounding import significant
from fairtune.models.als import model as als
from fairtune.models.als.solver import Start
from fairtune.models.neighbours.model import Learned
from fairtune.tuning import objective
from fairtune.tuning.trials import Judged

DRAWS: Final = 2
"""Of the validation part, beside the one of the search."""
FINALISTS: Final = 5
DRAWN_SPLITS: Final = frozenset({"random", "given"})
"""Splits whose validation part can be drawn anew."""


@dataclass(frozen=True)
class Rejudged:
    """Finalists on other draws of the validation part.

    Attributes
    ----------
    numbers
        Of the trials.
    draws
        What each was worth on each draw: finalists x draws.
    errors
        Finalists x finalists: standard error of the difference in mean nDCG@10 between two of them, over the
        listeners; 0 for one and the same.
    """

    numbers: tuple[int, ...]
    draws: tuple[tuple[Judged, ...], ...]
    errors: tuple[tuple[float, ...], ...]

    def mean(self, number: int) -> Judged:
        """Average what the trial was worth over the draws."""
        draws = self.draws[self.numbers.index(number)]
        return Judged.rounded(
            ndcg=fmean(one.ndcg for one in draws),
            dp=fmean(one.dp for one in draws),
            eo=fmean(one.eo for one in draws),
            served=fmean(one.served for one in draws),
        )

    def error(self, number: int, other: int) -> float:
        """Return the standard error of the difference in mean nDCG@10 between two trials."""
        return self.errors[self.numbers.index(number)][self.numbers.index(other)]

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> "Rejudged":
        """Read what `to_json` returned."""
        return cls(
            numbers=tuple(json["numbers"]),
            draws=tuple(tuple(Judged(**one) for one in draws) for draws in json["draws"]),
            errors=tuple(tuple(row) for row in json["errors"]),
        )


def judge(
    matrix: Matrix,
    points: Mapping[int, Hyperparameters],
    params: Evaluate,
    *,
    listeners: int | None = None,
    seed: int,
    finished: Callable[[], None] = lambda: None,
) -> Rejudged:
    """Fit and judge every finalist on every draw.

    Parameters
    ----------
    matrix
        Its test part isn't looked at.
    points
        Hyperparameters by number of the trial, iterations as the search found them best.
    params
        Groups that a fit is judged by.
    listeners
        How many are judged at the most; None: all.
    seed
        Of draws, sample and fits.
    finished
        Called after each fit.

    Returns
    -------
    Rejudged
        In the order of `points`.
    """
    threads = os.cpu_count() or 1
    judged: list[list[Judged]] = [[] for _ in points]
    each: list[list[NDArray[np.float64]]] = [[] for _ in points]
    for draw in range(1, DRAWS + 1):
        other = redrawn(matrix, seed=seed + draw)
        goal = objective.prepare(other, Part.TRAIN, params, listeners=listeners, seed=seed)
        learned = Learned(Part.TRAIN, threads, scored=True)

        @cache
        def beginning(factors: int, other: Matrix = other) -> Start:
            return als.beginning(other, Part.TRAIN, factors, seed=seed)

        for place, point in enumerate(points.values()):
            fitted = als.fit(
                other,
                Part.TRAIN,
                point,
                seed=seed,
                threads=threads,
                start=beginning(point.factors),
                neighbours=learned.of(other, point),
            )
            worth, of_each = goal.judge_each(fitted, threads=threads)
            judged[place].append(worth)
            each[place].append(of_each)
            finished()
    means = [_mean(draws) for draws in each]
    errors = tuple(tuple(_error(a - b) for b in means) for a in means)
    return Rejudged(tuple(points), tuple(map(tuple, judged)), errors)


def _mean(draws: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Average each listener's figure over the draws that have one; NaN without any."""
    values = np.stack(draws)
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=0)
    counts = known.sum(axis=0)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)


def _error(differences: NDArray[np.float64]) -> float:
    """Return the standard error of the mean; without two listeners anything may be: infinite."""
    known = differences[np.isfinite(differences)]
    if len(known) <= 1:
        return float("inf")
    return significant(known.std(ddof=1) / np.sqrt(len(known)))
