"""How fair the served version was when it was judged, and whom an item reaches now."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from fairtune.columns import BlockName
from fairtune.evaluation.gate.metrics_file import branch
from fairtune.service import items
from fairtune.service.snapshot import Snapshot
from fairtune.serving import ranked_rows

SIDES: Final = {"items": "providers", "listeners": "listeners"}
"""What the answer calls groups -> where metrics.json has them."""
LISTED: Final = 10
"""Places of the lists that an audience is counted in."""
UNKNOWN: Final = "unknown"


def fairness(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return DP and EO between groups, with their intervals.

    Parameters
    ----------
    metrics
        What metrics.json of the version holds.

    Returns
    -------
    dict
        "target", "n_listeners"; "items" and "listeners": by grouping and measure ("dp@10", "eo@10", ...) the
        spreads, the groups' rates, and which group has the highest and the lowest; "unknown": share of the
        items whose group nobody knows, by grouping.
    """
    answer: dict[str, Any] = {
        "target": metrics.get("target"),
        "n_listeners": metrics.get("n_listeners"),
        "unknown": {},
    }
    for side, key in SIDES.items():
        groupings = branch(metrics, "fairness", key)
        answer[side] = {
            grouping: {
                measure: {**parity, **_extremes(parity["groups"])}
                for measure, parity in measures.items()
                if isinstance(parity, Mapping) and "groups" in parity
            }
            for grouping, measures in groupings.items()
        }
        if side == "items":
            for grouping, measures in groupings.items():
                answer["unknown"][grouping] = branch(measures, "share_unknown").get("value")
    return answer


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
    counts = snapshot.release.once(f"audience of {block}", lambda: _counted(snapshot, block))
    ranks = counts[column].tolist()
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


def _counted(snapshot: Snapshot, block: BlockName) -> np.ndarray:
    """Count for each column and rank how many lists have it there: (n_columns, LISTED)."""
    release = snapshot.release
    counts = np.zeros((release.width(block), LISTED), dtype=np.int64)
    for _, columns, _ in ranked_rows.ranked(release, np.arange(len(release.listener_ids)), LISTED, block):
        row, rank = np.nonzero(columns >= 0)
        np.add.at(counts, (columns[row, rank], rank), 1)
    return counts


def _extremes(groups: Mapping[str, Any]) -> dict[str, Any]:
    """Name the groups with the highest and the lowest rate among the known ones."""
    rates = {
        name: facts["rate"]["value"]
        for name, facts in groups.items()
        if name != UNKNOWN and facts["rate"]["value"] is not None
    }
    if len(rates) < 2:  # noqa: PLR2004 - a comparison takes two
        return {"highest": None, "lowest": None}
    return {"highest": max(rates, key=rates.__getitem__), "lowest": min(rates, key=rates.__getitem__)}
