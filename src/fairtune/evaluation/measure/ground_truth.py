"""What the lists of one block are judged by, worked out once for all models."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.columns import BlockName, Part
from fairtune.config.sections import Evaluate
from fairtune.evaluation.measure.item_profiles import profiles
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.provider_groups import (
    EMERGENCE,
    EMERGING,
    TIER,
    TIERS,
    ProviderGroups,
    provider_groupings,
)
from fairtune.metrics import beyond_accuracy
from fairtune.metrics.bootstrap import Bootstrap
from fairtune.metrics.fairness import provider_parity
from fairtune.metrics.fairness.provider_parity import Chances
from fairtune.metrics.ranking import Rows
from fairtune.models.base import Scores

PART = Part.TRAIN_VALID


@dataclass(frozen=True)
class HeldOut:
    """What lists of one block are judged by.

    Attributes
    ----------
    known
        Listeners x columns, what lists are masked with.
    truth
        Of the same shape, ones: what the test part holds.
    groupings
        Of the columns, by name.
    chances
        What the groups of those groupings could get.
    traits
        (n_columns, 3), as `TRAITS` names them: bits of self-information, share in the tail, share of emerging
        artists.
    profiles
        Content features of the columns, for diversity; None where there are none.
    audience
        (n_columns,), listeners of each column in the part fitted.
    rows
        Rows of the listeners who are judged, (n_judged,): those of `known` and `truth`; None: all. What is
        said of columns is of all listeners.
    """

    known: csr_array
    truth: csr_array
    groupings: dict[str, ProviderGroups]
    chances: Chances
    traits: NDArray[np.float64]
    profiles: csr_array | None
    audience: NDArray[np.intp]
    rows: Rows | None = None

    def scored(self, scores: Callable[[Rows], Scores]) -> Callable[[Rows], Scores]:
        """Return a model's scores by rows of `known` instead of rows of all listeners."""
        rows = self.rows
        return scores if rows is None else lambda some: scores(rows[some])


TRAITS = ("novelty", "tail_share", "emerging_share")


def held_out(
    matrix: Matrix, block: BlockName, params: Evaluate, bootstrap: Bootstrap, *, rows: Rows | None = None
) -> HeldOut:
    """Collect what lists of a block are judged by, for fits on train and validation.

    Parameters
    ----------
    matrix
        With a test part, which the truth comes from.
    block
        Of items.
    params
        `evaluate` of params.yaml.
    bootstrap
        Of the listeners who are judged.
    rows
        Who is judged, (n_judged,), ascending; None: all listeners of `matrix`.

    Returns
    -------
    HeldOut
        The same for all models.
    """
    everybody, truth = matrix.block(block, PART), matrix.truth(block, PART)
    known = everybody
    if rows is not None:
        known, truth = everybody[rows], truth[rows]
    groupings = provider_groupings(matrix, block, PART, params)
    tail = groupings[TIER].membership[:, TIERS.index("tail")]
    if EMERGENCE in groupings:
        emerging = groupings[EMERGENCE].membership[:, EMERGING.index("emerging")]
    else:  # no artist is known: undefined, not 0
        emerging = np.full(known.shape[1], np.nan)
    return HeldOut(
        known=known,
        truth=truth,
        groupings=groupings,
        chances=provider_parity.chances(
            truth,
            known,
            {name: (groups.names, groups.membership) for name, groups in groupings.items()},
            bootstrap=bootstrap,
            min_group=params.min_provider_group,
        ),
        traits=np.column_stack([beyond_accuracy.bits(everybody), tail, emerging]),
        profiles=profiles(matrix, block),
        audience=np.bincount(everybody.indices, minlength=everybody.shape[1]),
        rows=rows,
    )
