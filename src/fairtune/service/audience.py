"""Whom an item reaches, through what, and which emerging items reach most: counted in lists for everybody."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.service import items
from fairtune.service.snapshot import Snapshot
from fairtune.serving import ranked_rows, requests
from fairtune.serving.sparse_rows import SparseRows

LISTED: Final = 10
"""Places of the lists that are counted."""
ASKED: Final = 50
"""Listeners whose reasons are looked at."""
NAMED: Final = 8
"""Reasons and music types that are named."""


def audience(snapshot: Snapshot, block: BlockName, column: int) -> dict[str, Any]:
    """Count how often an item is recommended, in lists of ten for all listeners of the model.

    The lists of a block are made when the first item of it is asked about: seconds, once a version.

    Parameters
    ----------
    snapshot
        The model.
    block
        Of the item.
    column
        Of the item.

    Returns
    -------
    dict
        The item; `lists`: listeners that get it; `share_of_lists`, 0..1; `ranks`: lists by rank, from 1;
        `plays`: listeners who play it; `recommended_per_player`: lists over these, null if nobody plays it.
    """
    ranks = _counts(snapshot, block)[column].tolist()
    about = items.summary(snapshot, block, column)
    lists, players = sum(ranks), int(about["listeners"])
    return {
        "item": about,
        "lists": lists,
        "share_of_lists": round(lists / max(len(snapshot.release.listener_ids), 1), 6),
        "ranks": ranks,
        "plays": players,
        "recommended_per_player": round(lists / players, 6) if players else None,
    }


def reached(snapshot: Snapshot, block: BlockName, column: int) -> dict[str, Any]:
    """Describe the listeners that an item is recommended to, and what brings it onto their lists.

    Parameters
    ----------
    snapshot
        The model.
    block
        Of the item.
    column
        Of the item.

    Returns
    -------
    dict
        `types`: the music types that these listeners play most, each with its mean share of their own
        listening, `reached`, and of that of all listeners, `all`, both 0..1; `reasons`: what the item is
        recommended because of, and on how many lists; `asked`: the lists whose reasons were looked at, spread
        evenly over all.
    """
    rows = np.flatnonzero((_lists(snapshot, block) == column).any(axis=1))
    if not len(rows):
        return {"types": [], "reasons": [], "asked": 0}
    asked = rows[np.unique(np.linspace(0, len(rows) - 1, min(ASKED, len(rows))).round().astype(int))]
    return {
        "types": _types(snapshot, rows),
        "reasons": _reasons(snapshot, block, column, asked),
        "asked": len(asked),
    }


def emerging(snapshot: Snapshot, block: BlockName, n: int) -> list[dict[str, Any]]:
    """Return the emerging items that are recommended most, with `lists`: how many listeners get them."""
    lists = _counts(snapshot, block).sum(axis=1)
    lists[~snapshot.recommender.emerging(block)] = 0
    best = (-lists).argsort(kind="stable")[:n].tolist()
    return [
        {**items.summary(snapshot, block, column), "lists": int(lists[column])}
        for column in best
        if lists[column] > 0
    ]


def share_emerging(snapshot: Snapshot, block: BlockName) -> dict[str, float]:
    """Return the share of emerging items in the places, in what is played and in the catalogue, 0..1."""
    few, listeners = snapshot.recommender.emerging(block), snapshot.release.listeners(block)
    lists = _counts(snapshot, block).sum(axis=1)
    amounts = {"places": lists, "played": listeners, "items": np.ones(len(few))}
    return {name: float(each[few].sum() / max(each.sum(), 1)) for name, each in amounts.items()}


def _lists(snapshot: Snapshot, block: BlockName) -> NDArray[np.int32]:
    """Return the columns on everybody's list, (n_listeners, LISTED); -1 where it is shorter."""
    return snapshot.release.once(f"lists of {block}", lambda: _ranked(snapshot, block))


def _ranked(snapshot: Snapshot, block: BlockName) -> NDArray[np.int32]:
    rows = np.arange(len(snapshot.release.listener_ids))
    lists = [columns for _, columns, _ in ranked_rows.ranked(snapshot.release, rows, LISTED, block)]
    return np.concatenate([np.empty((0, LISTED), np.int64), *lists]).astype(np.int32)


def _counts(snapshot: Snapshot, block: BlockName) -> NDArray[np.int64]:
    """Count for each column and rank how many lists have it there: (n_columns, LISTED)."""
    listed = _lists(snapshot, block)
    counts = np.zeros((snapshot.release.width(block), LISTED), dtype=np.int64)
    row, rank = np.nonzero(listed >= 0)
    np.add.at(counts, (listed[row, rank], rank), 1)
    return counts


def _types(snapshot: Snapshot, rows: NDArray[np.int64]) -> list[dict[str, Any]]:
    release = snapshot.release
    if BlockName.MUSIC_TYPE not in release.blocks:
        return []
    cells, names = release.plays(BlockName.MUSIC_TYPE), release.columns(BlockName.MUSIC_TYPE).names
    everybody, some = _shares(cells), _shares(cells.take(rows))
    best = (-some).argsort(kind="stable")[:NAMED].tolist()
    return [
        {
            "name": names[column],
            "reached": round(float(some[column]), 6),
            "all": round(float(everybody[column]), 6),
        }
        for column in best
        if some[column] > 0
    ]


def _shares(plays: SparseRows) -> NDArray[np.float64]:
    """Return the mean over listeners of the shares of their own listening, (n_columns,)."""
    rows, (n_rows, n_columns) = plays.row_of_cell, plays.shape
    totals = np.bincount(rows, weights=plays.data, minlength=n_rows)
    own = np.bincount(plays.indices, weights=plays.data / totals[rows], minlength=n_columns)
    return np.asarray(own / max(int((totals > 0).sum()), 1))


def _reasons(
    snapshot: Snapshot, block: BlockName, column: int, rows: NDArray[np.int64]
) -> list[dict[str, Any]]:
    release, item_id = snapshot.release, snapshot.release.columns(block).ids[column]
    counted: Counter[str] = Counter()
    askers = (requests.known_listener(release, release.listener_ids[row]) for row in rows.tolist())
    for listed in snapshot.recommender.for_all(askers, n=LISTED, kind=block, strict=False):
        entry = next((each for each in listed.items if each.item_id == item_id), None)
        if entry is not None:
            counted.update(_because(entry.reason.as_dict()))
    most = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:NAMED]
    return [{"name": name, "lists": lists} for name, lists in most]


def _because(reason: Mapping[str, Any]) -> list[str]:
    names = [str(each["name"]) for each in reason["listening"]]
    return [*names, *(["friends who play it"] if reason.get("friends") else []), *reason.get("traits", ())]
