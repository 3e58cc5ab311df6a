"""Section: who gets good recommendations: listeners by region, gender, age and activity."""

from collections.abc import Mapping, Sequence
from typing import Any

from fairtune.columns import OTHER, TASTE, UNKNOWN
from fairtune.evaluation.gate.metrics_file import branch
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import Group, estimate, extremes, groups
from fairtune.reporting.elements.section import Exhibit, Section
from fairtune.reporting.sections import group_rates, own_region
from fairtune.reporting.sections.group_rates import Measure
from fairtune.reporting.sections.providers import EQUAL, LEAST, unknown

_ORDER = ("region", "country", "gender", "age_band", "activity", "mainstreamness")
_STEPS = {
    "activity": ("less active", "active", "most active"),
    "mainstreamness": ("niche", "mixed", "mainstream"),
}
_MORE = (("hit@10", "hit rate", numbers.tenths), ("mrr@10", "MRR@10", numbers.plain))
_LAST = {OTHER: 1, UNKNOWN: 2}


def section(metrics: Mapping[str, Any], *, items: str, min_group: int) -> Section | None:
    """Show a picture for each listener grouping that the data set knows of; None if there is none."""
    groupings = {  # tastes have a section of their own
        kind: figures for kind, figures in branch(metrics, "fairness", "listeners").items() if kind != TASTE
    }
    kinds = sorted(groupings, key=lambda kind: (_ORDER.index(kind) if kind in _ORDER else len(_ORDER), kind))
    exhibits = tuple(
        exhibit
        for kind in kinds
        if (
            exhibit := _exhibit(
                kind,
                branch(groupings, kind),
                branch(metrics, "ranking_of_listeners", kind),
                items=items,
                min_group=min_group,
            )
        )
    )
    own = own_region.exhibit(metrics)
    exhibits = (*exhibits, own) if own else exhibits
    if not exhibits:
        return None
    return Section(
        name="listeners",
        title="Who gets good recommendations",
        short="Listeners",
        lead=(
            "A service can be accurate on average and still let some of its listeners down. Here the same "
            "lists are judged for each group of listeners: how much of what they went on to play was in "
            "the list, and how near its top."
        ),
        exhibits=exhibits,
        notes=unknown(groupings, "listeners"),
    )


def _exhibit(
    kind: str, measures: Mapping[str, Any], ranking: Mapping[str, Any], *, items: str, min_group: int
) -> Exhibit | None:
    recall = {group.name: group for group in groups(branch(measures, "eo@10"), min_group=min_group)}
    scored = {group.name: group for group in groups(branch(measures, "dp_ndcg@10"), min_group=min_group)}
    names = _in_order(kind, [name for name in recall if name in scored])
    if not names:
        return None
    recalled, ranked = [recall[name] for name in names], [scored[name] for name in names]
    more = {
        title: {name: numbers.interval(estimate(ranking, name, key), show) for name in names}
        for key, title, show in _MORE
        if any(key in branch(ranking, name) for name in names)
    }
    spreads = (
        {LEAST: estimate(measures, "eo@10", "ratio")},
        {LEAST: estimate(measures, "dp_ndcg@10", "ratio")},
    )
    return group_rates.exhibit(
        (
            Measure("Found", "played later", recalled, spreads[0]),
            Measure("nDCG@10: higher is better", "", ranked, spreads[1]),
        ),
        more=more,
        kind=kind,
        name=f"listeners-{kind}",
        title=f"Listeners by {labels.grouping(kind)}",
        reading=reading(kind, recalled, items),
    )


def _in_order(kind: str, names: list[str]) -> list[str]:
    if kind in _STEPS:
        steps = _STEPS[kind]
        return sorted(names, key=lambda name: steps.index(name) if name in steps else len(steps))
    if kind == "age_band":
        return sorted(names, key=lambda name: (name in _LAST, not name.startswith("under"), name))
    if kind == "country":
        return sorted(names, key=lambda name: (_LAST.get(name, 0), labels.group(kind, name)))
    return names


def reading(kind: str, rated: Sequence[Group], items: str) -> str:
    """Write which group is served best and which worst."""
    ends = extremes(rated)
    if ends is None:
        return "Too little is known of these listeners to compare them."
    best, worst = ends
    who, whom = (labels.listener(kind, group.name) for group in ends)
    if worst.rate.value and best.rate.value / worst.rate.value < EQUAL:
        return "All of these groups are served about equally well."
    return (
        f"For {who} the lists held {numbers.percent(best.rate.value)} of the {items} they went on to play, "
        f"for {whom}, {numbers.percent(worst.rate.value)}{group_rates.doubt(best.rate, worst.rate)}."
    )
