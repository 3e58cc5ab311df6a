"""From what a reader returns to the canonical tables, the same for every data set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fairtune.columns import (
    AGE,
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_GENDER,
    ARTIST_REGION,
    BATCH,
    COUNTRY,
    FRIEND,
    GENDER,
    ITEM,
    MUSIC_TYPE,
    NAME,
    PLAYS,
    REGION,
    SIGNUP,
    SPLIT,
    TIMESTAMP,
    USER,
    Table,
)
from fairtune.config import sections
from fairtune.config.country_codes import CODES
from fairtune.data.sources import delimited, music_types
from fairtune.data.sources.base import Dataset, RawTables

YOUNGEST, OLDEST = 10, 90
"""Ages outside are unknown: they are jokes, typing errors or defaults."""


@dataclass(frozen=True)
class Ingested:
    """Canonical tables, and what making them came to.

    Attributes
    ----------
    tables
        Each canonical table by name.
    rejected
        Rows that could not be read: file, line, reason.
    about
        What `about.json` says.
    """

    tables: Mapping[Table, pd.DataFrame]
    rejected: pd.DataFrame
    about: Mapping[str, Any]


def ingest(
    raw: RawTables, dataset: Dataset, words: music_types.Vocabulary, chosen: sections.Ingest
) -> Ingested:
    """Clean every table, and make music types from tags.

    If more than `max_rejected` rows could not be read, `BadTable` names the rule that most of them break.
    What breaks the rules between tables (unknown artists, repeated pairs, negative plays) is left as it is:
    the stage `validate` refuses it.
    """
    if len(raw.rejected) > chosen.max_rejected:
        raise delimited.refusal(raw.rejected)
    tables = {
        Table.INTERACTIONS: _interactions(raw.interactions),
        Table.ITEMS: _items(raw.items, chosen),
        Table.USERS: _users(raw.users, chosen),
        Table.ITEM_TYPES: _item_types(raw, words, chosen),
        Table.FRIENDS: _friends(raw.friends, raw.users[USER].dtype),
    }
    return Ingested(tables, _rejected(raw.rejected), _about(tables, raw, dataset))


def country_codes(countries: pd.Series) -> pd.Series:
    """Normalise countries to ISO 3166-1 alpha-2; what isn't two letters becomes null.

    `NA` is Namibia.
    """
    codes = countries.astype("str").str.strip().str.upper().replace(CODES)
    return codes.where(codes.str.fullmatch("[A-Z]{2}").fillna(value=False).astype(bool))


def regions(countries: pd.Series, chosen: sections.Ingest) -> pd.Series:
    """Return the region of each country code, `other_region` for countries that no region lists."""
    listed = {country: region for region, members in chosen.regions.items() for country in members}
    return countries.map(listed).fillna(chosen.other_region).where(countries.notna()).astype("str")


def repaired(names: pd.Series) -> pd.Series:
    """Undo UTF-8 that was once read as Windows-1252 ("BallakÃ©" -> "Ballaké").

    A name is changed only if all of it can be undone, which doesn't happen to names that are right ("Âme").
    """
    foreign = names[names.str.contains(r"[^\x00-\x7f]", regex=True, na=False)].drop_duplicates()
    undone = {name: good for name in foreign if (good := _undone(name)) != name}
    return names.replace(undone)


def _undone(name: str) -> str:
    try:
        return name.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return name


def _interactions(raw: pd.DataFrame) -> pd.DataFrame:
    optional = [name for name in (TIMESTAMP, SPLIT, BATCH) if name in raw]
    order = [USER, ITEM, *optional]
    return raw[[USER, ITEM, PLAYS, *optional]].sort_values(order, kind="stable", ignore_index=True)


def _items(raw: pd.DataFrame, chosen: sections.Ingest) -> pd.DataFrame:
    country = country_codes(raw[ARTIST_COUNTRY])
    items = pd.DataFrame(
        {
            ITEM: raw[ITEM],
            NAME: repaired(raw[NAME].astype("str")),
            ARTIST: repaired(raw[ARTIST].astype("str")),
            ARTIST_REGION: regions(country, chosen),
            ARTIST_COUNTRY: country,
            ARTIST_GENDER: raw[ARTIST_GENDER].astype("str"),
        }
    )
    return items.sort_values(ITEM, kind="stable", ignore_index=True)


def _users(raw: pd.DataFrame, chosen: sections.Ingest) -> pd.DataFrame:
    country = country_codes(raw[COUNTRY])
    age = raw[AGE].astype("Float64").astype("Int64")
    users = pd.DataFrame(
        {
            USER: raw[USER],
            COUNTRY: country,
            REGION: regions(country, chosen),
            GENDER: raw[GENDER].astype("str"),
            AGE: age.where(age.between(YOUNGEST, OLDEST)),
            SIGNUP: raw[SIGNUP].astype("datetime64[s]"),
        }
    )
    return users.sort_values(USER, kind="stable", ignore_index=True)


def _item_types(raw: RawTables, words: music_types.Vocabulary, chosen: sections.Ingest) -> pd.DataFrame:
    """Take music types as they are, or make them from the tags of items or of their artists."""
    if raw.item_types is not None:
        return raw.item_types
    if ARTIST not in raw.tags:
        shares = music_types.shares(raw.tags, words, min_items=chosen.min_items, max_types=chosen.max_types)
    else:
        shares = _of_artists(raw, words, chosen)
    return shares.astype({ITEM: raw.items[ITEM].dtype})


def _of_artists(raw: RawTables, words: music_types.Vocabulary, chosen: sections.Ingest) -> pd.DataFrame:
    """Return the music types of items as those of their artists, which are compared without case.

    Types are made among the artists that have items here: `min_items` of those carry each.
    """
    tagged, artists = (
        repaired(table[ARTIST].astype("str")).str.casefold() for table in (raw.tags, raw.items)
    )
    here = tagged.isin(artists)
    spelled = [tagged[here].rename(ITEM), raw.tags["tag"][here]]
    tags = raw.tags["taggers"][here].groupby(spelled).sum().reset_index()
    shares = music_types.shares(tags, words, min_items=chosen.min_items, max_types=chosen.max_types)
    items = pd.DataFrame({ITEM: raw.items[ITEM], ARTIST: artists})
    typed = items.dropna().merge(shares.rename(columns={ITEM: ARTIST}), on=ARTIST).drop(columns=ARTIST)
    return typed.sort_values([ITEM, MUSIC_TYPE], ignore_index=True)


def _friends(raw: pd.DataFrame, id_type: Any) -> pd.DataFrame:
    return raw[[USER, FRIEND]].astype(id_type).sort_values([USER, FRIEND], ignore_index=True)


def _rejected(raw: pd.DataFrame) -> pd.DataFrame:
    text = raw[["column", "rule", "found"]].astype("str")
    reason = text["column"] + " " + text["rule"] + ", found " + text["found"]
    return pd.DataFrame({"file": raw["file"], "line": raw["line"], "reason": reason})


def _about(tables: Mapping[Table, pd.DataFrame], raw: RawTables, dataset: Dataset) -> dict[str, Any]:
    ages = int(raw.users[AGE].notna().sum() - tables[Table.USERS][AGE].notna().sum())
    before = pd.concat([raw.items[NAME], raw.items[ARTIST]]).astype("str").dropna()
    names = int((repaired(before) != before).sum())
    return {
        "dataset": dataset.name,
        "item_kind": str(dataset.item_kind),
        "counts": dataset.counts,
        "source": dataset.homepage,
        "licence": dataset.licence,
        "citation": dataset.citation,
        "rows": {str(name): len(table) for name, table in tables.items()},
        "music_types": int(tables[Table.ITEM_TYPES][MUSIC_TYPE].nunique()),
        "rejected": len(raw.rejected),
        "notes": {**raw.notes, "implausible ages, now unknown": ages, "names and artists repaired": names},
        "coverage": coverage(tables),
        **({"files": dict(raw.files)} if raw.files else {}),
        **({"events": dict(raw.events)} if raw.events else {}),
    }


def coverage(tables: Mapping[Table, pd.DataFrame]) -> dict[str, dict[str, float]]:
    """Return the shares of items, interactions and plays whose artist region or music types are known.

    Parameters
    ----------
    tables
        The canonical tables.

    Returns
    -------
    dict
        Attribute -> items, interactions, plays -> share, 0 (nothing is known) to 1, rounded to six decimals.
    """
    items, played = tables[Table.ITEMS], tables[Table.INTERACTIONS]
    with_region = items[ITEM][items[ARTIST_REGION].notna()]
    with_types = tables[Table.ITEM_TYPES][ITEM]
    return {
        attribute: {
            "items": round(float(items[ITEM].isin(known).mean()), 6),
            "interactions": round(float((hit := played[ITEM].isin(known)).mean()), 6),
            "plays": round(float(played[PLAYS][hit].sum() / max(int(played[PLAYS].sum()), 1)), 6),
        }
        for attribute, known in (("artist_region", with_region), ("music_types", with_types))
    }
