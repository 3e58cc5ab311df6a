"""The verdict on one candidate: its figures against the limits that its owners wrote down."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from fairtune.columns import OTHER, UNKNOWN
from fairtune.config.gate_limits import Gate, Place
from fairtune.errors import percent
from fairtune.evaluation.gate.metrics_file import Metrics, Path, Reading, names, read

BROKEN: Final = "so the limit counts as broken"


@dataclass(frozen=True)
class GateResult:
    """One limit, and whether it is kept.

    Attributes
    ----------
    name
        Of the gate, in words.
    metric
        Path of the figure in metrics.json, joined by dots.
    value
        The figure; None if missing.
    low
        Lower bound of its 95 % interval; None if missing.
    high
        Upper bound of it; None if missing.
    limit
        What the figure was held against; None if that is missing too.
    passed
        Whether the limit is kept; False where the figure is missing.
    reason
        One sentence for a reader who writes no code.
    """

    name: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    limit: float | None
    passed: bool
    reason: str


@dataclass(frozen=True)
class Verdict:
    """All gate results of one candidate.

    Attributes
    ----------
    gates
        A result for each limit.
    """

    gates: tuple[GateResult, ...]

    @property
    def passed(self) -> bool:
        """Return whether every limit is kept."""
        return all(gate.passed for gate in self.gates)

    @property
    def failed(self) -> tuple[GateResult, ...]:
        """Return the results of the limits that are broken."""
        return tuple(gate for gate in self.gates if not gate.passed)

    def to_json(self) -> dict[str, Any]:
        """Return what the verdict's file holds."""
        return {"passed": self.passed, "gates": [asdict(gate) for gate in self.gates]}

    @classmethod
    def from_json(cls, json: Metrics) -> Self:
        """Rebuild a verdict from what `to_json` returned."""
        return cls(tuple(GateResult(**gate) for gate in json["gates"]))


def verdict(metrics: Metrics, gate: Gate) -> Verdict:
    """Hold the figures of a candidate against every limit.

    Parameters
    ----------
    metrics
        What metrics.json holds.
    gate
        The limits, as params.yaml states them.

    Returns
    -------
    Verdict
        A result for each limit; a missing figure breaks its limit.
    """
    return Verdict(tuple(_results(metrics, gate)))


def _results(metrics: Metrics, gate: Gate) -> Iterator[GateResult]:
    yield _skill(metrics, gate.min_rmse_skill)
    for model in gate.beats:
        yield _beats(metrics, model)
    for parity, limits in (("dp", gate.max_dp_disparity), ("eo", gate.max_eo_disparity)):
        for written, limit in limits.items():
            yield _disparity(metrics, parity, Place.parse(written), limit)
    for written, limit in gate.min_eo_ratio.items():
        yield _served(metrics, Place.parse(written), limit)
    for written, limit in gate.min_share.items():
        yield _shown(metrics, Place.parse(written), limit)


def _skill(metrics: Metrics, limit: float) -> GateResult:
    name, path = "play prediction", ("rmse", "skill")
    skill = read(metrics, path)
    if skill is None:
        reason = f"How well plays are predicted was not measured, or could not be, {BROKEN}."
        return _missing(name, path, limit, reason)
    passed = skill.low > limit
    size = "smaller" if skill.value >= 0 else "larger"
    reason = (
        f"What listeners play is predicted with an error {percent(abs(skill.value))} {size} than by the "
        f"averages of listener and item; the whole interval, {percent(skill.low)} to {percent(skill.high)}, "
        f"{'is' if passed else 'should be, but is not,'} above {percent(limit)}."
    )
    return _result(name, path, skill, limit=limit, passed=passed, reason=reason)


def _beats(metrics: Metrics, model: str) -> GateResult:
    name, path, its_path = f"ranking against {model}", _ndcg("als"), _ndcg(model)
    ours, its = read(metrics, path), read(metrics, its_path)
    if ours is None or its is None:
        whose = "this model" if ours is None else model
        where, limit = (path, None if its is None else its.value) if ours is None else (its_path, None)
        reason = f"How good the first ten recommendations of {whose} are was not measured, {BROKEN}."
        return _missing(name, where, limit, reason)
    passed = ours.value >= its.value
    relation = "at least the" if passed else "which is less than the"
    reason = (
        f"The first ten recommendations score {ours.value:.3f} (nDCG@10), "
        f"{relation} {its.value:.3f} of {model}."
    )
    return _result(name, path, ours, limit=its.value, passed=passed, reason=reason)


def _disparity(metrics: Metrics, parity: str, place: Place, limit: float) -> GateResult:
    words, about = {
        "dp": ("demographic parity", "the chance of an item to be recommended"),
        "eo": ("equal opportunity", "the chance that an item listeners go on to play is recommended"),
    }[parity]
    name, path = f"{words} by {_grouping_words(place)}", (*_fairness("providers", place), f"{parity}@10")
    disparity = read(metrics, (*path, "disparity"))
    if disparity is None:
        return _missing(name, (*path, "disparity"), limit, _nothing_to_compare(metrics, path, "items"))
    passed = disparity.value <= limit
    reason = (
        f"{_opening(place, about)} varies between groups by {percent(disparity.value)} of its mean, "
        f"{'within the' if passed else 'more than the'} {percent(limit)} allowed{_extremes(metrics, path)}."
    )
    return _result(name, (*path, "disparity"), disparity, limit=limit, passed=passed, reason=reason)


def _served(metrics: Metrics, place: Place, limit: float) -> GateResult:
    name, path = (
        f"equal opportunity of listeners by {_grouping_words(place)}",
        (*_fairness("listeners", place), "eo@10"),
    )
    ratio = read(metrics, (*path, "ratio"))
    if ratio is None:
        return _missing(name, (*path, "ratio"), limit, _nothing_to_compare(metrics, path, "listeners"))
    passed = ratio.value >= limit
    relation = "at least the" if passed else "less than the"
    reason = (
        f"{_opening(place, 'the group served worst')} is shown {percent(ratio.value)} as much of what it "
        f"goes on to play as the group served best, {relation} {percent(limit)} required"
        f"{_extremes(metrics, path)}."
    )
    return _result(name, (*path, "ratio"), ratio, limit=limit, passed=passed, reason=reason)


def _shown(metrics: Metrics, place: Place, limit: float) -> GateResult:
    name, group = f"share of lists by {_grouping_words(place)}: {place.group}", place.group or ""
    groups: Path = (*_fairness("providers", place), "dp@10", "groups")
    path = (*groups, group, "share_recommended")
    share = read(metrics, path)
    if share is None:
        measured = ", ".join(names(metrics, groups)) or "none"
        reason = (
            f"How much of the lists goes to the group '{group}' by {place.grouping} was not measured, "
            f"{BROKEN}; groups that were: {measured}."
        )
        return _missing(name, path, limit, reason)
    passed = share.value >= limit
    reason = (
        f"{_opening(place, f'the group {group}')} has {percent(share.value)} of the places of all lists of "
        f"ten, {'at least the' if passed else 'less than the'} {percent(limit)} required."
    )
    return _result(name, path, share, limit=limit, passed=passed, reason=reason)


def _ndcg(model: str) -> Path:
    return ("ranking", model, "ndcg@10")


def _fairness(side: str, place: Place) -> Path:
    """Return the path of a grouping, for the target or for one of the item blocks beside it."""
    beside = () if place.block is None else ("also", place.block)
    return (*beside, "fairness", side, place.grouping)


def _grouping_words(place: Place) -> str:
    return place.grouping if place.block is None else f"{place.grouping}, lists of {_lists(place)}"


def _opening(place: Place, about: str) -> str:
    """Begin a sentence about the target's lists, or about those beside it, which it then names."""
    if place.block is not None:
        return f"In lists of {_lists(place)}, {about}"
    return about[0].upper() + about[1:]


def _lists(place: Place) -> str:
    return f"{place.block}s".replace("_", " ")


def _nothing_to_compare(metrics: Metrics, path: Path, whose: str) -> str:
    """Explain why there is no figure: nothing known of the grouping, or too few groups of it."""
    *way, grouping, _ = path
    groupings = names(metrics, way)
    if not groupings:
        return f"Nothing was measured for groups of {whose}, {BROKEN}."
    if grouping not in groupings:
        return (
            f"Nothing is known of {whose} by {grouping} in this data, {BROKEN}; "
            f"what they can be compared by: {', '.join(groupings)}."
        )
    if not names(metrics, path):
        return f"How alike groups of {whose} by {grouping} are treated was not measured, {BROKEN}."
    return (
        f"Fewer than two groups of {whose} by {grouping} are large enough and have anything to compare, "
        f"{BROKEN}."
    )


def _extremes(metrics: Metrics, path: Path) -> str:
    """Name the groups with the highest and the lowest rate, of those that have a name of their own."""
    rates = {
        name: rate.value
        for name in names(metrics, (*path, "groups"))
        if name not in {UNKNOWN, OTHER} and (rate := read(metrics, (*path, "groups", name, "rate")))
    }
    if len(rates) < 2:  # noqa: PLR2004 - with one group there is no highest and lowest
        return ""
    return f" (highest: {max(rates, key=rates.__getitem__)}, lowest: {min(rates, key=rates.__getitem__)})"


def _missing(name: str, path: Path, limit: float | None, reason: str) -> GateResult:
    return GateResult(name, ".".join(path), None, None, None, limit, passed=False, reason=reason)


def _result(name: str, path: Path, figure: Reading, *, limit: float, passed: bool, reason: str) -> GateResult:
    return GateResult(name, ".".join(path), figure.value, figure.low, figure.high, limit, passed, reason)
