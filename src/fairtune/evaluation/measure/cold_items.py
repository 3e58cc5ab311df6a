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
    """Judge lists of the columns of a block that nobody played in the part fitted.

    Parameters
    ----------
    model
        Whose scores rank them.
    block
        Of items.
    held
        What lists of `block` are judged by.
    ks
        Lengths of lists, 1 and above.
    bootstrap
        Of the listeners who are judged.
    threads
        Used to rank, 1 and above.

    Returns
    -------
    Json
        As "unplayed": the number of such columns (n_items), of those with factors, since something is known
        of them (n_described), and of pairs of the truth (n_truth); recall and nDCG at each k over listeners
        with such truth; and as "chance", what lists in random order can expect. Empty without such truth.
    """
    columns = np.flatnonzero(held.audience == 0)
    truth = csr_array(held.truth[:, columns])
    if not truth.nnz:
        return {}
    rows = np.flatnonzero(np.diff(truth.indptr))
    lists = np.full((truth.shape[0], max(ks)), ranking.NOTHING, dtype=np.int32)
    lists[rows] = ranking.rank(
        held.scored(lambda some: model.scores(some, block)[:, columns]),
        csr_array(truth.shape, dtype=np.int8),  # nobody knows any of them
        max(ks),
        listeners=rows,
        threads=threads,
    )
    accuracies = accuracy.per_listener(lists, truth, ks)
    wanted = {f"{name}@{k}": accuracies[f"{name}@{k}"] for name in ("recall", "ndcg") for k in ks}
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
    """Compute the accuracy to expect of lists in random order.

    Parameters
    ----------
    truth
        Listeners x columns, shape (n, columns), a stored cell a hit.
    ks
        Lengths of lists, 1 and above.

    Returns
    -------
    dict[str, Floats]
        "recall@k" and "ndcg@k", (n,) each, 0..1; NaN where a listener's truth is empty.

    Notes
    -----
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
