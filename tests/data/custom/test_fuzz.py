"""Whatever stands in a file, it is read or refused in one line: no traceback, no hang, no lost memory."""

import gzip
import json
import time
import tracemalloc

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairtune.columns import EVENTS, BlockName, Table
from fairtune.data.custom import row_checks, source_files
from fairtune.data.formats import exports
from fairtune.errors import FairtuneError

ROWS = "".join(f"ada{row % 9},t{row % 7}{row},{row + 1},2009-04-{1 + row % 28:02}\n" for row in range(40))
PLAYS = f"user_id,item_id,plays,timestamp\n{ROWS}"
LISTEN = {"track_metadata": {"artist_name": "Björk", "track_name": "Jóga"}, "listened_at": 1300000000}
STREAM = {
    "ts": "2011-03-13T07:06:40Z",
    "ms_played": 200_000,
    "master_metadata_album_artist_name": "Björk",
    "master_metadata_track_name": "Jóga",
}
PIECES = (
    b"", b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\r", b"\n", b'"', b",", b"\t", b";", b"[", b"{",
    b"]", b"}", b"null", b"1e999", b"NaN", b"-", b"9" * 30, b"\xe2\x80\xae", b"\\", b"'", b"\xed\xa0\x80",
    b"{" * 3000, b'"' * 99,
)  # fmt: skip
LIMIT = 10
"""Seconds, and times the size of a file."""
BASE = 2_000_000
"""Bytes that a small file may take, of which caches and messages are most."""


def parquet(folder):
    frame = pd.DataFrame(
        {"user_id": ["ada", "bo"] * 20, "item_id": [f"t{row}" for row in range(40)], "plays": 3}
    )
    frame.to_parquet(folder / "whole.parquet")
    return (folder / "whole.parquet").read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzzed")


@pytest.fixture(scope="module")
def whole(folder):
    """Give good content by what it is."""
    return {
        "plays.csv": PLAYS.encode(),
        "plays.tsv": PLAYS.replace(",", "\t").encode(),
        "plays.parquet": parquet(folder),
        "plays.csv.gz": gzip.compress(PLAYS.encode(), mtime=0),
        "listenbrainz.jsonl": b"".join(
            json.dumps({**LISTEN, "user_name": str(row)}).encode() + b"\n" for row in range(9)
        ),
        "spotify.json": json.dumps([STREAM] * 9).encode(),
        "scrobbles.csv": "Björk,Homogenic,Jóga,13 Mar 2011 07:06\n".encode() * 9,
    }


def read(path, table):
    """Read a file as `fairtune validate` and the run do; return the number of good rows."""
    form = path.name.partition(".")[0]
    if form in exports.MODULES:
        return len(exports.read(path, form, BlockName.TRACK, "ada").rows)
    if path.suffix == ".gz":
        (part,) = source_files.find(str(path))
        plain = path.with_name(part.plain_name)
        part.copy(plain, limit=source_files.LARGEST)
        path = plain
    return len(row_checks.check(path, table, {}, log=table == EVENTS).good)


def answer(path, table):
    """Read a file; return what it is refused with, None if something in it is read."""
    tracemalloc.start()
    began = time.process_time()
    try:
        said = None if read(path, table) else "nothing in it can be read"
    except FairtuneError as refused:
        said = str(refused)
    finally:
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert time.process_time() - began < LIMIT
    assert most < BASE + LIMIT * path.stat().st_size
    return said


DAMAGE = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 60), st.sampled_from(PIECES)), min_size=1, max_size=4
)


@pytest.mark.parametrize(
    "name",
    [
        "plays.csv", "plays.tsv", "plays.parquet", "plays.csv.gz", "listenbrainz.jsonl", "spotify.json",
        "scrobbles.csv",
    ],
)  # fmt: skip
@given(
    damages=DAMAGE, table=st.sampled_from([Table.INTERACTIONS, EVENTS, Table.ITEMS]), cut=st.floats(0.5, 1.2)
)
def test_a_damaged_file_is_read_or_refused_in_one_line(folder, whole, name, damages, table, cut):
    content = whole[name]
    for where, length, piece in damages:
        at = int(where * len(content))
        content = content[:at] + piece + content[at + length :]
    path = folder / name
    path.write_bytes(content[: int(cut * len(content))])

    said = answer(path, table)

    assert said is None or "\n" not in said, said


@pytest.mark.parametrize(
    "name", ["plays.csv", "plays.parquet", "plays.csv.gz", "listenbrainz.jsonl", "spotify.json"]
)
@given(content=st.binary(max_size=300))
def test_bytes_that_are_nothing_are_refused_in_one_line(folder, name, content):
    path = folder / name
    path.write_bytes(content)

    said = answer(path, Table.INTERACTIONS)

    assert said is not None
    assert "\n" not in said
