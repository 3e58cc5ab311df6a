"""Last.fm 2K (HetRec 2011): play counts, tags and friendships of 1,892 listeners and 17,632 artists."""

from pathlib import Path
from typing import Final

import pandas as pd

from fairtune.columns import BlockName, Table
from fairtune.data.sources import artist_countries, artist_tags, delimited, lfm_2b
from fairtune.data.sources.artist_tags import member
from fairtune.data.sources.base import Dataset, RawTables
from fairtune.data.sources.column_kinds import Kind
from fairtune.data.sources.delimited import Layout

PLAYS: Final = member(
    "user_artists.dat", 1_296_455, "001400dc3c7d2667fca6e4ea6dc6acc31a9dd28ad5cd0f74cea988c019934d3b"
)
FRIENDS: Final = member(
    "user_friends.dat", 251_565, "9a3a8f7fa5f5ec832335e5b58ed69a4cf27c6f6f6afcde62134810eea46445a7"
)
# The publisher names no countries; the track list of another data set names those of 3,072 artists.
SOURCES: Final = (*artist_tags.SOURCES, PLAYS, FRIENDS, lfm_2b.TRACKS)

_LAYOUTS: Final = {
    PLAYS: Layout(columns=dict.fromkeys(("userID", "artistID", "weight"), Kind.WHOLE), header=True),
    FRIENDS: Layout(columns=dict.fromkeys(("userID", "friendID"), Kind.WHOLE), header=True),
}


def read(raw: Path) -> RawTables:
    """Read the five files; artists' countries come from the LFM-2b track list or from nationality tags."""
    files = {source: delimited.read(raw / source.file, layout) for source, layout in _LAYOUTS.items()}
    tracks = lfm_2b.read_tracks(raw)
    tagged = artist_tags.read(raw)
    artists = tagged.artists

    by_list = artist_countries.listed(artists["name"], tracks.rows["artist"], tracks.rows["country"])
    by_tags = (
        artists["id"].map(artist_countries.tagged(tagged.every, artist_countries.demonyms())).astype("str")
    )
    items = pd.DataFrame(
        {
            "item_id": artists["id"],
            "name": artists["name"],
            "artist": artists["name"],
            "artist_country": by_list.fillna(by_tags),
            "artist_gender": pd.Series(index=artists.index, dtype="str"),
        }
    ).reset_index(drop=True)
    plays = files[PLAYS].rows
    return RawTables(
        interactions=plays.set_axis(["user_id", "item_id", "plays"], axis="columns").reset_index(drop=True),
        items=items,
        users=pd.DataFrame({"user_id": plays["userID"].drop_duplicates().sort_values()}).assign(
            country=None, gender=None, age=None, signup=None
        ),
        tags=tagged.tags,
        friends=files[FRIENDS].rows.set_axis(["user_id", "friend_id"], axis="columns").reset_index(drop=True),
        rejected=pd.concat(
            [*(file.rejected for file in files.values()), tagged.rejected, tracks.rejected], ignore_index=True
        ),
        notes={
            **tagged.notes,
            "artists with a country from the LFM-2b track list": int(by_list.notna().sum()),
            "artists with a country from nationality tags": int((by_list.isna() & by_tags.notna()).sum()),
            "artists with a country from both": int((by_list.notna() & by_tags.notna()).sum()),
            "artists with a country from both that agree": int((by_list == by_tags).sum()),
        },
    )


DATASET: Final = Dataset(
    name="lastfm-2k",
    item_kind=BlockName.ARTIST,
    counts=True,
    licence="non-commercial use; cite Last.fm and HetRec 2011",
    citation=(
        "Last.fm, https://www.last.fm. Cantador, Brusilovsky, Kuflik: 2nd Workshop on Information "
        "Heterogeneity and Fusion in Recommender Systems (HetRec 2011). RecSys 2011"
    ),
    homepage="https://grouplens.org/datasets/hetrec-2011/",
    sources=SOURCES,
    rows={Table.INTERACTIONS: 92_834, Table.ITEMS: 17_632, Table.USERS: 1_892, Table.FRIENDS: 25_434},
    read=read,
)
