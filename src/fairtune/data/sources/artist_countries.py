"""Where artists come from: by a list of artists and countries, or by what listeners tagged them."""

from collections.abc import Mapping
from importlib import resources
from typing import Final

import pandas as pd

from fairtune.data.sources import tag_spelling

CLEAR: Final = 2 / 3
"""Share of an artist's nationality taggings that one country must have to be believed."""


def listed(names: pd.Series, artists: pd.Series, countries: pd.Series) -> pd.Series:
    """Return the country that a list names most often for each artist.

    Parameters
    ----------
    names
        Artists whose country is wanted; compared without case.
    artists
        Artists of the list, one row a track.
    countries
        Their countries, row by row.

    Returns
    -------
    Series
        Country of each of `names`, null if the list has none; of equally frequent ones the first by alphabet.
    """
    rows = pd.DataFrame({"artist": artists.str.casefold(), "country": countries})
    counted = (
        rows.value_counts().rename("n").reset_index().sort_values(["n", "country"], ascending=[False, True])
    )
    country = counted.drop_duplicates("artist").set_index("artist")["country"]
    return names.str.casefold().map(country)


def demonyms(*, music_types: bool | None = None) -> dict[str, str]:
    """Read the reviewed table of nationality tags.

    The table leaves out words that stand for a language or a style more often than for a country ("spanish",
    "english", "britpop"): among artists whose country is known otherwise they were wrong too often.

    Parameters
    ----------
    music_types
        Whether to return the tags that are music types too ("j-pop", "russian rock"), those that aren't, or,
        if None, all.

    Returns
    -------
    dict
        Spelling key -> country.
    """
    with resources.files(__package__).joinpath("nationalities.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, keep_default_na=False)
    if music_types is not None:
        table = table[table["music_type"] == ("yes" if music_types else "no")]
    return dict(zip(table["tag"].map(tag_spelling.key), table["country"], strict=True))


def tagged(tags: pd.DataFrame, countries: Mapping[str, str]) -> pd.Series:
    """Return the country of each item whose nationality tags agree.

    Parameters
    ----------
    tags
        Rows of item_id, tag, taggers.
    countries
        Spelling key -> country.

    Returns
    -------
    Series
        item_id -> country; an item is left out unless one country has `CLEAR` of its nationality taggings.
    """
    located = tags.assign(
        country=tags["tag"].map({tag: countries.get(tag_spelling.key(tag)) for tag in tags["tag"].unique()})
    )
    votes = located.dropna(subset="country").groupby(["item_id", "country"])["taggers"].sum()
    share = votes / votes.groupby("item_id").transform("sum")
    clear = share[share >= CLEAR].reset_index()
    return clear.set_index("item_id")["country"]
