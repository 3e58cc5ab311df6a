"""The verdict on one candidate: its figures against the limits that its owners wrote down."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from fairtune.columns import OTHER, UNKNOWN
from fairtune.params import Gate

Metrics = Mapping[str, Any]
Path = tuple[str, ...]


@dataclass(frozen=True)
class GateResult:
    """One limit and what became of it.

    metric: where the figure stands in metrics.json. value, low, high: the figure and its interval, None if
    missing. limit: what it was held against. reason: one sentence for a reader who writes no code.
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
    """All gate results of one candidate."""

    gates: tuple[GateResult, ...]

    @property
    def passed(self) -> bool:
        return all(gate.passed for gate in self.gates)

    @property
    def failed(self) -> tuple[GateResult, ...]:
        return tuple(gate for gate in self.gates if not gate.passed)

    def to_json(self) -> dict[str, Any]:
        return {"passed": self.passed, "gates": [asdict(gate) for gate in self.gates]}

    @classmethod
    def from_json(cls, json: Metrics) -> Self:
        return cls(tuple(GateResult(**gate) for gate in json["gates"]))


@dataclass(frozen=True)
class Reading:
    """A figure of metrics.json."""

    value: float
    low: float
    high: float


def read(metrics: Metrics, path: Path) -> Reading | None:
    """Give the figure at `path`; None where it is missing or undefined (null)."""
    node = _at(metrics, path)
    if not isinstance(node, Mapping) or any(node.get(key) is None for key in ("value", "low", "high")):
        return None
    return Reading(node["value"], node["low"], node["high"])


def verdict(metrics: Metrics, gate: Gate) -> Verdict:
    """Hold `metrics` (see metrics.json) against every limit of `gate`; a missing figure breaks its limit."""
    return Verdict(tuple(_results(metrics, gate)))


def _results(metrics: Metrics, gate: Gate) -> Iterator[GateResult]:
    yield _skill(metrics, gate.min_rmse_skill)
    for model in gate.beats:
        yield _beats(metrics, model)
    for parity, about, limits in (
        ("dp", "The chance of an item to be recommended", gate.max_dp_disparity),
        ("eo", "The chance that an item listeners go on to play is recommended", gate.max_eo_disparity),
    ):
        for grouping, limit in limits.items():
            yield _disparity(metrics, parity, about, grouping, limit)
    for grouping, limit in gate.min_eo_ratio.items():
        yield _served(metrics, grouping, limit)


def _skill(metrics: Metrics, limit: float) -> GateResult:
    name, path = "play prediction", ("rmse", "skill")
    skill = read(metrics, path)
    if skill is None:
        return _missing(name, path, limit)
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
    if ours is None:
        return _missing(name, path, None if its is None else its.value)
    if its is None:
        return _missing(name, its_path, None)
    passed = ours.value >= its.value
    relation = "at least the" if passed else "which is less than the"
    reason = (
        f"The first ten recommendations score {ours.value:.3f} (nDCG@10), "
        f"{relation} {its.value:.3f} of {model}."
    )
    return _result(name, path, ours, limit=its.value, passed=passed, reason=reason)


def _disparity(metrics: Metrics, parity: str, about: str, grouping: str, limit: float) -> GateResult:
    words = {"dp": "demographic parity", "eo": "equal opportunity"}
    name, path = f"{words[parity]} by {grouping}", (*_fairness("providers", grouping), f"{parity}@10")
    disparity = read(metrics, (*path, "disparity"))
    if disparity is None:
        return _missing(name, (*path, "disparity"), limit)
    passed = disparity.value <= limit
    reason = (
        f"{about} varies between groups by {percent(disparity.value)} of its mean, "
        f"{_within(passed)} {percent(limit)} allowed{_extremes(metrics, path)}."
    )
    return _result(name, (*path, "disparity"), disparity, limit=limit, passed=passed, reason=reason)


def _served(metrics: Metrics, grouping: str, limit: float) -> GateResult:
    name, path = f"equal opportunity of listeners by {grouping}", (*_fairness("listeners", grouping), "eo@10")
    ratio = read(metrics, (*path, "ratio"))
    if ratio is None:
        return _missing(name, (*path, "ratio"), limit)
    passed = ratio.value >= limit
    relation = "at least the" if passed else "less than the"
    reason = (
        f"The group served worst is shown {percent(ratio.value)} as much of what it goes on to play as the "
        f"group served best, {relation} {percent(limit)} required{_extremes(metrics, path)}."
    )
    return _result(name, (*path, "ratio"), ratio, limit=limit, passed=passed, reason=reason)


def _ndcg(model: str) -> Path:
    return ("ranking", model, "ndcg@10")


def _fairness(side: str, grouping: str) -> Path:
    """Where a grouping stands; "also.artist.region" names one of the item blocks beside the target."""
    *block, name = grouping.split(".")
    return (*block, "fairness", side, name)


def _extremes(metrics: Metrics, path: Path) -> str:
    """Name the groups with the highest and the lowest rate, of those that have a name of their own."""
    groups = _at(metrics, (*path, "groups"))
    rates = {
        name: rate.value
        for name in sorted(groups if isinstance(groups, Mapping) else ())
        if name not in {UNKNOWN, OTHER} and (rate := read(metrics, (*path, "groups", name, "rate")))
    }
    if len(rates) < 2:  # noqa: PLR2004 - with one group there is no highest and lowest
        return ""
    return f" (highest: {max(rates, key=rates.__getitem__)}, lowest: {min(rates, key=rates.__getitem__)})"


def _within(passed: bool) -> str:
    return "within the" if passed else "more than the"


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _at(metrics: Metrics, path: Sequence[str]) -> object:
    node: object = metrics
    for step in path:
        node = node.get(step) if isinstance(node, Mapping) else None
    return node


def _missing(name: str, path: Path, limit: float | None) -> GateResult:
    metric = ".".join(path)
    reason = f"There is no figure for this: {metric} is missing or undefined, so the limit counts as broken."
    return GateResult(name, metric, None, None, None, limit, passed=False, reason=reason)


def _result(name: str, path: Path, figure: Reading, *, limit: float, passed: bool, reason: str) -> GateResult:
    return GateResult(name, ".".join(path), figure.value, figure.low, figure.high, limit, passed, reason)
