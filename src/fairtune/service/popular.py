"""The list for somebody of whom nothing is known: what most listeners play, in balance between regions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.service.settings import MAX_N
from fairtune.service.snapshot import Snapshot


def popular(snapshot: Snapshot, block: BlockName, n: int) -> list[dict[str, Any]]:
    """Return the most played items as entries of a list.

    Every region of artists has, at each length of the list, the places that its share of all listening
    calls for; within a region items stand by their number of listeners.

    Parameters
    ----------
    snapshot
        The model.
    block
        Of the items.
    n
        Length of the list, up to `MAX_N`.

    Returns
    -------
    list
        Entries as `Recommendation.as_dict` has them; `score` is the share of listeners who play an item,
        `because` and `new` are null: nothing is known of who asks.
    """
    release = snapshot.release
    columns = release.once(
        f"popular {block}", lambda: balanced(release.listeners(block), snapshot.regions(block), MAX_N)
    )
    items, total = release.columns(block), len(release.listener_ids)
    below = snapshot.recommender.emerging_below(block)
    entries = []
    for rank, column in enumerate(columns[:n], start=1):
        listeners = int(items.listeners[column])
        entries.append(
            {
                "rank": rank,
                "item_id": items.ids[column],
                "name": items.names[column],
                "artist": items.artists[column] if items.artists else None,
                "score": round(listeners / total, 6),
                "why": f"popular: {listeners:,} of {total:,} listeners play it",
                "because": None,
                "new": None,
                "emerging": listeners < below,
                "listeners": listeners,
            }
        )
    return entries


def balanced(listeners: NDArray[np.int64], groups: Sequence[str], n: int) -> list[int]:
    """Choose the most played columns so that each group has its share of the places.

    Each place goes to the group that is furthest behind its share of all listening and has columns left.

    Parameters
    ----------
    listeners
        Of each column, (n_columns,).
    groups
        Of each column, (n_columns,).
    n
        Places.

    Returns
    -------
    list
        Columns, at most `n`, each once; none that nobody plays.
    """
    left: dict[str, list[int]] = {}
    for column in (-listeners).argsort(kind="stable").tolist():
        if listeners[column] > 0:
            left.setdefault(groups[column], []).append(column)
    total = max(int(listeners.sum()), 1)
    share = {group: float(listeners[columns].sum()) / total for group, columns in left.items()}
    taken = dict.fromkeys(left, 0)
    chosen: list[int] = []
    while len(chosen) < n:
        open_groups = [group for group, columns in left.items() if taken[group] < len(columns)]
        if not open_groups:
            break
        place = len(chosen) + 1
        group = max(open_groups, key=lambda each: (share[each] * place - taken[each], share[each]))
        chosen.append(left[group][taken[group]])
        taken[group] += 1
    return chosen
