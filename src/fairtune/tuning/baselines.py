"""A fair chance for every alternative: a small grid of its settings, tried on the validation part.

Only accuracy counts: an alternative stands for what the field would do instead, and the fairness limits are
ours. What it costs in fairness is shown beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from math import isfinite, prod
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.sparse import csr_array

from fairtune.columns import Part
from fairtune.config.alternatives import Grid
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.weights import popularity_balance
from fairtune.metrics.ranking import Rows
from fairtune.models.base import Alternative, Scores
from fairtune.models.baselines import catalogue

if TYPE_CHECKING:
    from fairtune.tuning.trials import Judged

BETA: Final = "beta"
"""The setting that needs no fit of its own: it multiplies the scores of columns."""
Judge = Callable[[Callable[[Rows], Scores]], "Judged"]


@dataclass(frozen=True)
class Tuned:
    """The most accurate settings of an alternative.

    Attributes
    ----------
    settings
        By name.
    judged
        What a fit with them was worth.
    tried
        Number of settings that were tried.
    """

    settings: catalogue.Settings
    judged: "Judged"
    tried: int

    def to_json(self) -> dict[str, Any]:
        """Return what `alternatives.json` holds; eo is null where no group found anything."""
        judged = self.judged
        return {
            "settings": dict(self.settings),
            "ndcg@10": judged.ndcg,
            "dp": judged.dp,
            "eo": judged.eo if isfinite(judged.eo) else None,
            "tried": self.tried,
        }


def fits(grids: Mapping[str, Grid]) -> int:
    """Count the fits of `tune`: what a progress bar needs."""
    return sum(prod(map(len, grid.values())) for grid in grids.values())


def tune(
    matrix: Matrix,
    grids: Mapping[str, Grid],
    judge: Judge,
    *,
    seed: int,
    threads: int,
    finished: Callable[[], None] = lambda: None,
) -> dict[str, Tuned]:
    """Try every combination of every grid, fitted on TRAIN.

    Parameters
    ----------
    matrix
        What the alternatives are fitted on.
    grids
        By model, the values to try of each setting.
    judge
        Judges the scores of a fit.
    seed
        Of fits that draw.
    threads
        For fits that can use several.
    finished
        Called after each fit.

    Returns
    -------
    dict[str, Tuned]
        By model, the settings with the highest nDCG@10, of equals the first.
    """
    played, best = matrix.block(matrix.target, Part.TRAIN), {}
    for name, grid in grids.items():
        balances = grid.get(BETA, (None,))
        others = {setting: values for setting, values in grid.items() if setting != BETA}
        tried = []
        for values in product(*others.values()):
            settings = dict(zip(others, values, strict=True))
            model = catalogue.fit(name, matrix, Part.TRAIN, settings, seed=seed, threads=threads)
            for beta in balances:
                if beta is None:
                    tried.append((settings, judge(model.scores)))
                else:
                    tried.append((settings | {BETA: beta}, judge(_balanced(model, played, float(beta)))))
                finished()
        settings, judged = max(tried, key=lambda pair: pair[1].ndcg)
        best[name] = Tuned(settings, judged, tried=len(tried))
    return best


def _balanced(model: Alternative, plays: csr_array, beta: float) -> Callable[[Rows], Scores]:
    """Scores of a fit without a popularity balance, with one: what a fit with it would give."""
    multipliers = popularity_balance(plays, beta)
    return lambda rows: np.asarray(model.scores(rows) * multipliers)
