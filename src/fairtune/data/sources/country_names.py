"""Countries by their English names, as profiles of Last.fm write them, to codes."""

import unicodedata
from functools import cache
from typing import Final

import pandas as pd

EARLIER: Final = {
    "Cape Verde": "CV",
    "Czech Republic": "CZ",
    "Libyan Arab Jamahiriya": "LY",
    "Macedonia": "MK",
    "Macedonia, the Former Yugoslav Republic of": "MK",
    "Palestinian Territory, Occupied": "PS",
    "Saint Helena": "SH",
    "Swaziland": "SZ",
    "Turkey": "TR",
    "Vatican": "VA",
}
"""Names that ISO 3166-1 had, or others still use. States that are no more have no code: they stay unknown."""


def codes(names: pd.Series) -> pd.Series:
    """Return the ISO 3166-1 alpha-2 code of each country.

    Parameters
    ----------
    names
        English names, short or official; case and accents don't matter. Null: unknown.

    Returns
    -------
    Series
        Their codes, null for what no country is called.
    """
    folded = {name: _folded(name) for name in names.dropna().unique()}
    return names.map({name: _known().get(key) for name, key in folded.items()}).astype("str")


@cache
def _known() -> dict[str, str]:
    import pycountry

    kinds = ("common_name", "official_name", "name")  # the last counts where names clash
    found = {
        _folded(getattr(country, kind)): country.alpha_2
        for kind in kinds
        for country in pycountry.countries
        if hasattr(country, kind)
    }
    return {_folded(name): code for name, code in EARLIER.items()} | found


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
