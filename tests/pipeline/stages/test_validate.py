"""Damaged files of Last.fm 2K stop the run before a matrix exists, and say what is wrong."""

import os
import shutil
import sys
from dataclasses import replace

import pytest
from tests import hetrec, processes

from fairtune import files
from fairtune.columns import Table
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.data.sources import lastfm_2k
from fairtune.errors import BadTable
from fairtune.pipeline.stages import ingest, matrix, validate

PLAYS, ARTISTS, FRIENDS = "user_artists.dat", "artists.dat", "user_friends.dat"
HEADER = "the first line names the columns userID, artistID, weight, separated by tabs"
SEE = "See {docs}"
AND_ONE = "1 more rule is broken, see {docs}"
UNREAD = "; rows that could not be read are in {rejected}"


@pytest.fixture
def chosen():
    whole = params.load().dataset("lastfm-2k")
    return hetrec.small(whole)


@pytest.fixture
def paths(tmp_path, monkeypatch):
    """A small Last.fm 2K, whose publisher counts what it has."""
    rows = {Table(name): count for name, count in hetrec.ROWS.items()}
    monkeypatch.setattr(lastfm_2k, "DATASET", replace(lastfm_2k.DATASET, rows=rows))
    paths = Paths("lastfm-2k", tmp_path)
    hetrec.write(paths.raw)
    return paths


def run(chosen, paths):
    for stage in (ingest, validate, matrix):
        stage.run(chosen, paths, seed=1)


def swap(old, new):
    return lambda content: content.replace(old.encode(), new.encode())


def without_header(content):
    return content.split(b"\r\n", 1)[1]


DAMAGES = {
    "header replaced by two count lines": (
        PLAYS,
        lambda content: b"12\r\n48\r\n" + without_header(content),
        f"user_artists.dat: userID, artistID, weight: 1 row breaks the rule: {HEADER}. Examples: '12'",
    ),
    "no header": (
        PLAYS,
        without_header,
        (
            f"user_artists.dat: userID, artistID, weight: 1 row breaks the rule: {HEADER}. "
            r"Examples: '2\t1\t20'"
        ),
    ),
    "//userID for userID": (
        PLAYS,
        swap("userID", "//userID"),
        (
            f"user_artists.dat: userID: 1 row breaks the rule: {HEADER}. "
            r"Examples: '//userID\tartistID\tweight'"
        ),
    ),
    "wrong separator": (
        PLAYS,
        swap("\t", ","),
        (
            f"user_artists.dat: userID, artistID, weight: 1 row breaks the rule: {HEADER}. "
            "Examples: 'userID,artistID,weight'"
        ),
    ),
    "empty file": (
        PLAYS,
        lambda _: b"",
        (
            "user_artists.dat: header: 1 row breaks the rule: the file has a header and rows. "
            "Examples: 'an empty file'"
        ),
    ),
    "header only": (
        PLAYS,
        lambda content: content.split(b"\n")[0] + b"\n",
        (
            "user_artists.dat: rows: 1 row breaks the rule: the file has at least one row. "
            "Examples: 'nothing there'"
        ),
    ),
    "truncated in the middle of a row": (
        PLAYS,
        lambda content: content[: len(content) // 2],
        (
            "interactions: rows: 24 rows break the rule: "
            "the table has the 48 rows that its publisher counts. "
            f"Examples: there are 24 rows. 3 more rules are broken, see {{docs}}{UNREAD}"
        ),
    ),
    "blanks inside fields": (
        PLAYS,
        swap("\t1\t", "\t 1\t"),
        (
            "interactions: rows: 6 rows break the rule: the table has the 48 rows that its publisher counts. "
            f"Examples: there are 42 rows. {SEE}{UNREAD}"
        ),
    ),
    "blanks around a name": (
        ARTISTS,
        swap("Björk", " Björk "),
        (
            "items: name: 1 row breaks the rule: no name is empty or has blanks around it. "
            "Examples: item_id=2, name=' Björk ', artist=' Björk ', artist_region='other Europe', "
            f"artist_country='IS'. {AND_ONE}"
        ),
    ),
    "???? for every non-Latin name": (
        ARTISTS,
        lambda content: swap("椎名林檎", "????")(swap("Кино", "????")(content)),
        (
            "items: name: 2 rows break the rule: no name has lost its letters to question marks (????). "
            "Examples: item_id=3, name='????', artist='????'; item_id=4, name='????', artist='????'. "
            f"{AND_ONE}"
        ),
    ),
    "wrong encoding": (
        ARTISTS,
        lambda content: content.replace("Björk".encode(), "Björk".encode("latin-1")),
        (
            "items: rows: 1 row breaks the rule: the table has the 8 rows that its publisher counts. "
            f"Examples: there are 7 rows. {AND_ONE}{UNREAD}"
        ),
    ),
    "negative plays": (
        PLAYS,
        swap("2\t1\t20\r", "2\t1\t-20\r"),
        (
            "interactions: plays: 1 row breaks the rule: plays are at least 1. "
            f"Examples: user_id=2, item_id=1, plays=-20. {SEE}"
        ),
    ),
    "duplicate pair": (
        PLAYS,
        swap("\n2\t3\t22\r", "\n2\t1\t22\r"),
        (
            "interactions: user_id, item_id: 2 rows break the rule: a listener and an item meet once. "
            f"Examples: user_id=2, item_id=1, plays=20; user_id=2, item_id=1, plays=22. {SEE}"
        ),
    ),
    "unknown artist id": (
        PLAYS,
        swap("\n2\t3\t22\r", "\n2\t99\t22\r"),
        (
            "interactions: item_id: 1 row breaks the rule: every item_id is in the table items. "
            f"Examples: user_id=2, item_id=99, plays=22. {SEE}"
        ),
    ),
    "artist id twice": (
        ARTISTS,
        swap("\n2\t", "\n1\t"),
        (
            "items: item_id: 2 rows break the rule: no item_id comes twice. "
            "Examples: item_id=1, name='Radiohead', artist='Radiohead', artist_region='United Kingdom', "
            f"artist_country='GB'; item_id=1, name='Björk', artist='Björk'. {AND_ONE}"
        ),
    ),
    "friendship in one direction": (
        FRIENDS,
        swap("\n2\t3\r", "\n2\t5\r"),
        (
            "friends: user_id, friend_id: 2 rows break the rule: "
            "every friendship is listed in both directions. "
            f"Examples: user_id=2, friend_id=5; user_id=3, friend_id=2. {SEE}"
        ),
    ),
    "friend of oneself": (
        FRIENDS,
        swap("\n2\t3\r", "\n2\t2\r"),
        (
            "friends: user_id, friend_id: 1 row breaks the rule: nobody is a friend of oneself. "
            f"Examples: user_id=2, friend_id=2. {AND_ONE}"
        ),
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file_stops_the_run_before_a_matrix_exists(damage, chosen, paths):
    file, spoil, message = DAMAGES[damage]
    (paths.raw / file).write_bytes(spoil((paths.raw / file).read_bytes()))

    with pytest.raises(BadTable) as refused:
        run(chosen, paths)

    docs = paths.data_docs / "index.html"
    assert str(refused.value) == message.format(docs=docs, rejected=paths.rejected)
    assert not paths.matrix.exists()


def test_outputs_of_the_last_good_run_stay(chosen, paths):
    run(chosen, paths)
    (paths.release / "factors.npy").parent.mkdir(parents=True)
    (paths.release / "factors.npy").write_bytes(b"a model")
    kept = {file: file.read_bytes() for folder in (paths.matrix, paths.release) for file in folder.iterdir()}
    plays = paths.raw / PLAYS
    plays.write_bytes(swap("2\t1\t20\r", "2\t1\t0\r")(plays.read_bytes()))

    with pytest.raises(BadTable):
        run(chosen, paths)

    assert {file: file.read_bytes() for file in kept} == kept


def test_missing_final_newline_changes_nothing(chosen, paths):
    run(chosen, paths)
    before = paths.table(Table.INTERACTIONS).read_bytes()
    plays = paths.raw / PLAYS
    plays.write_bytes(plays.read_bytes().rstrip(b"\r\n"))

    run(chosen, paths)

    assert paths.table(Table.INTERACTIONS).read_bytes() == before


def test_summary_and_pages_are_written_when_data_is_refused_too(chosen, paths):
    plays = paths.raw / PLAYS
    plays.write_bytes(swap("2\t1\t20\r", "2\t1\t-20\r")(plays.read_bytes()))

    with pytest.raises(BadTable):
        run(chosen, paths)

    summary = files.read_json(paths.validation)
    assert not summary["success"]
    assert summary["tables"]["interactions"] == {
        "rows": 48,
        "evaluated": 13,
        "failed": 1,
        "failures": [
            {
                "column": "plays",
                "rule": "plays are at least 1",
                "critical": True,
                "count": 1,
                "examples": ["user_id=2, item_id=1, plays=-20"],
            }
        ],
    }
    assert "user_id=2, item_id=1, plays=-20" in (paths.data_docs / "interactions.html").read_text("utf-8")


def outputs(paths):
    return {file.name: file.read_bytes() for file in (paths.validation, *paths.data_docs.iterdir())}


def test_another_process_on_another_day_writes_the_same_bytes(chosen, tmp_path):
    """With the counts of the real publisher, which the small files miss: it goes for refused data too."""
    paths = Paths("lastfm-2k", tmp_path)
    hetrec.write(paths.raw)
    ingest.run(chosen, paths, seed=1)
    with pytest.raises(BadTable):
        validate.run(chosen, paths, seed=1)
    before = outputs(paths)
    shutil.rmtree(paths.reports)

    shutil.copy(params.project_root() / params.FILE, tmp_path)
    again = processes.run(
        [sys.executable, "-m", "fairtune.pipeline.stages", "validate", "lastfm-2k"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert outputs(paths) == before
    assert set(before) == {"validation.json", "index.html", *(f"{table}.html" for table in Table)}
    assert again.returncode == 2
    assert again.stderr == (
        "validate@lastfm-2k: interactions: rows: 92,786 rows break the rule: "
        "the table has the 92,834 rows that its publisher counts. Examples: there are 48 rows. "
        "3 more rules are broken, see reports/lastfm-2k/data-docs/index.html\n"
    )


def test_real_last_fm_2k_keeps_every_rule(mirror, tmp_path):
    paths = Paths("lastfm-2k", tmp_path)
    paths.raw.mkdir(parents=True)
    for source in lastfm_2k.DATASET.sources:
        (paths.raw / source.file).symlink_to(mirror / source.folder / source.file)

    chosen = params.load().dataset("lastfm-2k")
    for stage in (ingest, validate):
        stage.run(chosen, paths, seed=1)

    summary = files.read_json(paths.validation)
    assert (summary["success"], summary["failed"], summary["rejected"]) == (True, 0, 0)
