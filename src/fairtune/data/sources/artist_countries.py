"""Where artists come from: by a list of artists and countries, or by what listeners tagged them."""

from collections.abc import Mapping
from importlib import resources
from typing import Final

import pandas as pd

from fairtune.data.sources import tag_spelling

CLEAR: Final = 2 / 3
"""Share of an artist's nationality taggings that one country must have to be believed."""


def listed(names: pd.Series, artists: pd.Series, countries: pd.Series) -> pd.Series:
    """Give each name the country that a list (one row a track) names most often for it, null if it has none.

    Names are compared without case; of equally frequent countries the first by alphabet counts.
    """
    rows = pd.DataFrame({"artist": artists.str.casefold(), "country": countries})
    counted = (
        rows.value_counts().rename("n").reset_index().sort_values(["n", "country"], ascending=[False, True])
    )
    country = counted.drop_duplicates("artist").set_index("artist")["country"]
    return names.str.casefold().map(country)


def demonyms(*, music_types: bool | None = None) -> dict[str, str]:
    """Read the reviewed table of nationality tags: spelling key -> country.

    `music_types` picks the tags that are music types too ("j-pop", "russian rock") or those that aren't.
    The table leaves out words that say a language or a style more often than a country ("spanish", "english",
    "britpop"): among artists whose country is known otherwise they were wrong too often.
    """
    with resources.files(__package__).joinpath("nationalities.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, keep_default_na=False)
    if music_types is not None:
        table = table[table["music_type"] == ("yes" if music_types else "no")]
    return dict(zip(table["tag"].map(tag_spelling.key), table["country"], strict=True))


def tagged(tags: pd.DataFrame, countries: Mapping[str, str]) -> pd.Series:
    """Give the country of each item whose nationality tags agree: item_id -> country.

    tags: item_id, tag, taggers. countries: spelling key -> country. An item is left out unless one country
    has `CLEAR` of its nationality taggings.
    """
    said = tags.assign(
        country=tags["tag"].map({tag: countries.get(tag_spelling.key(tag)) for tag in tags["tag"].unique()})
    )
    votes = said.dropna(subset="country").groupby(["item_id", "country"])["taggers"].sum()
    share = votes / votes.groupby("item_id").transform("sum")
    clear = share[share >= CLEAR].reset_index()
    return clear.set_index("item_id")["country"]
