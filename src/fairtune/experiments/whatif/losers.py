"""Who loses by a re-ranking: groups whose figures fall by more than chance."""

from collections.abc import Iterator, Mapping
from typing import Any

from fairtune.columns import COUNTRY
from fairtune.config.sections import HEADLINE
from fairtune.reporting.elements import labels, numbers

NDCG = f"ndcg@{HEADLINE}"
NAMED = 8
LEAST = 0.0005
"""Share of all places that a group has to lose to be named: less reads as 0.0 %."""


def sentences(effect: Mapping[str, Any], target: str, *, named: int | None = NAMED) -> list[str]:
    """Return a line for each group that loses, listeners first, by how much; none if nobody does.

    Parameters
    ----------
    effect
        What a re-ranking changes.
    target
        Block of the lists.
    named
        Groups of listeners that are named, those who lose most; None: all.

    Returns
    -------
    list
        Sentences without a full stop.
    """
    listeners = sorted(_listeners(effect))
    lines = [sentence for _, sentence in listeners[:named]]
    if len(listeners) > len(lines):
        lines.append(f"and {len(listeners) - len(lines)} more groups of listeners; --json has them all")
    return lines + list(_providers(effect, target))


def _listeners(effect: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """Yield relative change and sentence of every group that loses; countries stand behind their region."""
    for kind, groups in effect["listeners"].items():
        for name, group in groups.items():
            change = group[NDCG]["change"]
            if kind != COUNTRY and change["high"] is not None and change["high"] < 0:
                before, after = (group[NDCG][when]["value"] for when in ("before", "after"))
                moved = f"{numbers.plain(before)} to {numbers.plain(after)}"
                yield after / before - 1, f"{labels.listener(kind, name)}: nDCG@{HEADLINE} {moved}"


def _providers(effect: Mapping[str, Any], target: str) -> Iterator[str]:
    for kind, groups in effect["providers"].items():
        for name, group in groups.items():
            if not group["compared"]:
                continue
            lost = []
            before, after = (group["places"][when]["value"] for when in ("before", "after"))
            if None not in (before, after) and before - after >= LEAST:
                lost.append(f"{numbers.tenths(before)} to {numbers.tenths(after)} of the places")
            change = group["found"]["change"]
            if change["high"] is not None and change["high"] < 0:
                was, now = (numbers.tenths(group["found"][when]["value"]) for when in ("before", "after"))
                lost.append(f"{was} to {now} of what listeners go on to play is found")
            if lost:
                yield f"{labels.provider(kind, name, target)}: {'; '.join(lost)}"
