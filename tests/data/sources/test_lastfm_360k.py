import importlib.util
from collections import defaultdict
from pathlib import Path

import pytest

from fairtune.config import params
from fairtune.data import ingest
from fairtune.data.sources import catalogue, lastfm_360k, music_types
from fairtune.errors import BadTable

ROOT = Path(__file__).resolve().parents[3]
ADA, BO = "a" * 40, "b" * 40
RADIOHEAD, BJORK = "a74b1b7f-71a5-4011-9441-d0b5e4122711", "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"
PROFILES = f"{ADA}\tm\t22\tGermany\tFeb 1, 2007\n{BO}\t\t\t\t\n"
PLAYS = (
    f"{ADA}\t{RADIOHEAD}\tradiohead\t2137\n"
    f"{ADA}\t{BJORK}\tbjörk\t12\n"
    f"{ADA}\t\tSomebody\t3\n"
    f"{BO}\t{BJORK}\tBjörk\t5\n"
    f"{BO}\t{RADIOHEAD}\tradiohead\t4\n"
)
OTHERS = {
    "artists.dat": "id\tname\turl\tpictureURL\n1\tRadiohead\tx\tx\n2\tBjörk\tx\tx\n",
    "tags.dat": "tagID\ttagValue\n1\tart rock\n2\ticelandic\n",
    "user_taggedartists.dat": "userID\tartistID\ttagID\tday\tmonth\tyear\n"
    + "".join(f"{user}\t2\t{tag}\t1\t4\t2009\n" for user in (1, 2, 3) for tag in (1, 2)),
    "tracks.tsv": "radiohead\tCreep\tGB\n",
}


@pytest.fixture(scope="module")
def shapes():
    spec = importlib.util.spec_from_file_location("shapes", ROOT / "benchmarks/shapes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def read(tmp_path):
    def read(plays=PLAYS, profiles=PROFILES):
        files = {lastfm_360k.TOP_ARTISTS.file: plays, lastfm_360k.PROFILES.file: profiles, **OTHERS}
        for name, content in files.items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return lastfm_360k.read(tmp_path)

    return read


def rejected(tables):
    return tables.rejected[["file", "line", "column", "rule"]].to_numpy().tolist()


def test_listeners_are_lines_of_the_profiles_and_artists_their_order_in_the_plays(read):
    tables = read()
    assert tables.interactions.to_numpy().tolist() == [
        [1, 1, 2137],
        [1, 2, 12],
        [1, 3, 3],
        [2, 1, 4],
        [2, 2, 5],
    ]
    assert tables.items["item_id"].tolist() == [1, 2, 3]
    assert tables.users["user_id"].tolist() == [1, 2]


def test_an_artist_is_one_mbid_under_the_name_that_most_rows_write(read):
    assert read().items["name"].tolist() == [
        "radiohead",
        "Björk",
        "Somebody",
    ]  # of equals the first by alphabet
    more = PLAYS + f"{'c' * 40}\t{BJORK}\tbjörk\t1\n"
    assert read(more, PROFILES + f"{'c' * 40}\t\t\t\t\n").items["name"][1] == "björk"


def test_without_a_name_the_mbid_is_the_name_and_without_both_the_row_is_set_aside(read):
    tables = read(f"{ADA}\t{RADIOHEAD}\t\t1\n{ADA}\t\tSomebody\t1\n{BO}\t\t\t1\n")
    assert tables.items["name"].tolist() == [RADIOHEAD, "Somebody"]
    assert rejected(tables) == [
        ["usersha1-artmbid-artname-plays.tsv", 3, "artist-name", "is there where there is no MBID"]
    ]


def test_what_is_not_said_of_a_listener_is_unknown(read):
    users = read().users
    assert users["gender"].tolist()[0] == "m"
    assert users["age"][0] == 22
    assert users["country"][0] == "DE"
    assert str(users["signup"][0]) == "2007-02-01 00:00:00"
    assert users.loc[1, ["gender", "age", "country", "signup"]].isna().all()


@pytest.mark.parametrize("age", ["-1337", "1002", "3"])
def test_implausible_ages_become_unknown_at_ingest(read, age):
    tables = read(profiles=f"{ADA}\tm\t{age}\tGermany\tFeb 1, 2007\n{BO}\t\t30\t\t\n")
    assert tables.users["age"].tolist() == [int(age), 30]
    made = ingest.ingest(
        tables, lastfm_360k.DATASET, music_types.vocabulary(), params.load(ROOT).datasets["lfm-2b"].ingest
    )
    assert made.tables["users"]["age"].isna().tolist() == [True, False]


def test_words_for_no_age_country_or_day_are_unknown_and_counted(read):
    tables = read(profiles=f"{ADA}\tx\told\tAtlantis\tyesterday\n{BO}\t\t\t\t\n")
    assert tables.users.loc[0, ["gender", "age", "country", "signup"]].isna().all()
    assert tables.notes["countries by names that none has, now unknown"] == 1
    assert tables.notes["ages and signups that are none, now unknown"] == 2


def test_tabs_in_a_name_are_blanks(read):
    tables = read(PLAYS + f"{BO}\t\tof\ttwo\tparts\t7\n")
    assert tables.items["name"].tolist()[-1] == "of two parts"
    assert tables.interactions.to_numpy().tolist()[-1] == [2, 4, 7]
    assert not len(tables.rejected)


def test_two_rows_of_a_pair_are_summed_and_rows_of_no_plays_left_out(read):
    tables = read(PLAYS + f"{BO}\t{BJORK}\tbjork\t10\n{BO}\t\tSomebody\t0\n")
    assert tables.interactions.to_numpy().tolist()[-1] == [2, 2, 15]
    assert tables.notes["rows of an artist's other spelling, summed"] == 1
    assert tables.notes["rows of no plays, left out"] == 1


def test_damaged_rows_are_set_aside_with_their_line(read):
    wrong = f"sep 20, 2008\t{BJORK}\tbjörk\t1\n{BO}\t{BJORK}\n{BO}\t{BJORK}\tbjörk\tmany\n".encode()
    tables = read(PLAYS.encode() + wrong + f"{BO}\t\t".encode() + b"\xff\t1\n")
    file = "usersha1-artmbid-artname-plays.tsv"
    assert sorted(rejected(tables)) == [
        [file, 6, "user-sha1", "is in usersha1-profile.tsv"],
        [file, 7, "row", "has 4 fields between tabs"],
        [file, 8, "plays", "is a whole number"],
        [file, 9, "artist-name", "is UTF-8 text"],
    ]
    assert len(tables.interactions) == 5


def test_another_file_is_refused(read):
    with pytest.raises(BadTable, match="has 4 fields between tabs"):
        read("userID\tartistID\tweight\n1\t2\t3\n")


def test_countries_and_tags_of_artists_come_from_other_sets_by_name(read):
    tables = read()
    assert tables.items["artist_country"].fillna("").tolist() == ["GB", "IS", ""]  # by list, by tag, unknown
    assert set(tables.tags["artist"]) == {"Björk"}
    assert tables.notes["artists with a country from the LFM-2b track list"] == 1
    assert tables.notes["artists with a country from nationality tags"] == 1


@pytest.mark.parametrize("rows", [1_000, 20_000, 150_000])
def test_generated_files_give_what_a_reading_by_hand_gives(shapes, tmp_path, rows):
    shapes.write("360k", tmp_path, rows=rows, damaged=8)
    lines = (tmp_path / lastfm_360k.TOP_ARTISTS.file).read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert len(lines) == rows
    accounts = {
        line.split("\t")[0]: number
        for number, line in enumerate(
            (tmp_path / lastfm_360k.PROFILES.file).read_text(encoding="utf-8").splitlines(), 1
        )
    }
    plays, artists, broken = defaultdict(int), {}, []
    for number, line in enumerate(lines, 1):
        try:
            account, mbid, *name, count = line.decode().split("\t")
            listener, count = accounts[account], int(count)
            assert name
        except (UnicodeDecodeError, ValueError, KeyError, AssertionError):
            broken.append(number)
            continue
        if count:
            artist = artists.setdefault(mbid or " ".join(name), len(artists) + 1)
            plays[listener, artist] += count
    tables = lastfm_360k.read(tmp_path)
    found = {(user, item): plays for user, item, plays in tables.interactions.itertuples(index=False)}
    assert found == plays
    assert len(tables.items) == len(artists)
    assert len(broken) == 8
    assert sorted(tables.rejected["line"]) == broken


def test_generated_files_are_the_same_bytes_each_time(shapes, tmp_path):
    for folder in ("a", "b"):
        shapes.write("360k", tmp_path / folder, rows=2_000, damaged=3)
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_it_is_known_by_name_with_its_publishers_record():
    dataset = catalogue.get("lastfm-360k")
    assert {source.checksum for source in dataset.sources if source.folder == "lastfm-360k"} == {
        "md5:be672526eb7c69495c27ad27803148f1",
        "md5:51159d4edf6a92cb96f87768aa2be678",
    }
    assert dataset.sources[0].archive.size == 569_202_935


def test_the_sections_that_the_docs_give_are_accepted(tmp_path):
    page = (ROOT / "docs/how-to/last-fm-360k-and-1k.md").read_text(encoding="utf-8")
    sections = page.split("```yaml\n")[1].split("```")[0]
    whole = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(f"{whole}\n{sections}", encoding="utf-8")
    loaded = params.load(tmp_path).datasets
    assert loaded["lastfm-360k"].matrix.target == "artist"
    assert loaded["lastfm-1k"].matrix.split == "temporal"
