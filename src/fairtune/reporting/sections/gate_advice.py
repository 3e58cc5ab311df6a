"""How sure the verdict on one limit is, and what it would take to keep a limit that is broken."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fairtune.evaluation.gate.metrics_file import branch
from fairtune.evaluation.gate.verdict import GateResult
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import Estimate, Group, extremes, groups

CEILINGS: Final = ("disparity", "difference")
"""Figures that a limit holds down; every other one is held up."""
Show = Callable[[float], str]


def ceiling(gate: GateResult) -> bool:
    """Return whether the limit is the most that the figure may be, rather than the least."""
    return gate.metric.rpartition(".")[2] in CEILINGS


def certainty(gate: GateResult, show: Show) -> str:
    """Write how sure the verdict is with other listeners; empty if the figure has no interval."""
    if None in (gate.value, gate.low, gate.high, gate.limit) or gate.low == gate.high:
        return ""
    figure = Estimate(*(float(bound) for bound in (gate.value, gate.low, gate.high) if bound is not None))
    span, limit = numbers.interval_only(figure, show), float(gate.limit or 0.0)
    inside = (figure.high or 0.0) <= limit if ceiling(gate) else (figure.low or 0.0) >= limit
    outside = (figure.low or 0.0) > limit if ceiling(gate) else (figure.high or 0.0) < limit
    if inside:
        return f"The whole 95{numbers.THIN}% interval, {span}, is within the limit."
    if outside:
        return f"The whole 95{numbers.THIN}% interval, {span}, is outside of the limit: this is not chance."
    if gate.passed:
        return f"It is close: the 95{numbers.THIN}% interval, {span}, reaches beyond the limit."
    return f"It is close: the 95{numbers.THIN}% interval, {span}, reaches to both sides of the limit."


def remedy(gate: GateResult, metrics: Mapping[str, Any], show: Show, *, min_group: int, target: str) -> str:
    """Write how far a broken limit is from being kept; empty for one that is kept or has no figure."""
    if gate.passed or gate.value is None or gate.limit is None:
        return ""
    if gate.value >= gate.limit and not ceiling(gate):  # the whole interval was asked for
        short = gate.limit - (gate.value if gate.low is None else gate.low)
        return (
            f"To pass, its whole interval has to lie above {show(gate.limit)}: "
            f"{show(short)} more is what is missing."
        )
    way = "fall" if ceiling(gate) else "rise"
    by = f", by {numbers.percent(abs(1 - gate.limit / gate.value))} of what it is" if gate.value > 0 else ""
    distance = f"To pass, it has to {way} from {show(gate.value)} to {show(gate.limit)}{by}."
    path = gate.metric.split(".")
    block = path[1] if path[0] == "also" else target
    rated = groups(branch(metrics, *path[:-1]), min_group=min_group)
    ends = extremes(rated)
    if ends is None or len(path) < 3:  # noqa: PLR2004 - side, grouping, measure
        return distance
    kind = path[-3]
    if "providers" in path and ceiling(gate):
        return f"{distance} {_closer(rated, ends, kind, block, gate)}"
    if "listeners" in path and path[-1] == "ratio":
        return f"{distance} {_catching_up(ends, kind, block, gate.limit)}"
    return distance


def _closer(
    rated: tuple[Group, ...], ends: tuple[Group, Group], kind: str, block: str, gate: GateResult
) -> str:
    """Shrink all distances from the mean rate by one factor, which does the same to the disparity."""
    compared = [group.rate.value for group in rated if group.compared]
    mean = sum(compared) / len(compared)
    factor = (gate.limit or 0.0) / (gate.value or 1.0)
    scale, unit = numbers.rate_unit(compared)
    show = numbers.to_digits(rate * scale for rate in compared)
    high, low = (
        f"{show((mean + factor * (group.rate.value - mean)) * scale)} "
        f"{labels.provider(kind, group.name, block)} instead of {show(group.rate.value * scale)}"
        for group in ends
    )
    base = "that listeners go on to play" if ".eo@" in gate.metric else "that are not yet heard"
    return (
        f"If all groups moved towards the average alike, lists would hold, {unit} {base}, {high} and {low}."
    )


def _catching_up(ends: tuple[Group, Group], kind: str, block: str, limit: float) -> str:
    best, worst = ends
    needed = numbers.tenths(limit * best.rate.value)
    return (
        f"The lists of {labels.listener(kind, worst.name)} would have to hold {needed} of the "
        f"{labels.noun(block)} that they go on to play, instead of {numbers.tenths(worst.rate.value)}, while "
        f"those of {labels.listener(kind, best.name)} stay at {numbers.tenths(best.rate.value)}."
    )
