"""From constraints to multipliers: chosen on the validation part, with the fit on the training part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairtune.columns import Part
from fairtune.config.reranking_bounds import Constraints
from fairtune.config.sections import HEADLINE, Evaluate
from fairtune.errors import BadRequest
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.provider_groups import ProviderGroups, provider_groupings
from fairtune.metrics.bootstrap import Bootstrap
from fairtune.metrics.fairness import provider_parity
from fairtune.metrics.fairness.provider_parity import Chances
from fairtune.metrics.ranking import Rows
from fairtune.metrics.rounding import significant
from fairtune.models.als.model import Als
from fairtune.models.reranking.bounds import Bound, bounds
from fairtune.models.reranking.candidates import Candidates, candidates
from fairtune.models.reranking.multipliers import Multipliers, bonus
from fairtune.models.reranking.solver import Solution, free, search

DECIMALS = 9
"""Of multipliers; scores have seven digits."""


@dataclass(frozen=True)
class Reranking:
    """Multipliers, and what re-ranking by them comes to on the validation part.

    Attributes
    ----------
    multipliers
        By grouping and group.
    bounds
        What is asked for.
    before
        Value of each bound without multipliers.
    after
        Value of each bound with them.
    loss
        Share of the total score given up, 0 and above.
    kept
        Whether every bound is.
    """

    multipliers: Multipliers
    bounds: tuple[Bound, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    loss: float
    kept: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as reranking.json holds it; figures are those of the validation part."""
        bounds = [
            {
                "asked": bound.description(),
                "limit": bound.limit,
                "before": significant(before),
                "after": significant(after),
            }
            for bound, before, after in zip(self.bounds, self.before, self.after, strict=True)
        ]
        loss = significant(self.loss)
        return {"multipliers": self.multipliers, "bounds": bounds, "loss_of_score": loss}

    @property
    def missed(self) -> str:
        """Every bound that isn't kept and how far it gets, in words."""
        return "; ".join(
            f"{bound.description()} (it gets from {before:.4f} to {after:.4f})"
            for bound, before, after in zip(self.bounds, self.before, self.after, strict=True)
            if bound.slack(after) < 0
        )


@dataclass(frozen=True)
class Problem:
    """Bounds on the lists of some listeners, with all that could stand on them.

    Attributes
    ----------
    bounds
        What is asked for.
    among
        Items that could stand on the lists.
    given
        What every group could get.
    groupings
        Those that bounds are about.
    """

    bounds: tuple[Bound, ...]
    among: Candidates
    given: Chances
    groupings: Mapping[str, ProviderGroups]


def pose(
    matrix: Matrix,
    model: Als,
    constraints: Constraints,
    params: Evaluate,
    *,
    threads: int,
    listeners: Rows | None = None,
) -> Problem:
    """Pose the problem of lists of ten of the target.

    Parameters
    ----------
    matrix
        Its validation part says what listeners went on to play.
    model
        The fit on TRAIN.
    constraints
        What is asked for.
    params
        Groupings of items and the least size of a group.
    threads
        Of the ranking, 1 and above.
    listeners
        Rows, (n,); by default everybody.

    Returns
    -------
    Problem
        For `search`.

    Raises
    ------
    BadRequest
        A grouping or a group isn't there.
    """
    block, part = matrix.target, Part.TRAIN
    rows = np.arange(len(matrix.listeners)) if listeners is None else listeners
    known, truth = matrix.block(block, part)[rows], matrix.truth(block, part)[rows]
    groupings = provider_groupings(matrix, block, part, params)
    bounded = {name: groupings[name] for name in constraints.groupings if name in groupings}
    if missing := set(constraints.groupings) - set(bounded):
        raise BadRequest(f"nothing is known of the items' {min(missing)}: there are no groups to re-rank")
    given = provider_parity.chances(
        truth,
        known,
        {name: (groups.names, groups.membership) for name, groups in bounded.items()},
        bootstrap=Bootstrap(n_listeners=len(rows), resamples=0, seed=0),
        min_group=params.min_provider_group,
    )
    wanted = bounds(constraints, given)
    among = candidates(model.take(rows), block, known, truth, given.member, k=HEADLINE, threads=threads)
    return Problem(wanted, among, given, bounded)


def find(
    matrix: Matrix,
    model: Als,
    constraints: Constraints,
    params: Evaluate,
    *,
    threads: int,
    progress: Callable[[], None] = lambda: None,
) -> Reranking:
    """Find the multipliers for the problem that `pose` poses.

    Parameters
    ----------
    matrix
        Its validation part says what listeners went on to play.
    model
        The fit on TRAIN.
    constraints
        What is asked for.
    params
        Groupings of items and the least size of a group.
    threads
        Of the ranking, 1 and above.
    progress
        Called after each set of lists that is looked at.

    Returns
    -------
    Reranking
        If no multipliers keep all bounds, those that break them least.
    """
    problem = pose(matrix, model, constraints, params, threads=threads)
    wanted, given = problem.bounds, problem.given
    without, best = search(problem.among, wanted, free(wanted, given), k=HEADLINE, progress=progress)
    return Reranking(
        multipliers=_by_name(best, problem.groupings, given),
        bounds=wanted,
        before=without.values,
        after=best.values,
        loss=best.loss,
        kept=best.kept,
    )


def lift(matrix: Matrix, model: Als, part: Part, multipliers: Multipliers, params: Evaluate) -> Als:
    """Re-rank the target of a model.

    Parameters
    ----------
    matrix
        What the model was fitted on.
    model
        The fit on `part`.
    part
        Groups of items are those of what is played there.
    multipliers
        By grouping and group.
    params
        Groupings of items.

    Returns
    -------
    Als
        The model with the bonus that follows from the multipliers.
    """
    groupings = provider_groupings(matrix, matrix.target, part, params)
    return model.lifted(matrix.target, bonus(multipliers, groupings))


def _by_name(solution: Solution, groupings: Mapping[str, ProviderGroups], given: Chances) -> Multipliers:
    """Name the multipliers of groups; a group that was pooled with others has that of the pool."""
    named = {}
    for grouping, groups in groupings.items():
        pooling, at = given.pooled[grouping]
        values = np.round(pooling.merge @ solution.multipliers[at], DECIMALS)
        named[grouping] = dict(zip(groups.names, map(float, values), strict=True))
    return named
