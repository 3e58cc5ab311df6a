"""Tags that listeners of Last.fm 2K gave its artists, from three files that other data sets use too."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from fairtune.columns import ITEM, USER
from fairtune.data.sources import delimited, tag_spelling
from fairtune.data.sources.base import Source
from fairtune.data.sources.column_kinds import Kind
from fairtune.data.sources.delimited import Layout

FOLDER: Final = "lastfm-2k"
ARCHIVE: Final = "https://files.grouplens.org/datasets/hetrec2011/hetrec2011-lastfm-2k.zip"


def member(file: str, size: int, sha256: str) -> Source:
    """Return one file of the archive as a source."""
    return Source(file=file, folder=FOLDER, size=size, checksum=f"sha256:{sha256}", url=ARCHIVE, member=file)


ARTISTS: Final = member(
    "artists.dat", 1_925_879, "c173881362c6b28551368fecb3c0be5a6a30a6cd859e1f5775413dfe46d48648"
)
TAGS: Final = member("tags.dat", 234_468, "e95175f259be4c0c47644ae23d66131cd6d5767142a1405000e79f5584691d70")
TAGGINGS: Final = member(
    "user_taggedartists.dat", 4_366_696, "d31fe938fcfeed6f0059f37a36b156f63674d073fc2553e5cc9dc1595e365bc7"
)
SOURCES: Final = (ARTISTS, TAGS, TAGGINGS)

SHARED: Final = 3
"""A tag that fewer listeners use is a private note ("songs for gil"): no music type, whatever it says."""

# Quotes are characters in all of them: 16 artist names hold a bare one.
_LAYOUTS: Final = {
    ARTISTS: Layout(
        columns={"id": Kind.WHOLE, "name": Kind.TEXT, "url": Kind.UNREAD, "pictureURL": Kind.UNREAD},
        header=True,
    ),
    TAGS: Layout(columns={"tagID": Kind.WHOLE, "tagValue": Kind.TEXT}, header=True, encoding="latin-1"),
    TAGGINGS: Layout(
        columns=dict.fromkeys(("userID", "artistID", "tagID"), Kind.WHOLE)
        # Five of these dates are impossible and nothing depends on one.
        | dict.fromkeys(("day", "month", "year"), Kind.UNREAD),
        header=True,
    ),
}


@dataclass(frozen=True)
class TaggedArtists:
    """Artists and their tags.

    Attributes
    ----------
    artists
        Rows of id, name.
    tags
        Rows of item_id (an artist's), tag, taggers: how many listeners gave the artist this tag.
    every
        `tags`, and those that fewer than `SHARED` listeners use.
    rejected
        Rows that could not be read, see `delimited.REJECTED`.
    notes
        Counted facts of the reading.
    """

    artists: pd.DataFrame
    tags: pd.DataFrame
    every: pd.DataFrame
    rejected: pd.DataFrame
    notes: Mapping[str, int]


def read(raw: Path) -> TaggedArtists:
    """Read the three files; tags of artists that `artists.dat` doesn't have are left out."""
    files = {source: delimited.read(raw / source.file, layout) for source, layout in _LAYOUTS.items()}
    artists = files[ARTISTS].rows
    taggings = _taggings(files[TAGGINGS].rows, files[TAGS].rows)
    known = taggings[ITEM].isin(artists["id"])
    every = taggings[known].groupby([ITEM, "tag"], as_index=False)[USER].nunique()
    every = every.rename(columns={USER: "taggers"})
    keys = {tag: tag_spelling.key(tag) for tag in taggings["tag"].unique()}
    listeners = taggings.groupby(taggings["tag"].map(keys))[USER].nunique()
    shared = every["tag"].map(keys).isin(listeners.index[listeners >= SHARED])
    return TaggedArtists(
        artists=artists[["id", "name"]],
        tags=every[shared].reset_index(drop=True),
        every=every,
        rejected=pd.concat([file.rejected for file in files.values()], ignore_index=True),
        notes={
            "tag rows of artists missing from artists.dat, dropped": int((~known).sum()),
            "tags that fewer than three listeners use, dropped": int((listeners < SHARED).sum()),
        },
    )


def _taggings(assignments: pd.DataFrame, tags: pd.DataFrame) -> pd.DataFrame:
    """Join tag assignments with the text of the tags: user_id, item_id, tag."""
    texts = tags.drop_duplicates("tagID").set_index("tagID")["tagValue"]
    return pd.DataFrame(
        {
            USER: assignments["userID"],
            ITEM: assignments["artistID"],
            "tag": assignments["tagID"].map(texts),
        }
    )
