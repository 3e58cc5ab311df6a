"""The multipliers with which lists keep their bounds at the least loss of score."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairtune.metrics.fairness.provider_parity import Chances
from fairtune.models.reranking.bounds import Bound
from fairtune.models.reranking.candidates import Candidates

Floats = NDArray[np.float64]

RADII: Final = (0.3, 0.1, 0.03)
"""First steps of the search and of its repetitions, in units of the score between first and last place."""
STEPS: Final = 30
FIRST_STEP: Final = 0.2
LONGEST_STEP: Final = 4.0
GROWTH: Final = 1.5
HALVINGS: Final = 8
"""The way to parity, its steps in that unit, and how often the way back is halved."""
NARROWER: Final = 10
"""How much smaller the last step is than the first."""
LOOKS: Final = 60
LOOKS_EACH: Final = 10
"""Sets of lists that each repetition looks at, at the most, and so many more for every multiplier."""
SPARE: Final = (0.002, 0.05)
"""What is aimed at beyond the bounds, relative to them: lists change item by item; more if little fails."""


@dataclass(frozen=True)
class Solution:
    """What some multipliers come to.

    Attributes
    ----------
    multipliers
        Of every group, those of all groupings side by side, (g,).
    places
        Of every group, (g,).
    hits
        Of every group, (g,).
    loss
        Share of the total score given up, 0 and above.
    values
        Of the bounds, in order.
    kept
        Whether all bounds are.
    """

    multipliers: Floats
    places: Floats
    hits: Floats
    loss: float
    values: tuple[float, ...]
    kept: bool


def free(bounds: Sequence[Bound], given: Chances) -> NDArray[np.intp]:
    """Choose the groups that get a multiplier.

    Parameters
    ----------
    bounds
        A share frees its group, a disparity all that it compares.
    given
        What every group could get.

    Returns
    -------
    NDArray
        Places of the groups, ascending by grouping. If they are all groups of a grouping, the one with most
        chances goes without: only differences count.
    """
    chosen = []
    for grouping in sorted({bound.grouping for bound in bounds}):
        pooling, at = given.pooled[grouping]
        mine = [bound for bound in bounds if bound.grouping == grouping]
        wanted = np.zeros(len(pooling.names), dtype=bool)
        for bound in mine:
            one = np.arange(len(wanted)) == bound.group
            wanted |= pooling.compared if bound.group is None else one
        if wanted.all():
            wanted[given.sums[0, 1, at].argmax()] = False
        chosen += (np.flatnonzero(wanted) + at.start).tolist()
    return np.array(chosen, dtype=np.intp)


def search(
    among: Candidates,
    bounds: Sequence[Bound],
    free_groups: NDArray[np.intp],
    *,
    k: int,
    progress: Callable[[], None] = lambda: None,
) -> tuple[Solution, Solution]:
    """Search for the multipliers that keep all bounds at the least loss of score.

    Measuring a set of lists takes milliseconds, so it is done some hundred times: by COBYQA, which models
    loss and bounds by quadratics inside a trust region and needs no derivatives, started again from the best
    found with smaller steps. Same input, same bytes.

    Parameters
    ----------
    among
        Items that could stand on the lists.
    bounds
        What is asked for.
    free_groups
        Places of the groups that get a multiplier; others have 0.
    k
        Length of a list, 1 and above.
    progress
        Called after each set of lists that is measured.

    Returns
    -------
    tuple
        What the lists come to without multipliers, and with the best found; if none keep all bounds, those
        that break them least.

    References
    ----------
    Ragonneau, "Model-based derivative-free optimization methods and software", thesis, Hong Kong Polytechnic
    University 2022.
    """
    from scipy.optimize import minimize

    measure = _Measured(among, bounds, free_groups, k, progress)
    without = measure.at(np.zeros(len(free_groups)))
    if without.kept:
        return without, without
    _begin(measure)
    for spare in SPARE:
        for radius in RADII:
            minimize(
                lambda point: measure.at(point).loss,
                measure.best_point,
                method="COBYQA",
                constraints=[{"type": "ineq", "fun": partial(measure.beyond, spare)}],
                options={
                    "initial_tr_radius": radius,
                    "final_tr_radius": radius / NARROWER,
                    "maxfev": LOOKS + LOOKS_EACH * len(free_groups),
                },
            )
        if measure.best.kept:
            break
    return without, measure.best


def _begin(measure: "_Measured") -> None:
    """Find a point that keeps the bounds, if not at the least loss: where the search begins.

    Small steps show nothing of a group that is in no list at all. So every group's multiplier goes up while
    it has too little and down while it has too much, by steps that grow while the direction stays and shrink
    when it turns (Rprop: Riedmiller and Braun, ICNN 1993), as far as full parity; then back on the straight
    line towards no multipliers at all, as far as the bounds allow.
    """
    point, steps, before = (np.full(measure.width, value) for value in (0.0, FIRST_STEP, 0.0))
    for _ in range(STEPS):
        direction = np.sign(measure.deficit(point))
        turned = direction * before < 0
        grown = np.minimum(steps * np.where(before == 0, 1, GROWTH), LONGEST_STEP)
        steps = np.where(turned, steps / 2, grown)
        point, before = np.maximum(point + steps * direction, measure.lowest), direction
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if measure.at(middle * point).kept else (middle, high)


class _Measured:
    """Every set of lists that was looked at, by its point: multipliers of the free groups over `scale`."""

    def __init__(
        self,
        among: Candidates,
        bounds: Sequence[Bound],
        free_groups: NDArray[np.intp],
        k: int,
        progress: Callable[[], None],
    ) -> None:
        self._among, self._bounds, self._free, self._k, self._progress = (
            among,
            bounds,
            free_groups,
            k,
            progress,
        )
        self._seen: dict[bytes, Solution] = {}
        self._without = fill(among, np.zeros(among.member.shape[1]), k)
        self._scale = _scale(among, k)

    def at(self, point: Floats) -> Solution:
        key = point.tobytes()
        if key not in self._seen:
            multipliers = np.zeros(self._among.member.shape[1])
            multipliers[self._free] = point * self._scale
            total, places, hits = fill(self._among, multipliers, self._k)
            values = tuple(bound.value(places, hits) for bound in self._bounds)
            kept = all(bound.slack(value) >= 0 for bound, value in zip(self._bounds, values, strict=True))
            loss = 1 - total / self._without[0] if self._without[0] else 0.0
            self._seen[key] = Solution(multipliers, places, hits, loss, values, kept)
            self._progress()
        return self._seen[key]

    def beyond(self, spare: float, point: Floats) -> Floats:
        return self.slacks(point) - spare

    def slacks(self, point: Floats) -> Floats:
        values = self.at(point).values
        return np.array([bound.slack(value) for bound, value in zip(self._bounds, values, strict=True)])

    @property
    def width(self) -> int:
        return len(self._free)

    @property
    def lowest(self) -> Floats:
        """The least that each free group's multiplier may be: a bound on its share holds no group down."""
        lowest = np.zeros(self._among.member.shape[1])
        for bound in self._bounds:
            lowest[bound.at] = np.where(bound.group is None, -np.inf, lowest[bound.at])
        return lowest[self._free]

    def deficit(self, point: Floats) -> Floats:
        """How much more each free group would need, relative to what it has to have: below 0, less."""
        solution = self.at(point)
        total = np.zeros(len(solution.places))
        for bound in self._bounds:
            total[bound.at] += bound.deficit(solution.places, solution.hits)
        return total[self._free]

    @property
    def best_point(self) -> Floats:
        """The point that breaks the bounds least; of those that keep them, that of the least loss."""
        return min(map(np.frombuffer, self._seen), key=self._worth).copy()

    @property
    def best(self) -> Solution:
        return self.at(self.best_point)

    def _worth(self, point: Floats) -> tuple[float, float]:
        return max(0.0, -float(self.slacks(point).min())), self.at(point).loss


def fill(among: Candidates, multipliers: Floats, k: int) -> tuple[float, Floats, Floats]:
    """Fill all lists.

    Parameters
    ----------
    among
        Items that could stand on them.
    multipliers
        Of every group, (g,).
    k
        Length of a list, 1 and above.

    Returns
    -------
    tuple
        Total score without multipliers, and places and hits of every group, (g,) each.
    """
    gained = (among.member @ multipliers).astype(np.float32)[among.kind]
    length = min(k, among.scores.shape[1])
    chosen = np.argpartition(-(among.scores + gained), length - 1, axis=1)[:, :length]
    scores = np.take_along_axis(among.scores, chosen, axis=1)
    hits = np.take_along_axis(among.wanted, chosen, axis=1)
    kinds = among.kind[chosen]
    filled = np.isfinite(scores)
    n_kinds = len(among.member)
    return (
        float(scores[filled].sum(dtype=np.float64)),
        np.bincount(kinds[filled], minlength=n_kinds) @ among.member,
        np.bincount(kinds[hits], minlength=n_kinds) @ among.member,
    )


def _scale(among: Candidates, k: int) -> float:
    """Median distance between the scores of first and last place."""
    length = min(k, among.scores.shape[1])
    best = -np.partition(-among.scores, length - 1, axis=1)[:, :length]
    apart = best.max(axis=1) - best.min(axis=1)
    apart = apart[np.isfinite(apart)]
    return (float(np.median(apart)) if len(apart) else 0.0) or 1.0
