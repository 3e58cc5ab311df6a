"""What the search looks at: two point estimates of one fit."""

import numpy as np

from fairtune import groups
from fairtune.columns import REGION, Part
from fairtune.matrix import Matrix
from fairtune.metrics import accuracy, providers, ranking
from fairtune.metrics.bootstrap import Bootstrap
from fairtune.models.als import Als
from fairtune.params import HEADLINE, Evaluate
from fairtune.tuning import Judged


def judge(matrix: Matrix, part: Part, model: Als, params: Evaluate, *, threads: int) -> Judged:
    """nDCG@10 and the worst DP or EO disparity between artist regions: point estimates for the search."""
    block = matrix.target
    known, truth = matrix.block(block, part), matrix.truth(block, part)
    lists = ranking.rank(lambda rows: model.scores(rows, block), known, HEADLINE, threads=threads)
    ndcg = accuracy.per_listener(lists, truth, [HEADLINE])[f"ndcg@{HEADLINE}"]
    of = groups.regions(matrix, block, part)
    chances = providers.chances(
        truth,
        known,
        {REGION: (of.names, of.membership)},
        bootstrap=Bootstrap(n_listeners=len(lists), resamples=0, seed=0),
        min_group=params.min_provider_group,
    )
    apart = providers.compare(lists, chances, [HEADLINE], groups=False)[REGION]
    dp, eo = (apart[f"{what}@{HEADLINE}"]["disparity"]["value"] for what in ("dp", "eo"))
    if dp is None:  # no two regions are known: nothing to be unfair between
        return Judged(ndcg=float(np.nanmean(ndcg)), disparity=0.0)
    return Judged(ndcg=float(np.nanmean(ndcg)), disparity=np.inf if eo is None else max(dp, eo))
