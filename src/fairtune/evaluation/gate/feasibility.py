"""Limits that no model can keep, because the data says nothing of what they are about: told early."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from fairtune.columns import UNKNOWN, BlockName, Part
from fairtune.config.gate_limits import Gate, Place
from fairtune.config.sections import Evaluate
from fairtune.errors import BadParams
from fairtune.matrix import listener_groups, provider_groups
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.fairness.pooling import Pooling, pool

LATER: Final = frozenset({"taste"})
"""Groupings that follow from a fit."""
WAY_OUT: Final = "no model can keep this limit: take it out of params.yaml, or bring data that tells"


def check(matrix: Matrix, gate: Gate, params: Evaluate) -> None:
    """Refuse limits on figures that will be undefined whatever is recommended.

    Parameters
    ----------
    matrix
        Who listens, to what.
    gate
        The limits.
    params
        Sizes below which groups are pooled, and which groups there are.

    Raises
    ------
    BadParams
        A limit is on a grouping of which nothing is known, that has fewer than two groups large enough, or on
        a group that isn't there; all such limits are named.
    """
    problems = [*_of_providers(matrix, gate, params), *_of_listeners(matrix, gate, params)]
    if problems:
        raise BadParams("; ".join(problems))


def _of_providers(matrix: Matrix, gate: Gate, params: Evaluate) -> Iterator[str]:
    known: dict[BlockName, Mapping[str, Pooling]] = {}

    def groupings(place: Place) -> Mapping[str, Pooling]:
        block = matrix.target if place.block is None else BlockName(place.block)
        if block not in known:
            found = provider_groups.provider_groupings(matrix, block, Part.TRAIN_VALID, params)
            known[block] = {
                name: pool(of.names, np.asarray(of.membership.sum(axis=0)), params.min_provider_group)
                for name, of in found.items()
            }
        return known[block]

    for section in ("max_dp_disparity", "max_eo_disparity"):
        for written in getattr(gate, section):
            place = Place.parse(written)
            yield from _comparable(
                f"gate.{section}.{written}", place, groupings(place), "items", params.min_provider_group
            )
    for written in gate.min_share:
        place = Place.parse(written)
        pooling = groupings(place).get(place.grouping)
        names = () if pooling is None else pooling.names
        if place.group not in names:
            there = ", ".join(names) or "none"
            yield (
                f"gate.min_share.{written}: there is no group '{place.group}' of items by {place.grouping}, "
                f"there are: {there}"
            )


def _of_listeners(matrix: Matrix, gate: Gate, params: Evaluate) -> Iterator[str]:
    if not gate.min_eo_ratio:
        return
    part = Part.TRAIN_VALID
    labels = listener_groups.label(matrix, part, age_bands=params.age_bands, countries=params.countries)
    groupings = {}
    for name, of in labels.items():
        names, sizes = np.unique(of, return_counts=True)
        groupings[name] = pool([str(each) for each in names], sizes.astype(np.float64), params.min_group)
    for written in gate.min_eo_ratio:
        place = Place.parse(written)
        if place.grouping not in LATER:
            yield from _comparable(
                f"gate.min_eo_ratio.{written}", place, groupings, "listeners", params.min_group
            )


def _comparable(
    where: str, place: Place, groupings: Mapping[str, Pooling], whose: str, smallest: int
) -> Iterator[str]:
    words = place.grouping.replace("_", " ")
    pooling = groupings.get(place.grouping)
    if pooling is None or set(pooling.names) <= {UNKNOWN}:
        yield f"{where}: nothing is known of {whose} by {words} in this data: {WAY_OUT}"
    elif pooling.compared.sum() < 2:  # noqa: PLR2004 - one group has nothing to be compared with
        yield f"{where}: fewer than two groups of {whose} by {words} have {smallest:,} members: {WAY_OUT}"
