"""Demographic parity and equal opportunity between provider groups.

g: a group of items; sums over listeners u (Zhu, Wang, Caverlee, SIGIR 2020):

dp@k rate  P(R|g)     = sum_u |top_k(u) in g| / sum_u |new(u) in g|   chance of an item not played before
eo@k rate  P(R|g,y=1) = sum_u |hits(u) in g| / sum_u |truth(u) in g|  chance of an item that will be played

On listener-item pairs with whole memberships the two are fairlearn's selection rate and true positive rate by
group.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.metrics import sparse_pairs
from fairtune.metrics.bootstrap import Bootstrap, Figure, Floats, divided, figures
from fairtune.metrics.fairness.disparity import spread, spread_to_json
from fairtune.metrics.fairness.pooling import Pooling, pool
from fairtune.metrics.ranking import Lists
from fairtune.metrics.rounding import significant

Json = dict[str, Any]
Membership = tuple[Sequence[str], NDArray[np.float64] | csr_array]
"""Names of groups of items, and (n_items, len(names)): rows sum to 1."""


@dataclass(frozen=True)
class Chances:
    """What every group could get, whatever is recommended: counted once, for all models that are compared.

    Attributes
    ----------
    pooled
        By grouping, its groups after pooling, and their columns in what follows.
    member
        Shape (n_items, g), memberships of all groupings side by side.
    size
        Shape (g,), effective number of items.
    wanted
        Shape (n, n_items), ones where an item is in the truth.
    sums
        Shape (1 + resamples, 3, g): known, new and truth; row 0 is the value, the others its resamples.
    bootstrap
        Resamples of the n listeners.
    """

    pooled: Mapping[str, tuple[Pooling, slice]]
    member: Floats
    size: Floats
    wanted: csr_array
    sums: Floats
    bootstrap: Bootstrap


def chances(
    truth: csr_array,
    known: csr_array,
    groupings: Mapping[str, Membership],
    *,
    bootstrap: Bootstrap,
    min_group: int,
) -> Chances:
    """Count what the groups have to gain.

    Parameters
    ----------
    truth
        Shape (n, n_items), what is held out; every stored cell counts.
    known
        Shape (n, n_items), the same listeners, row by row: what lists are masked with.
    groupings
        Memberships of the items by name of the grouping.
    bootstrap
        Resamples of the n listeners.
    min_group
        A group is small, and pooled, if its shares sum to fewer items.

    Returns
    -------
    Chances
        Of the groups of all groupings.
    """
    pooled, members, start = {}, [np.empty((known.shape[1], 0))], 0
    for grouping, (names, membership) in groupings.items():
        pooling = pool(names, np.asarray(membership.sum(axis=0), dtype=np.float64).ravel(), min_group)
        pooled[grouping] = pooling, slice(start, start + len(pooling.names))
        members.append(np.asarray(membership @ pooling.merge))
        start += len(pooling.names)
    member = np.hstack(members)
    size = member.sum(axis=0)
    played = sparse_pairs.ones(known) @ member
    new = np.round(size - played, 9)  # shares that cancel leave 1e-16 behind: nothing, not a chance
    wanted = sparse_pairs.ones(truth)
    sums = _sums([played, new, wanted @ member], bootstrap)
    return Chances(pooled, member, size, wanted, sums, bootstrap)


def compare(lists: Lists, chances: Chances, ks: Sequence[int], *, groups: bool = True) -> dict[str, Json]:
    """Compare the groups by what lists recommend of them.

    Parameters
    ----------
    lists
        Shape (n, at least max(ks)), row by row the listeners of `chances`.
    chances
        What the groups could get.
    ks
        Lengths at which lists are cut, 1 and above.
    groups
        Whether the result holds each group; without them only how far they are apart: enough to
        compare models by.

    Returns
    -------
    dict[str, Json]
        {grouping: {"dp@10": {difference, ratio, disparity, groups: {name: {rate, share_..., n}}}, ...}}.
        Figures are JSON; a rate that is 0/0 is null. n: (effective) items of the group. share_catalogue: of
        the items. share_listening: of the known pairs, one listener and one item each. share_recommended: of
        the places of all lists.
    """
    columns = []
    for k in ks:
        listed = sparse_pairs.listed(lists[:, :k], len(chances.member))
        columns += [listed @ chances.member, listed.multiply(chances.wanted) @ chances.member]
    by_k = _sums(columns, chances.bootstrap)
    results: dict[str, Json] = {}
    for grouping, (pooling, at) in chances.pooled.items():
        listening, new, wanted = chances.sums[:, :, at].transpose(1, 0, 2)
        size, by_list = chances.size[at], by_k[:, :, at].transpose(1, 0, 2)
        of_catalogue = [Figure.exact(float(share)) for share in divided(size, size.sum())]
        of_listening = _figures(_shares(listening)) if groups else []
        results[grouping] = {}
        for k, recommended, hits in zip(ks, by_list[::2], by_list[1::2], strict=True):
            of_places = _figures(_shares(recommended)) if groups else []
            for name, rates in (("dp", divided(recommended, new)), ("eo", divided(hits, wanted))):
                result: Json = spread_to_json(spread(rates[0], rates[1:], pooling.compared))
                if groups:
                    shown = {
                        "rate": _figures(rates),
                        "share_catalogue": of_catalogue,
                        "share_listening": of_listening,
                        "share_recommended": of_places,
                    }
                    result["groups"] = _by_group(pooling.names, size, shown)
                results[grouping][f"{name}@{k}"] = result
    return results


def _sums(columns: Sequence[Floats], bootstrap: Bootstrap) -> Floats:
    """Add up arrays (n, g) over listeners: (1 + resamples, len(columns), g), row 0 the sum of all."""
    if not columns:
        return np.empty((bootstrap.resamples + 1, 0, 0))
    stacked = np.hstack(columns)
    sums = np.vstack([stacked.sum(axis=0, keepdims=True), bootstrap.sums(stacked)])
    return sums.reshape(len(sums), len(columns), -1)


def _shares(sums: Floats) -> Floats:
    return divided(sums, sums.sum(axis=1, keepdims=True))


def _figures(values: Floats) -> list[Figure]:
    """Combine each column into a figure: row 0 is the value, the others its resamples."""
    return figures(values[0], values[1:])


def _by_group(names: Sequence[str], sizes: Floats, shown: Mapping[str, Sequence[Figure]]) -> Json:
    return {
        name: {key: by_group[i].to_json() for key, by_group in shown.items()} | {"n": _number(sizes[i])}
        for i, name in enumerate(names)
    }


def _number(size: float) -> float:
    return int(size) if float(size).is_integer() else significant(size)
