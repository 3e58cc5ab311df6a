"""Last.fm 360K (v1.2): how often 359,347 listeners played each of their top artists, and who they are."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from fairtune.columns import ITEM, PLAYS, USER, BlockName, Table
from fairtune.data.sources import delimited, lastfm_profiles
from fairtune.data.sources.base import Archive, Dataset, RawTables
from fairtune.data.sources.column_kinds import Kind
from fairtune.data.sources.delimited import Layout

FOLDER: Final = "lastfm-360k"
ARCHIVE: Final = "lastfm-dataset-360K.tar.gz"
PACKED: Final = Archive(md5="635e6ed3fc873aa4ba33aba0ebce02b1", size=569_202_935)
TOP_ARTISTS: Final = lastfm_profiles.member(
    "usersha1-artmbid-artname-plays.tsv",
    folder=FOLDER, archive=ARCHIVE, packed=PACKED, md5="be672526eb7c69495c27ad27803148f1",
)  # fmt: skip
PROFILES: Final = lastfm_profiles.member(
    "usersha1-profile.tsv",
    folder=FOLDER, archive=ARCHIVE, packed=PACKED, md5="51159d4edf6a92cb96f87768aa2be678",
)  # fmt: skip

ACCOUNT, MBID, NAME, COUNT = "user-sha1", "artist-mbid", "artist-name", "plays"
_LAYOUT: Final = Layout(
    columns={ACCOUNT: Kind.TEXT, MBID: Kind.OPTIONAL, NAME: Kind.OPTIONAL, COUNT: Kind.WHOLE},
    header=False,
    repeated=frozenset((ACCOUNT, MBID, NAME)),
    spills=NAME,
)


def read(raw: Path) -> RawTables:
    """Read both files; ids of listeners are lines of the profiles, those of artists their order in the plays.

    An artist is what has one MBID or, without any, one name. Rows of the same listener and artist, spelled
    otherwise, are summed.
    """
    profiles = lastfm_profiles.read(raw / PROFILES.file, header=False)
    top = delimited.read(raw / TOP_ARTISTS.file, _LAYOUT)
    accounts = top.rows[ACCOUNT].cat
    lines = pd.Series(profiles.users.index, profiles.users["account"]).groupby(level=0).first()
    line_of = lines.reindex(accounts.categories).to_numpy(np.float64, na_value=0).astype(np.int64)
    listener = line_of[accounts.codes.to_numpy()]
    unnamed = (top.rows[MBID].isna() & top.rows[NAME].isna()).to_numpy(np.bool_)
    played = top.rows[COUNT].to_numpy(np.int64)
    rejected = [
        _rejected(top.rows, listener == 0, ACCOUNT, f"is in {PROFILES.file}"),
        _rejected(top.rows, (listener > 0) & unnamed, NAME, "is there where there is no MBID"),
    ]
    silent = played == 0
    kept = (listener > 0) & ~unnamed & ~silent
    artist, names = lastfm_profiles.identified(top.rows.loc[kept, MBID], top.rows.loc[kept, NAME])
    listener, played = listener[kept], played[kept]
    n_rows = len(played)
    pairs, position = np.unique(listener * len(names) + artist, return_inverse=True)
    plays = np.bincount(position, weights=played, minlength=len(pairs)).astype(np.int64)
    interactions = pd.DataFrame(
        {USER: pairs // len(names), ITEM: pairs % len(names) + 1, PLAYS: plays}, copy=False
    )
    known = lastfm_profiles.artists(raw, names)
    return RawTables(
        interactions=interactions,
        items=pd.DataFrame(
            {
                ITEM: np.arange(1, len(names) + 1),
                "name": names,
                "artist": names,
                "artist_country": known.countries,
                "artist_gender": pd.Series([None] * len(names), dtype="str"),
            }
        ),
        users=profiles.users.drop(columns="account")
        .assign(**{USER: profiles.users.index})
        .reset_index(drop=True),
        tags=known.tags,
        friends=pd.DataFrame({USER: [], "friend_id": []}),
        rejected=pd.concat([top.rejected, *rejected, profiles.rejected, known.rejected], ignore_index=True),
        notes={
            **profiles.notes,
            **known.notes,
            "rows of no plays, left out": int(silent.sum()),
            "rows of an artist's other spelling, summed": n_rows - len(pairs),
        },
    )


def _rejected(rows: pd.DataFrame, wrong: np.ndarray, column: str, rule: str) -> pd.DataFrame:
    found = [
        (TOP_ARTISTS.file, int(line), column, rule, delimited.shown("" if pd.isna(text) else str(text)))
        for line, text in rows.loc[wrong, column].items()
    ]
    return pd.DataFrame(found, columns=list(delimited.REJECTED))


DATASET: Final = Dataset(
    name="lastfm-360k",
    item_kind=BlockName.ARTIST,
    counts=True,
    licence=lastfm_profiles.LICENCE,
    citation=lastfm_profiles.CITATION,
    homepage=lastfm_profiles.RECORD,
    sources=(TOP_ARTISTS, PROFILES, *lastfm_profiles.SOURCES),
    rows={Table.USERS: 359_347},
    read=read,
)
