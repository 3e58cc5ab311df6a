import datetime as dt
import importlib.util
from pathlib import Path

import pytest

from fairtune.columns import BlockName
from fairtune.data.sources import catalogue, lastfm_1k

ROOT = Path(__file__).resolve().parents[3]
BJORK, JOGA = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb", "0a2e7a1c-27ab-4ad5-8a2e-3e6d1d4a2a11"
PROFILES = (
    "#id\tgender\tage\tcountry\tregistered\n"
    "user_000001\tm\t\tJapan\tAug 13, 2006\n"
    "user_000639\tf\t24\tUnited States\tFeb 24, 2006\n"
)
LOG = (
    f"user_000639\t2009-04-08T01:57:47Z\t{BJORK}\tBjörk\t{JOGA}\tJóga\n"
    f"user_000639\t2008-04-08T01:57:47Z\t{BJORK}\tBjörk\t{JOGA}\tJóga (live)\n"
    f"user_000639\t2009-04-08T02:57:47Z\t{BJORK}\tBjörk\t{JOGA}\tJóga\n"
    f"user_000001\t2009-05-01T00:00:00Z\t{BJORK}\tBjörk\t\tHunter\n"
    "user_000001\t2009-05-02T00:00:00Z\t\tSomebody\t\tHunter\n"
)
OTHERS = {
    "artists.dat": "id\tname\turl\tpictureURL\n1\tBjörk\tx\tx\n",
    "tags.dat": "tagID\ttagValue\n1\tart rock\n",
    "user_taggedartists.dat": "userID\tartistID\ttagID\tday\tmonth\tyear\n1\t1\t1\t1\t4\t2009\n",
    "tracks.tsv": "Björk\tJóga\tIS\n",
}


@pytest.fixture(scope="module")
def shapes():
    spec = importlib.util.spec_from_file_location("shapes", ROOT / "benchmarks/shapes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def read(tmp_path):
    def read(log=LOG, profiles=PROFILES):
        files = {lastfm_1k.LOG.file: log, lastfm_1k.PROFILES.file: profiles, **OTHERS}
        for name, content in files.items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return lastfm_1k.read(tmp_path)

    return read


def test_plays_of_a_pair_are_counted_and_dated_by_the_first(read):
    rows = read().interactions
    assert rows[["user_id", "item_id", "plays"]].to_numpy().tolist() == [[1, 2, 1], [1, 3, 1], [639, 1, 3]]
    assert [str(time) for time in rows["timestamp"]] == [
        "2009-05-01 00:00:00",
        "2009-05-02 00:00:00",
        "2008-04-08 01:57:47",
    ]


def test_tracks_without_an_mbid_are_told_apart_by_title_and_artist(read):
    items = read().items
    assert items["name"].tolist() == ["Jóga", "Hunter", "Hunter"]
    assert items["artist"].tolist() == ["Björk", "Björk", "Somebody"]
    assert items["artist_country"].fillna("").tolist() == ["IS", "IS", ""]


def test_a_listener_is_the_number_in_their_name(read):
    users = read().users
    assert users["user_id"].tolist() == [1, 639]
    assert users["country"].tolist() == ["JP", "US"]
    assert users["age"].isna().tolist() == [True, False]


def test_plays_of_the_future_are_left_out_and_counted(read):
    tables = read(LOG + f"user_000001\t2013-09-29T18:32:04Z\t{BJORK}\tBjörk\t{JOGA}\tJóga\n")
    assert len(tables.interactions) == 3
    assert tables.notes["plays dated after the data was collected, left out"] == 1


def test_damaged_rows_are_set_aside_with_their_line(read):
    wrong = (
        f"user_000002\t2009-04-08T01:57:47Z\t{BJORK}\tBjörk\t{JOGA}\tJóga\n"
        f"user_000639\t2009-04-08 01:57:47\t{BJORK}\tBjörk\t{JOGA}\tJóga\n"
        f"user_000639\t2009-04-08T01:57:47Z\t{BJORK}\t\t{JOGA}\tJóga\n"
        "user_000639\n"
    )
    tables = read(LOG + wrong)
    found = tables.rejected[["line", "column", "rule"]].to_numpy().tolist()
    assert sorted(found) == [
        [6, "userid", "is in userid-profile.tsv"],
        [7, "timestamp", "is a time like 2007-03-27T19:50:20Z"],
        [8, "artname", "is UTF-8 text and not empty"],
        [9, "row", "has 6 fields between tabs"],
    ]
    assert len(tables.interactions) == 3


@pytest.mark.parametrize("rows", [1_000, 20_000, 150_000])
def test_generated_files_give_what_a_reading_by_hand_gives(shapes, tmp_path, rows):
    shapes.write("1k", tmp_path, rows=rows, damaged=8)
    accounts = {
        line.split("\t")[0]
        for line in (tmp_path / lastfm_1k.PROFILES.file).read_text(encoding="utf-8").splitlines()[1:]
    }
    plays, first, tracks, broken, late = {}, {}, {}, [], 0
    lines = (tmp_path / lastfm_1k.LOG.file).read_bytes().split(b"\n")[:-1]
    assert len(lines) == rows
    for number, line in enumerate(lines, 1):
        try:
            account, time, artist_id, artist, track_id, *title = line.decode().split("\t")
            listener = int(account.removeprefix("user_"))
            when = dt.datetime.fromisoformat(time).replace(tzinfo=None)
            assert account in accounts
            assert title
        except (UnicodeDecodeError, ValueError, AssertionError):
            broken.append(number)
            continue
        if when >= dt.datetime(2010, 1, 1):  # noqa: DTZ001 - as the file has it
            late += 1
            continue
        track = tracks.setdefault(track_id or (artist_id or artist, *title), len(tracks) + 1)
        pair = listener, track
        plays[pair] = plays.get(pair, 0) + 1
        first[pair] = min(first.get(pair, when), when)
    tables = lastfm_1k.read(tmp_path)
    rows = tables.interactions
    found = rows.set_index(["user_id", "item_id"])
    assert found["plays"].to_dict() == plays
    assert {pair: time.to_pydatetime() for pair, time in found["timestamp"].items()} == first
    assert sorted(tables.rejected["line"]) == broken
    assert tables.notes["plays dated after the data was collected, left out"] == late > 0


def test_it_is_known_by_name_with_its_publishers_record():
    dataset = catalogue.get("lastfm-1k")
    assert dataset.item_kind is BlockName.TRACK
    assert dataset.sources[0].archive.md5 == "a79a6808f54f73354789a9fb02cb1e41"
