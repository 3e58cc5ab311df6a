"""Last.fm 2K (HetRec 2011): play counts, tags and friendships of 1,892 listeners and 17,632 artists."""

from pathlib import Path
from typing import Final

import pandas as pd

from fairtune.columns import BlockName, Table
from fairtune.datasets import delimited, lfm_2b, nationality, spelling
from fairtune.datasets.base import Dataset, RawTables, Source
from fairtune.datasets.delimited import Kind, Layout

FOLDER: Final = "lastfm-2k"
ARCHIVE: Final = "https://files.grouplens.org/datasets/hetrec2011/hetrec2011-lastfm-2k.zip"


def _member(file: str, size: int, sha256: str) -> Source:
    return Source(file=file, folder=FOLDER, size=size, sha256=sha256, url=ARCHIVE, member=file)


SOURCES: Final = (
    _member("artists.dat", 1_925_879, "c173881362c6b28551368fecb3c0be5a6a30a6cd859e1f5775413dfe46d48648"),
    _member("tags.dat", 234_468, "e95175f259be4c0c47644ae23d66131cd6d5767142a1405000e79f5584691d70"),
    _member(
        "user_artists.dat", 1_296_455, "001400dc3c7d2667fca6e4ea6dc6acc31a9dd28ad5cd0f74cea988c019934d3b"
    ),
    _member("user_friends.dat", 251_565, "9a3a8f7fa5f5ec832335e5b58ed69a4cf27c6f6f6afcde62134810eea46445a7"),
    _member(
        "user_taggedartists.dat",
        4_366_696,
        "d31fe938fcfeed6f0059f37a36b156f63674d073fc2553e5cc9dc1595e365bc7",
    ),
    # The publisher names no countries; this list of another data set names those of 3,072 artists.
    lfm_2b.TRACKS,
)

SHARED: Final = 3
"""A tag that fewer listeners use is a private note ("songs for gil"): no music type, whatever it says."""

WHOLE, TEXT, UNREAD = Kind.WHOLE, Kind.TEXT, Kind.UNREAD
# Quotes are characters in all of them: 16 artist names hold a bare one.
LAYOUTS: Final = {
    "artists.dat": Layout(
        columns={"id": WHOLE, "name": TEXT, "url": UNREAD, "pictureURL": UNREAD}, header=True
    ),
    "tags.dat": Layout(columns={"tagID": WHOLE, "tagValue": TEXT}, header=True, encoding="latin-1"),
    "user_artists.dat": Layout(columns={"userID": WHOLE, "artistID": WHOLE, "weight": WHOLE}, header=True),
    "user_friends.dat": Layout(columns={"userID": WHOLE, "friendID": WHOLE}, header=True),
    "user_taggedartists.dat": Layout(
        columns=dict.fromkeys(("userID", "artistID", "tagID"), WHOLE)
        # Five of these dates are impossible and nothing depends on one.
        | dict.fromkeys(("day", "month", "year"), UNREAD),
        header=True,
    ),
}


def read(raw: Path) -> RawTables:
    """Read the five files; artists' countries come from the LFM-2b track list or from nationality tags."""
    files = {name: delimited.read(raw / name, layout) for name, layout in LAYOUTS.items()}
    listed = lfm_2b.read_tracks(raw)
    artists = files["artists.dat"].rows
    taggings = _taggings(files["user_taggedartists.dat"].rows, files["tags.dat"].rows)
    known = taggings["item_id"].isin(artists["id"])
    tags = taggings[known].groupby(["item_id", "tag"], as_index=False)["user_id"].nunique()
    tags = tags.rename(columns={"user_id": "taggers"})
    keys = {tag: spelling.key(tag) for tag in taggings["tag"].unique()}
    listeners = taggings.groupby(taggings["tag"].map(keys))["user_id"].nunique()
    shared = tags["tag"].map(keys).isin(listeners.index[listeners >= SHARED])

    by_list = nationality.listed(artists["name"], listed.rows["artist"], listed.rows["country"])
    by_tags = artists["id"].map(nationality.tagged(tags, nationality.demonyms())).astype("str")
    items = pd.DataFrame(
        {
            "item_id": artists["id"],
            "name": artists["name"],
            "artist": artists["name"],
            "artist_country": by_list.fillna(by_tags),
            "artist_gender": pd.Series(index=artists.index, dtype="str"),
        }
    ).reset_index(drop=True)
    plays = files["user_artists.dat"].rows
    return RawTables(
        interactions=plays.set_axis(["user_id", "item_id", "plays"], axis="columns").reset_index(drop=True),
        items=items,
        users=pd.DataFrame({"user_id": plays["userID"].drop_duplicates().sort_values()}).assign(
            country=None, gender=None, age=None, signup=None
        ),
        tags=tags[shared].reset_index(drop=True),
        friends=files["user_friends.dat"]
        .rows.set_axis(["user_id", "friend_id"], axis="columns")
        .reset_index(drop=True),
        rejected=pd.concat([*(file.rejected for file in files.values()), listed.rejected], ignore_index=True),
        notes={
            "tag rows of artists missing from artists.dat, dropped": int((~known).sum()),
            "tags that fewer than three listeners use, dropped": int((listeners < SHARED).sum()),
            "artists with a country from the LFM-2b track list": int(by_list.notna().sum()),
            "artists with a country from nationality tags": int((by_list.isna() & by_tags.notna()).sum()),
            "artists with a country from both": int((by_list.notna() & by_tags.notna()).sum()),
            "artists with a country from both that agree": int((by_list == by_tags).sum()),
        },
    )


def _taggings(assignments: pd.DataFrame, tags: pd.DataFrame) -> pd.DataFrame:
    """Join tag assignments with what the tags say: user_id, item_id, tag."""
    said = tags.drop_duplicates("tagID").set_index("tagID")["tagValue"]
    return pd.DataFrame(
        {
            "user_id": assignments["userID"],
            "item_id": assignments["artistID"],
            "tag": assignments["tagID"].map(said),
        }
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
