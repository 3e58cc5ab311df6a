"""The options of `fairtune whatif`, as constraints on groups that exist."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from fairtune.config.gate_limits import PROVIDER_GROUPINGS
from fairtune.config.reranking_bounds import Constraints
from fairtune.errors import BadRequest

Groups = Mapping[str, Sequence[str]]
"""Grouping -> names of its groups, as they are judged."""


def constraints(
    min_share: Sequence[str], dp: float | None, eo: float | None, *, by: str, groups: Groups
) -> Constraints:
    """Check what is asked for; `BadRequest` says what is wrong with it.

    min_share: "<group>=<share>" or "<grouping>.<group>=<share>". dp, eo: the most that the disparity by
    grouping `by` may be.
    """
    if not min_share and dp is None and eo is None:
        raise BadRequest(
            "whatif: say what lists should keep: --min-share, --max-dp-disparity or --max-eo-disparity"
        )
    shares = dict(_share(written, groups) for written in min_share)
    try:
        return Constraints(
            min_share=shares,
            max_dp_disparity={} if dp is None else {by: dp},
            max_eo_disparity={} if eo is None else {by: eo},
        )
    except ValidationError as error:
        first = error.errors()[0]
        option = f"--{str(first['loc'][0]).replace('_', '-')}"
        raise BadRequest(f"whatif: {option}: {first['msg'].removeprefix('Value error, ')}") from error


def _share(written: str, groups: Groups) -> tuple[str, float]:
    named, _, share = written.rpartition("=")
    try:
        value = float(share)
    except ValueError:
        what = "is no share" if named else "has no share"
        raise BadRequest(
            f"whatif: --min-share {written} {what}: write <group>=<share>, such as tail=0.10"
        ) from None
    return _place(named.strip(), groups), value


def _place(named: str, groups: Groups) -> str:
    """Give <grouping>.<group> for what is written with or without its grouping."""
    grouping, _, group = named.partition(".")
    if grouping in PROVIDER_GROUPINGS and group:
        there = groups.get(grouping, ())
        if group not in there:
            names = ", ".join(there) or "none, nothing is known of it"
            raise BadRequest(f"whatif: there is no group '{group}' by {grouping}; there are: {names}")
        return named
    found = [name for name, there in groups.items() if named in there]
    if not found:
        told = "; ".join(f"by {name}: {', '.join(names)}" for name, names in groups.items())
        raise BadRequest(f"whatif: no group of items is called '{named}'; there are {told}")
    if len(found) > 1:
        ways = " or ".join(f"{name}.{named}" for name in found)
        raise BadRequest(f"whatif: '{named}' is a group by {' and by '.join(found)}: write {ways}")
    return f"{found[0]}.{named}"
