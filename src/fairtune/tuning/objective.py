"""What the search optimises: point estimates of one fit, from lists of ten."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from fairtune.columns import GENDER, REGION, BlockName, Part
from fairtune.config.sections import HEADLINE, Evaluate
from fairtune.matrix import listener_groups, listener_sample, provider_groups
from fairtune.matrix.listener_groups import Labels
from fairtune.matrix.matrix import Matrix
from fairtune.metrics import accuracy, ranking
from fairtune.metrics.bootstrap import Bootstrap, Floats
from fairtune.metrics.fairness import listener_parity, provider_parity
from fairtune.metrics.fairness.provider_parity import Chances
from fairtune.metrics.ranking import Lists, Rows
from fairtune.models.als.model import Als
from fairtune.models.base import Scores
from fairtune.tuning.trials import Judged

LISTENER_GROUPINGS: Final = (REGION, GENDER, "age_band")
"""Who listeners are; how much and what they play is no group that somebody belongs to."""
NDCG, RECALL = f"ndcg@{HEADLINE}", f"recall@{HEADLINE}"


@dataclass(frozen=True)
class Objective:
    """What every fit is judged by, worked out once.

    Attributes
    ----------
    target
        The block that is ranked.
    known
        Listeners x target columns, what lists are masked with.
    truth
        Listeners x target columns, what is held out.
    chances
        Of artist regions.
    labels
        By grouping of listeners, shape (n_listeners,).
    min_group
        Groups of fewer listeners are pooled.
    listeners
        Rows of the listeners who are judged, (n_judged,); None: all.
    """

    target: BlockName
    known: csr_array
    truth: csr_array
    chances: Chances
    labels: Mapping[str, Labels]
    min_group: int
    listeners: Rows | None = None

    def judge(self, scores: Callable[[Rows], Scores], *, threads: int) -> Judged:
        """Judge the lists that scores lead to.

        Parameters
        ----------
        scores
            Scores of the target's columns for some rows, shape (len(rows), n_columns), higher is better.
        threads
            For ranking.

        Returns
        -------
        Judged
            Accuracy and fairness of lists of ten.
        """
        return self._judge(scores, threads=threads)[0]

    def judge_model(self, model: Als, *, threads: int) -> Judged:
        """Judge the lists of a factorisation."""
        return self.judge_each(model, threads=threads)[0]

    def judge_each(self, model: Als, *, threads: int) -> tuple[Judged, Floats]:
        """Judge the lists of a factorisation; beside that, nDCG of each listener, NaN without truth: (n,)."""
        return self._judge(lambda rows: model.scores(rows, self.target), threads=threads)

    def _judge(self, scores: Callable[[Rows], Scores], *, threads: int) -> tuple[Judged, Floats]:
        of = self.listeners
        some = scores if of is None else lambda rows: scores(of[rows])
        lists = ranking.rank(some, self.known, HEADLINE, threads=threads)
        figures = accuracy.per_listener(lists, self.truth, [HEADLINE])
        dp, eo = self._apart(lists)
        served = self._served(figures[RECALL])
        each = figures[NDCG]
        return Judged.rounded(ndcg=float(np.nanmean(each)), dp=dp, eo=eo, served=served), each

    def _apart(self, lists: Lists) -> tuple[float, float]:
        apart = provider_parity.compare(lists, self.chances, [HEADLINE], groups=False)[REGION]
        dp, eo = (apart[f"{what}@{HEADLINE}"]["disparity"]["value"] for what in ("dp", "eo"))
        if dp is None:  # no two regions are known: nothing to be unfair between
            return 0.0, 0.0
        return dp, np.inf if eo is None else eo

    def _served(self, recall: Floats) -> float:
        point = Bootstrap(n_listeners=len(recall), resamples=0, seed=0)
        ratios = []
        for labels in self.labels.values():
            by_group = listener_parity.grouped(
                {RECALL: recall}, labels, bootstrap=point, min_group=self.min_group
            )
            ratios.append(listener_parity.compare(by_group, {"eo": RECALL})["eo"]["ratio"]["value"])
        return min((ratio for ratio in ratios if ratio is not None), default=1.0)


def prepare(
    matrix: Matrix, part: Part, params: Evaluate, *, listeners: int | None = None, seed: int = 0
) -> Objective:
    """Prepare to judge fits on one part of the plays by what is held out from it.

    Parameters
    ----------
    matrix
        Plays of all parts.
    part
        What is fitted on; TRAIN is judged by the validation part.
    params
        Groups of listeners, and sizes below which groups are pooled.
    listeners
        How many listeners are judged at the most, a sample stratified by `LISTENER_GROUPINGS`; None: all.
    seed
        Of the sample.

    Returns
    -------
    Objective
        The same for every fit on the part.
    """
    block = matrix.target
    known, truth = matrix.block(block, part), matrix.truth(block, part)
    regions = provider_groups.regions(matrix, block, part)
    labels = listener_groups.label(matrix, part, age_bands=params.age_bands, countries=params.countries)
    labels = {name: labels[name] for name in LISTENER_GROUPINGS if name in labels}
    rows = listener_sample.draw(labels, known.shape[0], listeners, seed=seed)
    if rows is not None:
        known, truth = known[rows], truth[rows]
        labels = {name: of[rows] for name, of in labels.items()}
    return Objective(
        target=block,
        known=known,
        truth=truth,
        chances=provider_parity.chances(
            truth,
            known,
            {REGION: (regions.names, regions.membership)},
            bootstrap=Bootstrap(n_listeners=known.shape[0], resamples=0, seed=0),
            min_group=params.min_provider_group,
        ),
        labels=labels,
        min_group=params.min_group,
        listeners=rows,
    )


def judge(matrix: Matrix, part: Part, model: Als, params: Evaluate, *, threads: int) -> Judged:
    """Judge one fit on `part`; whoever judges several prepares an `Objective` once."""
    return prepare(matrix, part, params).judge_model(model, threads=threads)
