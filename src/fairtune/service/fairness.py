"""How fair the served version was when it was judged."""

from collections.abc import Mapping
from typing import Any, Final

from fairtune.evaluation.gate.metrics_file import branch

SIDES: Final = {"items": "providers", "listeners": "listeners"}
"""What the answer calls groups -> where metrics.json has them."""
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
