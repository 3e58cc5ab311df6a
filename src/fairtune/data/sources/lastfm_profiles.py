"""What Last.fm 360K and 1K share: their record, profiles, and what other sets tell of artists."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairtune.data.sources import artist_countries, artist_tags, country_names, delimited, lfm_2b
from fairtune.data.sources.base import Archive, Source
from fairtune.data.sources.column_kinds import Kind
from fairtune.data.sources.delimited import Layout

RECORD: Final = "https://zenodo.org/records/6090214"
LICENCE: Final = "non-commercial use; cite Celma (2010) and Last.fm"
CITATION: Final = (
    "Last.fm, https://www.last.fm. Celma: Music Recommendation and Discovery. Springer 2010. "
    "Artists' countries: see lfm-2b. Tags: see lastfm-2k"
)
SOURCES: Final = (*artist_tags.SOURCES, lfm_2b.TRACKS)
"""Neither set says of artists more than their names: countries and tags come from two others, by name."""
GENDER: Final = ("m", "f")


def member(file: str, *, folder: str, archive: str, packed: Archive, md5: str) -> Source:
    """Return one file of an archive of the record as a source; it has no better checksum than MD5."""
    url = f"{RECORD}/files/{archive}"
    return Source(file=file, folder=folder, checksum=f"md5:{md5}", url=url, member=file, archive=packed)


@dataclass(frozen=True)
class Profiles:
    """Who the listeners are.

    Attributes
    ----------
    users
        Rows of account (the publisher's id), country (a code), gender, age, signup; indexed by line.
    rejected
        Rows that could not be read, see `delimited.REJECTED`.
    notes
        Counted facts of the reading.
    """

    users: pd.DataFrame
    rejected: pd.DataFrame
    notes: Mapping[str, int]


def read(path: Path, *, header: bool) -> Profiles:
    """Read a file of profiles: account, gender, age, country, signup; all but the first may be empty."""
    names = ("#id", "gender", "age", "country", "registered")
    kinds = (Kind.TEXT, *[Kind.OPTIONAL] * 4)
    read_ = delimited.read(path, Layout(columns=dict(zip(names, kinds, strict=True)), header=header))
    rows = read_.rows
    stated, signup = rows["country"], pd.to_datetime(rows["registered"], format="%b %d, %Y", errors="coerce")
    country = country_names.codes(stated)
    age = pd.to_numeric(rows["age"], errors="coerce").astype("Float64")
    users = pd.DataFrame(
        {
            "account": rows["#id"],
            "country": country,
            "gender": rows["gender"].where(rows["gender"].isin(GENDER)),
            "age": age.where(age % 1 == 0),
            "signup": signup.astype("datetime64[s]"),
        }
    )
    notes = {
        "countries by names that none has, now unknown": int((stated.notna() & country.isna()).sum()),
        "ages and signups that are none, now unknown": int(
            (rows["age"].notna() & users["age"].isna()).sum()
            + (rows["registered"].notna() & signup.isna()).sum()
        ),
    }
    return Profiles(users, read_.rejected, notes)


@dataclass(frozen=True)
class Artists:
    """What other data sets tell of artists.

    Attributes
    ----------
    countries
        Of each artist asked for, null: unknown.
    tags
        Rows of artist (a name), tag, taggers.
    rejected
        Rows that could not be read, see `delimited.REJECTED`.
    notes
        Counted facts of the reading.
    """

    countries: pd.Series
    tags: pd.DataFrame
    rejected: pd.DataFrame
    notes: Mapping[str, int]


def artists(raw: Path, names: pd.Series) -> Artists:
    """Look up artists by name, without case: their countries, by list or nationality tags, and all tags."""
    tracks, tagged = lfm_2b.read_tracks(raw), artist_tags.read(raw)
    spelled = tagged.artists.set_index("id")["name"]
    by_list = artist_countries.listed(names, tracks.rows["artist"], tracks.rows["country"])
    nations = artist_countries.tagged(tagged.every, artist_countries.demonyms())
    by_name = pd.Series(nations.to_numpy(), spelled.reindex(nations.index).str.casefold())
    by_tags = names.str.casefold().map(by_name[~by_name.index.duplicated()]).astype("str")
    return Artists(
        countries=by_list.fillna(by_tags),
        tags=tagged.tags.assign(artist=tagged.tags["item_id"].map(spelled))[["artist", "tag", "taggers"]],
        rejected=pd.concat([tagged.rejected, tracks.rejected], ignore_index=True),
        notes={
            **tagged.notes,
            "artists with a country from the LFM-2b track list": int(by_list.notna().sum()),
            "artists with a country from nationality tags": int((by_list.isna() & by_tags.notna()).sum()),
        },
    )


def identified(
    ids: pd.Series, names: pd.Series, within: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], pd.Series]:
    """Number things by their id where they have one, else by their name.

    Parameters
    ----------
    ids
        The id of each row's thing, categorical, null where it has none; shape (n_rows,).
    names
        Its name, categorical, likewise; never null where `ids` is.
    within
        What else tells things without an id apart, such as the number of their artist; (n_rows,).

    Returns
    -------
    tuple
        The number of each row's thing, from 0 in the order in which they first come; and the name of each
        thing, the one that most rows write, of equally frequent ones the first by alphabet; its id where
        no row names it.
    """
    codes, spelling = ids.cat.codes.to_numpy(np.int64), names.cat.codes.to_numpy(np.int64)
    texts = names.cat.categories.to_series(index=range(len(names.cat.categories)))
    named = spelling if within is None else within * len(texts) + spelling
    numbers, keys = pd.factorize(np.where(codes >= 0, codes, len(ids.cat.categories) + named))
    rank = texts.rank(method="first").to_numpy(np.int64)  # by alphabet, from 1; 0: no name
    ranks = np.where(spelling >= 0, rank[spelling], 0)
    pairs, times = np.unique(numbers * (len(texts) + 1) + ranks, return_counts=True)
    thing, its_rank = np.divmod(pairs, len(texts) + 1)
    best = np.lexsort((its_rank, -times, its_rank == 0, thing))
    best = best[np.unique(thing[best], return_index=True)[1]]
    sorted_texts = np.concatenate([[None], texts.to_numpy(object)[np.argsort(rank)]])
    by_id = ids.cat.categories.to_numpy(object)[np.minimum(keys, len(ids.cat.categories) - 1)]
    return numbers, pd.Series(np.where(its_rank[best] > 0, sorted_texts[its_rank[best]], by_id), dtype="str")
