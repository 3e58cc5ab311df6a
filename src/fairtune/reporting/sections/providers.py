"""Section: whose music is recommended: artists by region, items by popularity."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from fairtune.columns import OTHER, UNKNOWN
from fairtune.evaluation.gate.metrics_file import branch
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import Estimate, Group, estimate, extremes, groups
from fairtune.reporting.elements.section import Exhibit, Section
from fairtune.reporting.sections import exposure as sections_exposure
from fairtune.reporting.sections import group_rates
from fairtune.reporting.sections.group_rates import Measure

EQUAL: Final = 1.05
"""Below this ratio of rates two groups are called equal."""
_TITLES: Final = {"region": "artists' region", "country": "artists' country"}
_KINDS: Final = ("region", "country", "tier", "emerging", "artist_gender")
_TIERS: Final = ("head", "middle", "tail")
_LAST: Final = {OTHER: 1, UNKNOWN: 2}
LEAST: Final = "lowest rate as a share of the highest"
_Spreads = dict[str, Estimate | None]


def section(metrics: Mapping[str, Any], *, target: str, min_group: int) -> Section | None:
    """Show each provider grouping of the target twice, as shares and as rates; None if there is none."""
    exhibits = _exhibits(metrics, target=target, min_group=min_group)
    if not exhibits:
        return None
    return Section(
        name="providers",
        title="Whose music is recommended",
        short="Music",
        lead=(
            "Two questions are asked for every group of artists. Is what a listener has not heard yet "
            "equally likely to be recommended (equal exposure, or demographic parity)? And when a listener "
            "will in fact play something, is it equally likely to be in the list (equal chance, or equal "
            "opportunity)?"
        ),
        exhibits=exhibits,
        notes=unknown(branch(metrics, "fairness", "providers"), labels.noun(target)),
    )


def unknown(groupings: Mapping[str, Any], whose: str) -> tuple[str, ...]:
    """Note of how many the group is not known, by grouping; empty where all are known."""
    shares = {kind: estimate(facts, "share_unknown") for kind, facts in groupings.items()}
    missing = [
        f"the {labels.grouping(kind)} of {numbers.percent(share.value)} of {whose}"
        for kind, share in shares.items()
        if share and share.value
    ]
    if not missing:
        return ()
    return (
        f"Not known: {numbers.listed(missing)}. They are shown apart, and no group is compared with them.",
    )


def beside(metrics: Mapping[str, Any], block: str, *, target: str, min_group: int) -> Section | None:
    """Show the regions of another block of items that is ranked: the artists beside the music types."""
    ranked = branch(metrics, "also", block)
    exhibits = _exhibits(ranked, target=block, min_group=min_group, only="region", suffix=f"-{block}")
    if not exhibits:
        return None
    items, score = labels.noun(block), estimate(ranked, "ranking", "als", "ndcg@10")
    scored = f" They score {numbers.interval(score)} on nDCG@10." if score else ""
    return Section(
        name=f"beside-{block}",
        title=f"The {items} beside the {labels.noun(target)}",
        short=numbers.sentence(items),
        lead=f"The same model also ranks {items}. Their lists of ten are judged in the same way.{scored}",
        exhibits=exhibits,
    )


def _exhibits(
    metrics: Mapping[str, Any], *, target: str, min_group: int, only: str = "", suffix: str = ""
) -> tuple[Exhibit, ...]:
    groupings = branch(metrics, "fairness", "providers")
    exhibits: list[Exhibit | None] = []
    for kind in sorted(
        groupings, key=lambda kind: (_KINDS.index(kind) if kind in _KINDS else len(_KINDS), kind)
    ):
        if only and kind != only:
            continue
        parity, opportunity = branch(groupings, kind, "dp@10"), branch(groupings, kind, "eo@10")
        order, name = _order(parity), f"{kind}{suffix}"
        by = _TITLES.get(kind, labels.grouping(kind))
        exhibits.append(
            sections_exposure.exhibit(kind, parity, order, name=f"shares-{name}", by=by, target=target)
        )
        exposed, found_in = (
            {group.name: group for group in groups(measure, min_group=min_group)}
            for measure in (parity, opportunity)
        )
        names = [group for group in order if group in exposed and group in found_in]
        if names:
            pair = [exposed[group] for group in names], [found_in[group] for group in names]
            spreads = _spreads(parity), _spreads(opportunity)
            exhibits.append(_rates(kind, *pair, spreads, name=f"rates-{name}", by=by, target=target))
    return tuple(exhibit for exhibit in exhibits if exhibit)


def _spreads(measure: Mapping[str, Any]) -> _Spreads:
    return {
        "disparity (0: all groups alike)": estimate(measure, "disparity"),
        LEAST: estimate(measure, "ratio"),
    }


def _order(measure: Mapping[str, Any]) -> list[str]:
    """Put tiers from head to tail, regions by share of listening; what is pooled or unknown at the end."""

    def place(name: str) -> tuple[int, float, str]:
        listening = estimate(measure, "groups", name, "share_listening")
        rank = float(_TIERS.index(name)) if name in _TIERS else -(listening.value if listening else 0.0)
        return _LAST.get(name, 0), rank, name

    return sorted(branch(measure, "groups"), key=place)


def _rates(
    kind: str,
    exposed: list[Group],
    found: list[Group],
    spreads: tuple[_Spreads, _Spreads],
    *,
    name: str,
    by: str,
    target: str,
) -> Exhibit:
    sentences = (exposure(kind, exposed, target, spreads[0][LEAST]), _chance(kind, found, target))
    return group_rates.exhibit(
        (
            Measure("Exposure", "not yet heard", exposed, spreads[0]),
            Measure("Chance", "played later", found, spreads[1]),
        ),
        kind=kind,
        name=name,
        title=f"Exposure and chance by {by}",
        reading=" ".join(filter(None, sentences)) or "There are too few groups to compare.",
    )


def exposure(kind: str, rated: Iterable[Group], target: str, ratio: Estimate | None = None) -> str:
    """Compare the groups most and least often recommended, in a sentence.

    Parameters
    ----------
    kind
        Grouping that the groups are of.
    rated
        The groups, each with its rate.
    target
        Block that is recommended.
    ratio
        Lowest rate over highest, for its interval.

    Returns
    -------
    str
        Empty if there are too few groups.
    """
    ends = extremes(rated)
    if ends is None:
        return ""
    most, least = (labels.provider(kind, group.name, target) for group in ends)
    high, low = (group.rate for group in ends)
    if low.value and high.value / low.value < EQUAL:
        return "What nobody had heard yet is recommended about equally often from every group."
    if not low.value:
        return f"{numbers.sentence(least)} {labels.verb(least, 'are', 'is')} never recommended."
    how = f"{numbers.times(high.value / low.value)} as often as {least}"
    sure = group_rates.doubt(high, low) or _sure(ratio)
    what = f"{most} {labels.verb(most, 'are', 'is')} recommended {how}{sure}"
    return f"Item for item, {what}."


def times(ratio: Estimate | None) -> str:
    """Turn the interval of lowest over highest into "1.2 to 1.4 times"; empty without one."""
    if ratio is None or not ratio.low or not ratio.high or ratio.low == ratio.high:
        return ""
    return f"{numbers.times(1 / ratio.high).removesuffix(' times')} to {numbers.times(1 / ratio.low)}"


def _sure(ratio: Estimate | None) -> str:
    return f" (95{numbers.THIN}% sure: {span})" if (span := times(ratio)) else ""


def _chance(kind: str, rated: Iterable[Group], target: str) -> str:
    ends = extremes(rated)
    if ends is None:
        return ""
    most, least = (labels.provider(kind, group.name, target) for group in ends)
    high, low = (group.rate for group in ends)
    if low.value and high.value / low.value < EQUAL:
        return "What listeners will play has about the same chance to be found in every group."
    return (
        f"Of what listeners went on to play, the lists had {numbers.percent(high.value)} of {most} "
        f"and {numbers.percent(low.value)} of {least}{group_rates.doubt(high, low)}."
    )
