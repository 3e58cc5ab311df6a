"""What values of `params.yaml` must be beyond their types: each check raises `ValueError` for the user."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from fairtune.config.country_codes import COUNTRIES

if TYPE_CHECKING:
    from fairtune.config.params import Range

MISTAKEN: Final = {"UK": "GB", "EL": "GR", "EN": "GB"}
"""Codes that people write for countries and ISO 3166-1 does not have -> those that it has."""
UNKNOWN: Final = "unknown"
"""The group of what is not known, which no region may be called."""
LARGEST_SEED: Final = 2**31 - 1
"""Random generators take 32 bits; trials add their number to the seed."""
Space = Mapping[str, "Range | tuple[int | float | str, ...]"]


def regions(members: Mapping[str, Sequence[str]], other: str) -> None:
    """Check that regions part the countries.

    Parameters
    ----------
    members
        Region -> codes of its countries.
    other
        Region of every country that is not listed.

    Raises
    ------
    ValueError
        A code is none, a country stands twice, or a name has a meaning already.
    """
    listed: dict[str, str] = {}
    for region, countries in members.items():
        if not region.strip() or region == UNKNOWN:
            raise ValueError(f"regions: '{region}' can't name a region: it means that a region is not known")
        for code in countries:
            if code in MISTAKEN:
                raise ValueError(f"regions.{region}: '{code}' is no ISO 3166-1 code: write {MISTAKEN[code]}")
            if not re.fullmatch("[A-Z]{2}", code):
                raise ValueError(
                    f"regions.{region}: '{code}' is no ISO 3166-1 code: two capital letters, such as US"
                )
            if code not in COUNTRIES:
                raise ValueError(f"regions.{region}: '{code}' is no country of ISO 3166-1")
            if code in listed:
                raise ValueError(
                    f"regions.{region}: '{code}' stands in '{listed[code]}' already: a country has one region"
                )
            listed[code] = region
    if not other.strip() or other == UNKNOWN or other in members:
        taken = "lists countries of its own" if other in members else "means that a region is not known"
        raise ValueError(f"other_region: '{other}' {taken}: give the rest of the world another name")


def lengths(ks: tuple[int, ...], headline: int) -> tuple[int, ...]:
    """Return lengths of list; `ValueError` if the one that gates judge is missing, or one is below 1."""
    if headline not in ks or min(ks) < 1:
        raise ValueError(
            f"lengths of list are 1 or more, and {headline}, which the gates judge, is among them"
        )
    return ks


def names(datasets: Iterable[str]) -> None:
    """Check names of data sets; `ValueError` if one can't name folders and stages."""
    for name in datasets:
        if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]*", name):
            raise ValueError(f"'{name}' can't name folders and stages: use letters, digits, - and _")


def rising(bounds: tuple[int, ...]) -> tuple[int, ...]:
    """Return lower bounds of age bands; `ValueError` if there are none or they don't rise."""
    if not bounds or bounds[0] < 1 or any(low >= high for low, high in pairwise(bounds)):
        raise ValueError(f"{list(bounds)}: ages at which a band begins, 1 or more, each above the one before")
    return bounds


def tiers(head: float, tail: float) -> None:
    """Check shares of plays; `ValueError` if the most and the least played items would overlap."""
    if head + tail > 1:
        raise ValueError(
            f"head_share {head:g} and tail_share {tail:g} are {head + tail:g} of all plays: at most 1"
        )


def space(dimensions: Space) -> None:
    """Check a search space; `ValueError` if a range or a choice of it is empty."""
    for name, dimension in dimensions.items():
        if isinstance(dimension, tuple):
            if not dimension:
                raise ValueError(f"space.{name}: no values: list one or more, or leave the name out")
            continue
        if not (math.isfinite(dimension.low) and math.isfinite(dimension.high)):
            raise ValueError(f"space.{name}: low and high are finite numbers")
        if dimension.low > dimension.high:
            raise ValueError(f"space.{name}: low {dimension.low:g} is above high {dimension.high:g}")
        if dimension.log and dimension.low <= 0:
            raise ValueError(
                f"space.{name}: low {dimension.low:g} has no logarithm: begin above 0, or leave out log"
            )


def domain(dimensions: Space, start: Mapping[str, Any], allowed: Callable[[dict[str, Any]], object]) -> None:
    """Check that every value that a trial can draw is one that a fit accepts.

    Names that are no hyperparameter are left to the search, which lists those that are.

    Parameters
    ----------
    dimensions
        What is searched: both ends of each range are tried, and every choice.
    start
        Hyperparameters by name.
    allowed
        Raises `ValueError` for hyperparameters that no fit accepts.

    Raises
    ------
    ValueError
        A value is not accepted; the message names it.
    """
    for name, dimension in dimensions.items():
        head, _, block = name.partition(".")
        if head not in start or bool(block) != isinstance(start[head], Mapping):
            continue
        for value in _ends(dimension):
            try:
                allowed({**start, head: {**start[head], block: value} if block else value})
            except ValueError as error:
                first = error.errors()[0]["msg"] if hasattr(error, "errors") else error
                raise ValueError(f"space.{name}: {value} is out of range: {first}") from error


def registered_apart(models: Mapping[str, str]) -> None:
    """Check the models that data sets register.

    Parameters
    ----------
    models
        Data set -> name of its model in the registry.

    Raises
    ------
    ValueError
        Two would be versions of one model.
    """
    owners: dict[str, str] = {}
    for dataset, model in models.items():
        if model in owners:
            raise ValueError(
                f"'{owners[model]}' and '{dataset}' both register '{model}': each needs a model of its own"
            )
        owners[model] = dataset


def _ends(dimension: "Range | tuple[int | float | str, ...]") -> Iterator[int | float | str]:
    if isinstance(dimension, tuple):
        yield from dimension
    else:
        for end in (dimension.low, dimension.high):
            yield int(end) if end == int(end) else end
