"""From constraints to multipliers: chosen on the validation part, with the fit on the training part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fairtune.columns import Part
from fairtune.config.params import HEADLINE, Evaluate
from fairtune.config.reranking_bounds import Constraints
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
from fairtune.models.reranking.solver import Reached, free, search

DECIMALS = 9
"""Of multipliers; scores have seven digits."""


@dataclass(frozen=True)
class Found:
    """What re-ranking comes to on the validation part.

    bounds: what is asked for. before, after: the value of each without multipliers and with them. loss: share
    of the total score given up, 0 and above. kept: whether every bound is.
    """

    multipliers: Multipliers
    bounds: tuple[Bound, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    loss: float
    kept: bool

    def to_json(self) -> dict[str, Any]:
        """Give it as reranking.json holds it; figures are those of the validation part."""
        bounds = [
            {
                "asked": bound.told(),
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
        """Say of every bound that isn't kept how far it gets."""
        return "; ".join(
            f"{bound.told()} (it gets from {before:.4f} to {after:.4f})"
            for bound, before, after in zip(self.bounds, self.before, self.after, strict=True)
            if bound.slack(after) < 0
        )


@dataclass(frozen=True)
class Problem:
    """Bounds on the lists of some listeners, with all that could stand on them.

    given: what every group could get. asked: the groupings that bounds are about.
    """

    bounds: tuple[Bound, ...]
    among: Candidates
    given: Chances
    asked: Mapping[str, ProviderGroups]


def pose(
    matrix: Matrix,
    model: Als,
    constraints: Constraints,
    params: Evaluate,
    *,
    threads: int,
    listeners: Rows | None = None,
) -> Problem:
    """Pose the problem of lists of ten of the target; `BadRequest` for a group that isn't there.

    model: the fit on TRAIN; the validation part says what its listeners went on to play. listeners: rows;
    everybody without.
    """
    block, part = matrix.target, Part.TRAIN
    rows = np.arange(len(matrix.listeners)) if listeners is None else listeners
    known, truth = matrix.block(block, part)[rows], matrix.truth(block, part)[rows]
    groupings = provider_groupings(matrix, block, part, params)
    asked = {name: groupings[name] for name in constraints.groupings if name in groupings}
    if missing := set(constraints.groupings) - set(asked):
        raise BadRequest(f"nothing is known of the items' {min(missing)}: there are no groups to re-rank")
    given = provider_parity.chances(
        truth,
        known,
        {name: (of.names, of.membership) for name, of in asked.items()},
        bootstrap=Bootstrap(n_listeners=len(rows), resamples=0, seed=0),
        min_group=params.min_provider_group,
    )
    wanted = bounds(constraints, given)
    less = replace(model, listener_factors=model.listener_factors[rows])
    among = candidates(less, block, known, truth, given.member, k=HEADLINE, threads=threads)
    return Problem(wanted, among, given, asked)


def find(
    matrix: Matrix,
    model: Als,
    constraints: Constraints,
    params: Evaluate,
    *,
    threads: int,
    looked: Callable[[], None] = lambda: None,
) -> Found:
    """Find the multipliers for the problem that `pose` poses.

    `looked` is called with every set of lists that is looked at.
    """
    problem = pose(matrix, model, constraints, params, threads=threads)
    wanted, given = problem.bounds, problem.given
    without, reached = search(problem.among, wanted, free(wanted, given), k=HEADLINE, looked=looked)
    return Found(
        multipliers=_by_name(reached, problem.asked, given),
        bounds=wanted,
        before=without.values,
        after=reached.values,
        loss=reached.loss,
        kept=reached.kept,
    )


def lift(matrix: Matrix, model: Als, part: Part, multipliers: Multipliers, params: Evaluate) -> Als:
    """Re-rank the target of a model fitted on `part`, whose groups are those of what is played there."""
    groupings = provider_groupings(matrix, matrix.target, part, params)
    return model.lifted(matrix.target, bonus(multipliers, groupings))


def _by_name(reached: Reached, asked: Mapping[str, ProviderGroups], given: Chances) -> Multipliers:
    """Name the multipliers of groups; a group that was pooled with others has that of the pool."""
    named = {}
    for grouping, of in asked.items():
        pooling, at = given.pooled[grouping]
        values = np.round(pooling.merge @ reached.multipliers[at], DECIMALS)
        named[grouping] = dict(zip(of.names, map(float, values), strict=True))
    return named
