"""Items that nobody played in the part fitted, ranked among themselves: what their content alone finds.

Among all items such lists would tell little: what nobody has played competes there with what many have.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from fairtune.columns import BlockName
from fairtune.evaluation.measure.ground_truth import HeldOut
from fairtune.metrics import accuracy, ranking
from fairtune.metrics.bootstrap import Bootstrap, Floats
from fairtune.models.als.model import Als

Json = dict[str, Any]


def figures(
    model: Als, block: BlockName, held: HeldOut, ks: Sequence[int], bootstrap: Bootstrap, *, threads: int
) -> Json:
    """Judge lists of the columns of `block` without a listener, as "unplayed"; nothing without truth there.

    n_items: such columns. n_described: those that something is known of, so that they have factors. n_truth:
    pairs of the truth. chance: what lists in random order can expect. Listeners without such truth are left
    out.
    """
    columns = np.flatnonzero(held.audience == 0)
    truth = csr_array(held.truth[:, columns])
    if not truth.nnz:
        return {}
    rows = np.flatnonzero(np.diff(truth.indptr))
    lists = np.full((truth.shape[0], max(ks)), ranking.NOTHING, dtype=np.int32)
    lists[rows] = ranking.rank(
        lambda some: model.scores(some, block)[:, columns],
        csr_array(truth.shape, dtype=np.int8),  # nobody knows any of them
        max(ks),
        listeners=rows,
        threads=threads,
    )
    found = accuracy.per_listener(lists, truth, ks)
    wanted = {f"{name}@{k}": found[f"{name}@{k}"] for name in ("recall", "ndcg") for k in ks}
    described = np.any(model.column_factors[block][columns] != 0, axis=1)
    means = {name: figure.to_json() for name, figure in bootstrap.means(wanted).items()}
    by_chance = {name: figure.to_json() for name, figure in bootstrap.means(chance(truth, ks)).items()}
    counted = {
        "n_items": len(columns),
        "n_described": int(described.sum()),
        "n_truth": int(truth.nnz),
    }
    return {"unplayed": counted | means | {"chance": by_chance}}


def chance(truth: csr_array, ks: Sequence[int]) -> dict[str, Floats]:
    """Give what a list in random order of all columns expects: arrays (n,), NaN where the truth is empty.

    Each place holds one of the truth T with probability |T| / columns: recall@k is min(k, columns) / columns,
    nDCG@k the sum of 1/log2(r+1) over those places times that probability, over that of min(k, |T|) hits.
    """
    size = np.diff(truth.indptr).astype(np.float64)
    size[size == 0] = np.nan
    n = truth.shape[1]
    expected = {}
    for k in ks:
        gains = np.cumsum(1 / np.log2(np.arange(2, k + 2)))
        possible = np.nan_to_num(np.minimum(size, k), nan=1).astype(np.intp)
        expected[f"recall@{k}"] = size / size * min(k, n) / n
        expected[f"ndcg@{k}"] = size / n * gains[min(k, n) - 1] / gains[possible - 1]
    return expected
