"""What values of `params.yaml` must be beyond their types: each check raises `ValueError` for the user."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from fairtune.config.country_codes import COUNTRIES

MISTAKEN: Final = {"UK": "GB", "EL": "GR", "EN": "GB"}
"""Codes that people write for countries and ISO 3166-1 does not have -> those that it has."""
UNKNOWN: Final = "unknown"
"""The group of what is not known, which no region may be called."""
LARGEST_SEED: Final = 2**31 - 1
"""Random generators take 32 bits; trials add their number to the seed."""
OLDEST: Final = 120
"""Years: no band of ages begins above."""


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
        if not countries:
            raise ValueError(f"regions.{region}: no countries: list one or more, or leave the region out")
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
    """Return lengths of list; `ValueError` if the one that gates judge is missing, or one stands twice."""
    if headline not in ks or len(set(ks)) < len(ks):
        raise ValueError(f"lengths of list stand once, and {headline}, which the gates judge, is among them")
    return ks


def names(datasets: Iterable[str]) -> None:
    """Check names of data sets; `ValueError` if one can't name folders and stages."""
    for name in datasets:
        if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]*", name):
            raise ValueError(f"'{name}' can't name folders and stages: use letters, digits, - and _")


def rising(bounds: tuple[int, ...]) -> tuple[int, ...]:
    """Return lower bounds of age bands; `ValueError` if there are none or they don't rise."""
    inside = bool(bounds) and bounds[0] >= 1 and bounds[-1] <= OLDEST
    if not inside or any(low >= high for low, high in pairwise(bounds)):
        raise ValueError(
            f"{list(bounds)}: ages at which a band begins, 1 to {OLDEST}, each above the one before"
        )
    return bounds


def tiers(head: float, tail: float) -> None:
    """Check shares of plays; `ValueError` if the most and the least played items would overlap."""
    if head + tail > 1:
        raise ValueError(
            f"head_share {head:g} and tail_share {tail:g} are {head + tail:g} of all plays: at most 1"
        )


def model_name(name: str) -> str:
    """Return a name of a registered model; `ValueError` if the registry could not keep it."""
    if not name.strip() or re.search(r"[/:\x00-\x1f]", name):
        raise ValueError(f"'{name}' can't name a registered model: it isn't empty, and has no / and :")
    return name


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
