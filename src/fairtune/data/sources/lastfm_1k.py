"""Last.fm 1K (v1.0): every track that 992 listeners played, and when, until 2009; and who they are."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from fairtune.columns import ITEM, PLAYS, TIMESTAMP, USER, BlockName, Table
from fairtune.data.sources import delimited, lastfm_profiles
from fairtune.data.sources.base import Archive, Dataset, RawTables
from fairtune.data.sources.column_kinds import Kind
from fairtune.data.sources.delimited import Layout

FOLDER: Final = "lastfm-1k"
ARCHIVE: Final = "lastfm-dataset-1K.tar.gz"
PACKED: Final = Archive(md5="a79a6808f54f73354789a9fb02cb1e41")
LOG: Final = lastfm_profiles.member(
    "userid-timestamp-artid-artname-traid-traname.tsv",
    folder=FOLDER, archive=ARCHIVE, packed=PACKED, md5="64747b21563e3d2aa95751e0ddc46b68",
)  # fmt: skip
PROFILES: Final = lastfm_profiles.member(
    "userid-profile.tsv",
    folder=FOLDER, archive=ARCHIVE, packed=PACKED, md5="c53608b6b445db201098c1489ea497df",
)  # fmt: skip
COLLECTED: Final = np.datetime64("2010-01-01", "s")
"""Clocks of some listeners were wrong: nothing was played after the data had been collected."""

ACCOUNT, WHEN = "userid", "timestamp"
ARTIST_ID, ARTIST, TRACK_ID, TRACK = "artid", "artname", "traid", "traname"
_LAYOUT: Final = Layout(
    columns={
        ACCOUNT: Kind.TEXT,
        WHEN: Kind.INSTANT,
        ARTIST_ID: Kind.OPTIONAL,
        ARTIST: Kind.TEXT,
        TRACK_ID: Kind.OPTIONAL,
        TRACK: Kind.TEXT,
    },
    header=False,
    repeated=frozenset((ACCOUNT, ARTIST_ID, ARTIST, TRACK_ID, TRACK)),
    spills=TRACK,
)


def read(raw: Path) -> RawTables:
    """Read both files; a listener's id is the number in theirs, a track's its order among the plays.

    A track is what has one MBID or, without any, one title by one artist; an artist likewise. Plays of a pair
    are counted, and dated by the first.
    """
    profiles = lastfm_profiles.read(raw / PROFILES.file, header=True)
    log = delimited.read(raw / LOG.file, _LAYOUT)
    accounts = log.rows[ACCOUNT].cat
    numbers = pd.Series(_number(profiles.users["account"]).to_numpy(), profiles.users["account"])
    number_of = numbers.groupby(level=0).first().reindex(accounts.categories).to_numpy(np.float64, na_value=0)
    listener = number_of.astype(np.int64)[accounts.codes.to_numpy()]
    strange = _rejected(log.rows.loc[listener == 0, ACCOUNT])
    late = log.rows[WHEN].to_numpy("datetime64[s]") >= COLLECTED
    kept = (listener > 0) & ~late
    rows = log.rows.loc[kept]
    artist, artists = lastfm_profiles.identified(rows[ARTIST_ID], rows[ARTIST])
    track, titles = lastfm_profiles.identified(rows[TRACK_ID], rows[TRACK], artist)
    first_row = np.unique(track, return_index=True)[1]
    listener, when = listener[kept], rows[WHEN].to_numpy("datetime64[s]").astype(np.int64)
    pairs = listener * len(titles) + track
    order = np.lexsort((when, pairs))
    starts = np.flatnonzero(np.diff(pairs[order], prepend=-1))
    pair = pairs[order[starts]]
    known = lastfm_profiles.artists(raw, artists)
    by = artist[first_row]
    return RawTables(
        interactions=pd.DataFrame(
            {
                USER: pair // len(titles),
                ITEM: pair % len(titles) + 1,
                PLAYS: np.diff(starts, append=len(order)),
                TIMESTAMP: when[order[starts]].astype("datetime64[s]"),
            }
        ),
        items=pd.DataFrame(
            {
                ITEM: np.arange(1, len(titles) + 1),
                "name": titles,
                "artist": artists.to_numpy()[by],
                "artist_country": known.countries.to_numpy()[by],
                "artist_gender": pd.Series([None] * len(titles), dtype="str"),
            }
        ),
        users=profiles.users.assign(**{USER: _number(profiles.users["account"])})
        .drop(columns="account")
        .reset_index(drop=True),
        tags=known.tags,
        friends=pd.DataFrame({USER: [], "friend_id": []}),
        rejected=pd.concat([log.rejected, strange, profiles.rejected, known.rejected], ignore_index=True),
        notes={
            **profiles.notes,
            **known.notes,
            "plays dated after the data was collected, left out": int(late.sum()),
            "plays of the log that repeat a pair, summed": len(pairs) - len(pair),
        },
    )


def _number(accounts: pd.Series) -> pd.Series:
    """Return 639 for `user_000639`, 0 for what is written otherwise."""
    return accounts.str.extract(r"^user_(\d{6})$", expand=False).fillna("0").astype("int64")


def _rejected(accounts: pd.Series) -> pd.DataFrame:
    rule = f"is in {PROFILES.file}"
    found = [
        (LOG.file, int(line), ACCOUNT, rule, delimited.shown(str(text))) for line, text in accounts.items()
    ]
    return pd.DataFrame(found, columns=list(delimited.REJECTED))


DATASET: Final = Dataset(
    name="lastfm-1k",
    item_kind=BlockName.TRACK,
    counts=True,
    licence=lastfm_profiles.LICENCE,
    citation=lastfm_profiles.CITATION,
    homepage=lastfm_profiles.RECORD,
    sources=(LOG, PROFILES, *lastfm_profiles.SOURCES),
    rows={Table.USERS: 992},
    read=read,
)
