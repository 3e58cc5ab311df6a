"""LFM-2b, the track subset of "Oh, Behave!": who listened to which of 10,000 tracks, from which country."""

from pathlib import Path
from typing import Final

import pandas as pd

from fairtune.columns import ARTIST, ITEM, BlockName, Table
from fairtune.data.sources import artist_tags, delimited
from fairtune.data.sources.base import Dataset, RawTables, Source
from fairtune.data.sources.column_kinds import Kind
from fairtune.data.sources.delimited import Layout

FOLDER: Final = "lfm-2b"
REPOSITORY: Final = "https://github.com/hcai-mms/FeedbackLoops4RecSys"
FILES: Final = (
    "https://raw.githubusercontent.com/hcai-mms/FeedbackLoops4RecSys/"
    "0ba9cfef0b3bc320a665260db99f6339000dd1f1/experiments/example/input"
)

INTERACTIONS: Final = Source(
    file="dataset.inter",
    folder=FOLDER,
    size=2_188_093,
    checksum="sha256:946404deb4d83b473b801dd390a53af8bf9fdd304bfabfac2397bed12c83f982",
    url=f"{FILES}/dataset.inter",
)
LISTENERS: Final = Source(
    file="demographics.tsv",
    folder=FOLDER,
    size=291_615,
    checksum="sha256:3932a3c9acf6d29f0d25daf28f043c1a81ee88db560d7bdb0e99b5dce4d80715",
    url=f"{FILES}/demographics.tsv",
)
TRACKS: Final = Source(
    file="tracks.tsv",
    folder=FOLDER,
    size=330_428,
    checksum="sha256:b454f586a38b88f5fbcbbd092840a05554b9be4bde47c57609b0478d78dd2972",
    url=f"{FILES}/tracks.tsv",
)


def read_tracks(raw: Path) -> delimited.Delimited:
    """Read tracks.tsv: artist, title, country, indexed by line; the id of a track is its line - 1."""
    layout = Layout(
        columns={"artist": Kind.TEXT, "title": Kind.TEXT, "country": Kind.TEXT}, header=False, quoted=True
    )
    return delimited.read(raw / TRACKS.file, layout)


def read(raw: Path) -> RawTables:
    """Read the three files; ids of listeners and tracks are 0-based row numbers of their files.

    Music is tagged in another data set: tracks have the tags of the artists that Last.fm 2K has too.
    """
    pairs = delimited.read(
        raw / INTERACTIONS.file,
        Layout(columns={"user_id:token": Kind.WHOLE, "item_id:token": Kind.WHOLE}, header=True),
    )
    listeners = delimited.read(
        raw / LISTENERS.file,
        Layout(
            columns={"country": Kind.TEXT, "age": Kind.WHOLE, "gender": Kind.TEXT, "signup": Kind.MOMENT},
            header=False,
        ),
    )
    tracks = read_tracks(raw)
    items = pd.DataFrame(
        {
            "item_id": tracks.rows.index - 1,
            "name": tracks.rows["title"].to_numpy(),
            "artist": tracks.rows["artist"].to_numpy(),
            "artist_country": tracks.rows["country"].to_numpy(),
            "artist_gender": pd.Series([None] * len(tracks.rows), dtype="str"),
        }
    )
    tagged = artist_tags.read(raw)
    tags = tagged.tags.assign(artist=tagged.tags[ITEM].map(tagged.artists.set_index("id")["name"]))
    users = listeners.rows.reset_index(drop=True).assign(user_id=listeners.rows.index - 1)
    return RawTables(
        interactions=pd.DataFrame(
            {
                "user_id": pairs.rows["user_id:token"].to_numpy(),
                "item_id": pairs.rows["item_id:token"].to_numpy(),
                "plays": 1,
            }
        ),
        items=items,
        users=users,
        tags=tags[[ARTIST, "tag", "taggers"]],
        friends=pd.DataFrame({"user_id": [], "friend_id": []}),
        rejected=pd.concat(
            [pairs.rejected, listeners.rejected, tracks.rejected, tagged.rejected], ignore_index=True
        ),
        notes={
            **tagged.notes,
            "tracks by artists that Last.fm 2K has too": _shared(
                tracks.rows["artist"], tagged.artists["name"]
            ),
        },
    )


def _shared(artists: pd.Series, names: pd.Series) -> int:
    return int(artists.str.casefold().isin(names.str.casefold()).sum())


DATASET: Final = Dataset(
    name="lfm-2b",
    item_kind=BlockName.TRACK,
    counts=False,
    licence=(
        "none stated; research use, cite the paper. Tags: non-commercial use; cite Last.fm and HetRec 2011"
    ),
    citation=(
        "Lesota et al.: Oh, Behave! Country Representation Dynamics Created by Feedback Loops in Music "
        "Recommender Systems. RecSys 2024. Tags: see lastfm-2k"
    ),
    homepage=REPOSITORY,
    sources=(INTERACTIONS, LISTENERS, TRACKS, *artist_tags.SOURCES),
    rows={Table.INTERACTIONS: 229_037, Table.ITEMS: 10_000, Table.USERS: 10_415},
    read=read,
)
