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
    """Check what is asked for.

    Parameters
    ----------
    min_share
        "<group>=<share>" or "<grouping>.<group>=<share>", share 0..1 of the places of all lists.
    dp
        The most that the demographic parity disparity may be; None: not asked for.
    eo
        The most that the equal opportunity disparity may be; None: not asked for.
    by
        Grouping of both disparities.
    groups
        Those that exist.

    Returns
    -------
    Constraints
        At least one.

    Raises
    ------
    BadRequest
        Nothing is asked for, or something that is out of range or not there.
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
    """Return <grouping>.<group> for what is written with or without its grouping."""
    grouping, _, group = named.partition(".")
    if grouping in PROVIDER_GROUPINGS and group:
        existing = groups.get(grouping, ())
        if group not in existing:
            names = ", ".join(existing) or "none, nothing is known of it"
            raise BadRequest(f"whatif: there is no group '{group}' by {grouping}; there are: {names}")
        return named
    groupings = [name for name, existing in groups.items() if named in existing]
    if not groupings:
        listed = "; ".join(f"by {name}: {', '.join(names)}" for name, names in groups.items())
        raise BadRequest(f"whatif: no group of items is called '{named}'; there are {listed}")
    if len(groupings) > 1:
        ways = " or ".join(f"{name}.{named}" for name in groupings)
        raise BadRequest(f"whatif: '{named}' is a group by {' and by '.join(groupings)}: write {ways}")
    return f"{groupings[0]}.{named}"
