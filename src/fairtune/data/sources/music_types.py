"""Music types from tags: spellings merged, other tags dropped, the strongest of each item kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import translate
from importlib import resources

import pandas as pd

from fairtune.data.sources import artist_countries, tag_spelling


@dataclass(frozen=True)
class Vocabulary:
    """What the repository knows about tags.

    Attributes
    ----------
    synonyms
        Spelling key -> key of the music type it means.
    dropped
        Whole tags, lower case, that are no music types, as one pattern.
    nationalities
        Keys of tags about the origin of artists and not about their music.
    """

    synonyms: Mapping[str, str]
    dropped: re.Pattern[str]
    nationalities: frozenset[str]


def vocabulary() -> Vocabulary:
    """Read the reviewed lists beside this module.

    A line of `dropped_tags.txt` is a tag, where `*` stands for any text; it is compared without case and
    hyphens, but blanks count: "* song" drops "summer song", not "folksong".
    """
    folder = resources.files(__package__)
    with folder.joinpath("synonyms.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, keep_default_na=False)
    synonyms = dict(
        zip(table["tag"].map(tag_spelling.key), table["music_type"].map(tag_spelling.key), strict=True)
    )
    lines = folder.joinpath("dropped_tags.txt").read_text(encoding="utf-8").splitlines()
    patterns = [_plain(line) for line in lines if line.strip() and not line.startswith("# ")]
    dropped = re.compile("|".join(f"(?:{translate(pattern)})" for pattern in patterns))
    return Vocabulary(synonyms, dropped, frozenset(artist_countries.demonyms(music_types=False)))


def _plain(tag: str) -> str:
    return " ".join(tag.casefold().replace("-", " ").split())


def shares(tags: pd.DataFrame, words: Vocabulary, *, min_items: int, max_types: int) -> pd.DataFrame:
    """Compute the shares of music types of each item from its tags.

    A music type is named by its most frequent spelling (by items, then alphabet). A type that too few items
    keep is dropped, and what comes next on those items takes its place.

    Parameters
    ----------
    tags
        Rows of item_id, tag, taggers (any weight > 0).
    words
        What is known about tags.
    min_items
        Items that a music type must have to stay, 1 and above.
    max_types
        Music types that an item keeps, the strongest by taggers, ties by name; 1 and above.

    Returns
    -------
    DataFrame
        Rows of item_id, music_type, share; the shares of an item sum to 1. An item without any has no row.
    """
    keys = pd.Series({tag: _type_key(tag, words) for tag in tags["tag"].unique()}, dtype="str")
    rows = tags.assign(key=tags["tag"].map(keys).astype("str")).dropna(subset="key")
    typed = rows.groupby(["item_id", "key"], as_index=False)["taggers"].sum()
    typed["music_type"] = typed["key"].map(_display_names(rows)).astype("str")
    typed = typed.sort_values(["item_id", "taggers", "music_type"], ascending=[True, False, True])
    kept = _strongest(_common(typed, min_items), max_types)
    # Once more: places that dropped types free only add items to the others, so all now have enough.
    strongest = _strongest(typed[typed["key"].isin(_common(kept, min_items)["key"])], max_types)
    total = strongest.groupby("item_id")["taggers"].transform("sum")
    result = strongest.assign(share=strongest["taggers"] / total)[["item_id", "music_type", "share"]]
    return result.sort_values(["item_id", "music_type"], ignore_index=True)


def _common(typed: pd.DataFrame, min_items: int) -> pd.DataFrame:
    """Keep the rows of music types that at least `min_items` items carry (one row an item and type)."""
    return typed[typed.groupby("key")["item_id"].transform("size") >= min_items]


def _strongest(typed: pd.DataFrame, max_types: int) -> pd.DataFrame:
    """Keep the first rows of each item; rows come strongest first."""
    return typed.groupby("item_id").head(max_types)


def _type_key(tag: str, words: Vocabulary) -> str | None:
    """Return the key of the music type that a tag means, or None."""
    key = tag_spelling.key(tag)
    if key in words.synonyms:
        return words.synonyms[key]
    if not key or key in words.nationalities or words.dropped.match(_plain(tag)):
        return None
    return key


def _display_names(rows: pd.DataFrame) -> pd.Series:
    """Name each key by its most frequent spelling; a synonym names a type only if nothing else does."""
    counted = rows.groupby(["key", "tag"])["item_id"].nunique().rename("items").reset_index()
    counted["own"] = counted["tag"].map(tag_spelling.key) == counted["key"]
    counted = counted.sort_values(["key", "own", "items", "tag"], ascending=[True, False, False, True])
    return counted.drop_duplicates("key").set_index("key")["tag"]
