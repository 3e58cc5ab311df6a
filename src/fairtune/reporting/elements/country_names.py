"""Names of countries for their codes, as the page says them."""

import csv
from functools import cache
from importlib import resources
from typing import NamedTuple


class Country(NamedTuple):
    """A country's name.

    Attributes
    ----------
    name
        As it stands alone in a label: 'Netherlands'.
    within
        As it stands in a sentence: 'the Netherlands'.
    """

    name: str
    within: str


def named(code: str) -> Country:
    """Name an ISO 3166-1 alpha-2 code (and XK, Kosovo); a code that nobody assigned stays as it is."""
    return _table().get(code, Country(code, code))


@cache
def _table() -> dict[str, Country]:
    """Read the reviewed table: the usual English names, and which of them take an article."""
    with resources.files(__package__).joinpath("countries.csv").open(encoding="utf-8") as file:
        return {
            row["code"]: Country(row["name"], f"{row['article']} {row['name']}".strip())
            for row in csv.DictReader(file)
        }
