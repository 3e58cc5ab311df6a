"""Section `gate` of params.yaml: limits that make sense, on groupings that exist.

What only the data can tell (whether anybody's gender is known) is left to the verdict: there a limit on a
figure that is missing is broken.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, NamedTuple

from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass

from fairtune.columns import OTHER, SIDE_BLOCKS, BlockName
from fairtune.config.bounded import STRICT, number, text

PROVIDER_GROUPINGS: Final = ("region", "country", "tier", "emerging", "artist_gender")
LISTENER_GROUPINGS: Final = ("region", "country", "gender", "age_band", "activity", "mainstreamness", "taste")
GROUPS: Final = {"tier": ("head", "middle", "tail"), "emerging": ("emerging", "established")}
"""Groups that are the same for every data set; those of the other groupings come from the data."""


class Place(NamedTuple):
    """What a limit is about: "region", "also.artist.region", "tier.tail", "also.artist.tier.tail"."""

    block: str | None  # an item block beside the target; None: the target
    grouping: str
    group: str | None

    @classmethod
    def parse(cls, written: str) -> "Place":
        """Read what stands in params.yaml; names of groups may hold points."""
        steps = written.split(".")
        block = steps[1] if steps[0] == "also" and len(steps) > 2 else None  # noqa: PLR2004 - also, block, grouping
        grouping, *group = steps[2:] if block is not None else steps
        return cls(block, grouping, ".".join(group) or None)


Limits = Mapping[str, float]
Distance = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, gt=0, le=1)]


def between_providers(limits: Limits) -> Limits:
    _check_groupings(limits, PROVIDER_GROUPINGS, "items")
    return limits


def _between_listeners(limits: Limits) -> Limits:
    _check_groupings(limits, LISTENER_GROUPINGS, "listeners")
    return limits


def of_provider_groups(limits: Limits) -> Limits:
    """Check <grouping>.<group>: names, and that the shares of one grouping can all be had at once."""
    total: dict[tuple[str | None, str], float] = {}
    for written, limit in limits.items():
        block, grouping, group = _checked(written, PROVIDER_GROUPINGS, "items")
        there = GROUPS.get(grouping)
        if group is None:
            raise ValueError(f"'{written}' names no group: write <grouping>.<group>, such as tier.tail")
        if there and group not in there:
            raise ValueError(f"there is no {grouping} '{group}': there are {', '.join(there)}")
        total[block, grouping] = total.get((block, grouping), 0.0) + limit
        if total[block, grouping] > 1 + 1e-9:
            raise ValueError(f"the shares of groups by {grouping} sum to more than 1: no list can hold them")
    return limits


def _check_groupings(limits: Limits, there: tuple[str, ...], of: str) -> None:
    for written in limits:
        if _checked(written, there, of).group is not None:
            raise ValueError(f"'{written}' names a group: these limits are on whole groupings of {of}")


def _checked(written: str, there: tuple[str, ...], of: str) -> Place:
    place = Place.parse(written)
    if place.grouping not in there:
        name = written if place.grouping == "also" else place.grouping
        raise ValueError(
            f"no grouping of {of} is called '{name}': there are {', '.join(there)}, "
            "and also.<block>.<grouping> for lists beside the target"
        )
    return place


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Gate:
    """Stage `gate`: the limits. A figure that is missing breaks its limit."""

    min_rmse_skill: float = number(
        "against user and item bias: the whole interval must lie above", lt=1, allow_inf_nan=False
    )
    beats: tuple[str, ...] = text("of `train.alternatives`: nDCG@10 of `als` is at least theirs")
    max_dp_disparity: Annotated[Mapping[str, Distance], AfterValidator(between_providers)] = text(
        "by grouping of items, the disparity of lists of ten at most: 0 and above"
    )
    max_eo_disparity: Annotated[Mapping[str, Distance], AfterValidator(between_providers)] = text(
        "the same for equal opportunity"
    )
    min_eo_ratio: Annotated[Mapping[str, Share], AfterValidator(_between_listeners)] = text(
        "by grouping of listeners, the lowest group's share of the highest one's at least: above 0 to 1"
    )
    min_share: Annotated[Mapping[str, Share], AfterValidator(of_provider_groups)] = text(
        "by `<grouping>.<group>` of items, such as `tier.tail`, the share of the places of all lists of ten "
        "at least: above 0 to 1, those of one grouping together at most 1",
        default_factory=dict,
    )
    tolerance_absolute: float = number(
        "[`fairtune compare`](../how-to/judge-a-change.md): a drop within either tolerance is no regression",
        ge=0,
        lt=1,
    )
    tolerance_relative: float = number("the same, as a share of the former figure", ge=0, lt=1)


def check(
    gate: Gate,
    *,
    alternatives: tuple[str, ...],
    target: BlockName,
    blocks: tuple[BlockName, ...],
    regions: tuple[str, ...],
) -> None:
    """Raise `ValueError` if a limit is on a model, block or region that this data set doesn't evaluate."""
    for model in gate.beats:
        if model not in alternatives:
            there = ", ".join(alternatives) or "none"
            raise ValueError(f"gate.beats: '{model}' is not among train.alternatives: {there}")
    beside = [block for block in blocks if block is not target and block not in SIDE_BLOCKS]
    for section, written in _written(gate):
        block = Place.parse(written).block
        if block is not None and block not in beside:
            there = ", ".join(beside) or "none"
            raise ValueError(
                f"gate.{section}: '{written}': beside the target there are no lists of '{block}', "
                f"but of: {there}"
            )
    check_regions("gate.min_share", gate.min_share, regions)


def check_regions(where: str, min_share: Limits, regions: tuple[str, ...]) -> None:
    """Raise `ValueError` if a share is asked for a region that `ingest` doesn't make."""
    for written in min_share:
        place = Place.parse(written)
        if place.grouping == "region" and place.group not in (*regions, OTHER):
            raise ValueError(f"{where}: '{written}': there is no such region, but: {', '.join(regions)}")


def _written(gate: Gate) -> Iterator[tuple[str, str]]:
    for section in ("max_dp_disparity", "max_eo_disparity", "min_eo_ratio", "min_share"):
        yield from ((section, written) for written in getattr(gate, section))
