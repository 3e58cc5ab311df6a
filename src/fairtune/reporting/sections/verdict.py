"""The head of the page: the verdict as traffic lights, and the handful of figures that sum it up."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fairtune.evaluation.gate.metrics_file import branch
from fairtune.evaluation.gate.summary import status
from fairtune.evaluation.gate.verdict import GateResult, Verdict
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import Estimate, Group, estimate, extremes, groups
from fairtune.reporting.sections import accuracy, baselines, gate_advice, group_rates, providers

__all__ = ["Light", "Tile", "lights", "status", "summary", "tiles"]

_AGAINST: Final = "ranking against "
_TITLES: Final = {
    "play prediction": "Better at predicting play counts than averages",
    _AGAINST: "More accurate than",
    "demographic parity by ": "Equal exposure by",
    "equal opportunity by ": "Equal chance by",
    "equal opportunity of listeners by ": "Listeners served alike by",
    "share of lists by ": "Room in the lists for",
}


class Light(NamedTuple):
    """One gate, shown by sign and word, never by colour alone."""

    kept: bool
    title: str
    sentence: str
    figure: str
    limit: str
    certainty: str = ""
    remedy: str = ""


class Tile(NamedTuple):
    """A figure worth remembering, what it is, and its interval."""

    figure: str
    meaning: str
    interval: str


def lights(
    verdict: Verdict,
    metrics: Mapping[str, Any],
    *,
    target: str,
    min_group: int,
    min_provider_group: int,
) -> tuple[Light, ...]:
    """Return a light for each gate, in the order of the verdict, with what it would take to pass."""

    def light(gate: GateResult) -> Light:
        least = min_provider_group if ".providers." in f".{gate.metric}" else min_group
        needed = gate_advice.remedy(gate, metrics, _show(gate), min_group=least, target=target)
        return _light(gate)._replace(remedy=needed)

    return tuple(light(gate) for gate in verdict.gates)


def _light(gate: GateResult) -> Light:
    show = _show(gate)
    figure = "no figure" if gate.value is None else show(gate.value)
    side = (
        "at most" if gate_advice.ceiling(gate) else "above" if gate.metric.endswith("skill") else "at least"
    )
    limit = "" if gate.limit is None else f"{side} {show(gate.limit)}"
    sure = "" if "interval" in gate.reason else gate_advice.certainty(gate, show)
    return Light(gate.passed, _title(gate.name), _in_words(gate), figure, limit, sure)


def _show(gate: GateResult) -> gate_advice.Show:
    return numbers.plain if "ndcg" in gate.metric else numbers.tenths


def _title(name: str) -> str:
    """Name a gate in words: 'ranking against item_knn' -> 'More accurate than similar items (kNN)'.

    Of lists beside the target's: 'equal opportunity by tier, lists of artists'.
    """
    for start, title in _TITLES.items():
        if name.startswith(start):
            about, _, group = name.removeprefix(start).strip().partition(": ")
            kind, comma, lists = about.partition(",")
            named = labels.model(kind) if start == _AGAINST else labels.grouping(kind)
            named = labels.provider(kind, group, "") if group else named
            return f"{title} {named}{comma}{lists}".strip()
    return numbers.sentence(name)


def _in_words(gate: GateResult) -> str:
    """Name models and groups in the sentence as the rest of the page does."""
    reason = re.sub(r"(\d) %", rf"\1{numbers.THIN}%", gate.reason)
    rival = gate.name.removeprefix(_AGAINST)
    if rival != gate.name:
        reason = reason.replace(f" of {rival}.", f" of {labels.model(rival)}.")
    kind = gate.metric.rpartition("providers.")[2].rpartition("listeners.")[2].partition(".")[0]
    group = gate.metric.rpartition(".groups.")[2].rpartition(".")[0]
    if ".groups." in gate.metric:
        reason = re.sub(
            rf"([Tt]he group) {re.escape(group)}\b",
            lambda it: f"{it[1]} {labels.group(kind, group)!r}",
            reason,
        )
    return re.sub(
        r"\(highest: (.*), lowest: (.*)\)",
        lambda ends: f"(highest: {labels.group(kind, ends[1])}, lowest: {labels.group(kind, ends[2])})",
        reason,
    )


def summary(metrics: Mapping[str, Any], *, target: str, min_group: int) -> str:
    """Write in up to three sentences how accurate and how even-handed the model is.

    Of the blocks ranked beside the target, the one with the widest gap is named, if that is wider than the
    target's own.
    """
    rival = accuracy.best_alternative(metrics)
    sentences = []
    if rival and rival.its.value > rival.ours.value:
        sentences.append(baselines.contest(metrics))
    elif rival:
        lists, doubt = f"Lists of ten {labels.noun(target)}", group_rates.doubt(rival.ours, rival.its)
        sentences.append(f"{lists} are {rival.lead} than those of the best alternative, {rival.name}{doubt}.")
    beside = {block: _regions(figures, min_group) for block, figures in branch(metrics, "also").items()}
    own, widest = _regions(metrics, min_group), max(beside, key=lambda block: _gap(beside[block]), default="")
    sentences.append(providers.exposure("region", own, target, _ratio(metrics)))
    if widest and _gap(beside[widest]) > _gap(own):
        second = providers.exposure("region", beside[widest], widest, _ratio(branch(metrics, "also", widest)))
        sentences.append(numbers.sentence(second.removeprefix("Item for item, ") if own else second))
    return " ".join(sentence for sentence in sentences if sentence)


def _regions(figures: Mapping[str, Any], min_group: int) -> tuple[Group, ...]:
    return groups(branch(figures, "fairness", "providers", "region", "dp@10"), min_group=min_group)


def _ratio(figures: Mapping[str, Any]) -> Estimate | None:
    return estimate(figures, "fairness", "providers", "region", "dp@10", "ratio")


def _gap(rated: tuple[Group, ...]) -> float:
    """Return how many times as often the first group is recommended as the last; 0 if there are too few."""
    ends = extremes(rated)
    if ends is None:
        return 0.0
    most, least = (group.rate.value for group in ends)
    return most / least if least else float("inf")


def tiles(metrics: Mapping[str, Any], *, target: str, min_group: int) -> tuple[Tile, ...]:
    """Return the figures that exist, the most telling first."""
    items = labels.noun(target)
    candidates = (
        _hit(metrics, items),
        _advantage(metrics),
        _exposure(metrics, min_group),
        _skill(metrics),
        _coverage(metrics, items),
        _tail(metrics, items),
    )
    return tuple(tile for tile in candidates if tile)


def _hit(metrics: Mapping[str, Any], items: str) -> Tile | None:
    hit = estimate(metrics, "ranking", "als", "hit@10")
    if hit is None:
        return None
    meaning = f"of listeners find at least one of the {items} they went on to play in a list of ten"
    return Tile(numbers.percent(hit.value), meaning, numbers.interval_only(hit, numbers.percent))


def _advantage(metrics: Mapping[str, Any]) -> Tile | None:
    rival = accuracy.best_alternative(metrics)
    if rival is None:
        return None
    share, _, direction = rival.lead.partition("% ")
    scores = f"nDCG@10: {numbers.plain(rival.ours.value)} against {numbers.plain(rival.its.value)}"
    return Tile(f"{share}%", f"{direction} than the best alternative, {rival.name}", scores)


def _exposure(metrics: Mapping[str, Any], min_group: int) -> Tile | None:
    ends = extremes(_regions(metrics, min_group))
    if ends is None or not ends[1].rate.value:
        return None
    most, least = (labels.region(group.name) for group in ends)
    ratio = numbers.times(ends[0].rate.value / ends[1].rate.value)
    meaning = f"as many recommendations for music not yet heard from {most} as from {least}"
    span = providers.times(_ratio(metrics))
    return Tile(ratio, meaning, f"{span}; 1 would be equal" if span else "1 would be equal")


def _skill(metrics: Mapping[str, Any]) -> Tile | None:
    skill = estimate(metrics, "rmse", "skill")
    if skill is None:
        return None
    word = "smaller" if skill.value >= 0 else "larger"
    predicted = "how much" if metrics.get("counts") else "what"
    meaning = f"{word} error in predicting {predicted} somebody plays than averages alone (RMSE)"
    return Tile(numbers.percent(abs(skill.value)), meaning, numbers.interval_only(skill, numbers.percent))


def _coverage(metrics: Mapping[str, Any], items: str) -> Tile | None:
    coverage = estimate(metrics, "ranking", "als", "coverage@10")
    if coverage is None:
        return None
    return Tile(numbers.percent(coverage.value), f"of all {items} are recommended to somebody", "")


def _tail(metrics: Mapping[str, Any], items: str) -> Tile | None:
    tail = branch(metrics, "fairness", "providers", "tier", "dp@10", "groups", "tail")
    recommended, listening = estimate(tail, "share_recommended"), estimate(tail, "share_listening")
    if recommended is None or listening is None:
        return None
    meaning = f"of recommendations are {items} of the long tail"
    return Tile(
        numbers.percent(recommended.value),
        meaning,
        f"they have {numbers.percent(listening.value)} of listening",
    )
