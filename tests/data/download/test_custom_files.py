"""The user's own files on their way into the raw folder."""

import hashlib
import json

import pytest
from tests import processes
from tests.server import serving

from fairtune.config.custom_tables import OwnFile, OwnPlays, OwnTables
from fairtune.data.download import custom_files
from fairtune.data.download.http import Patience
from fairtune.errors import BadFile, DownloadFailed

PLAYS = "listener,song\nada,t1\nbo,t2\n"
PATIENCE = Patience(timeout=processes.PATIENCE, retries=0)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "mine" / "plays.csv"
    path.parent.mkdir()
    path.write_text(PLAYS)
    return path


@pytest.fixture
def raw(tmp_path):
    return tmp_path / "data" / "raw"


def tables(file, **more):
    columns = {"user_id": "listener", "item_id": "song"}
    return OwnTables(interactions=OwnPlays(file=str(file), columns=columns), item_kind="track", **more)


def collect(file, raw, **more):
    return custom_files.collect(
        tables(file, **more), raw, partial=raw.with_name("partial"), patience=PATIENCE
    )


def test_files_are_copied_as_they_are_with_a_record_of_what_they_were(source, raw):
    collect(source, raw)

    assert sorted(path.name for path in raw.iterdir()) == ["interactions.csv", "record.json"]
    assert (raw / "interactions.csv").read_text() == PLAYS
    assert json.loads((raw / "record.json").read_text()) == {
        "item_kind": "track",
        "licence": "not stated",
        "tables": {
            "interactions": {
                "file": "interactions.csv",
                "source": str(source),
                "sha256": hashlib.sha256(PLAYS.encode()).hexdigest(),
                "columns": {"user_id": "listener", "item_id": "song"},
                "log": False,
            }
        },
    }
    assert not raw.with_name("partial").exists()


def test_a_file_has_moved_when_its_bytes_are_others(source, raw):
    assert custom_files.moved(raw) == ()
    collect(source, raw)
    assert custom_files.moved(raw) == ()

    source.write_text(PLAYS + "cleo,t1\n")
    assert custom_files.moved(raw) == (str(source),)

    collect(source, raw)
    assert custom_files.moved(raw) == ()


def test_a_file_that_is_gone_has_not_moved_because_its_copy_is_there(source, raw):
    collect(source, raw)
    source.unlink()

    assert custom_files.moved(raw) == ()


def test_a_file_may_come_from_the_web(raw):
    with serving({"/some/plays.csv": PLAYS.encode()}) as web:
        collect(f"{web.url}/some/plays.csv", raw)

    assert (raw / "interactions.csv").read_text() == PLAYS
    assert custom_files.moved(raw) == ()


def test_a_file_that_the_web_does_not_have_is_refused_by_name(raw):
    with serving({}) as web, pytest.raises(DownloadFailed) as caught:
        collect(f"{web.url}/plays.csv", raw)

    assert str(caught.value) == (
        f"plays.csv: {web.url}/plays.csv: the server answered 404 Not Found: give the path of a copy in "
        "params.yaml, or run again"
    )


def test_a_bad_file_leaves_what_was_there(source, raw):
    collect(source, raw)
    before = {path.name: path.read_bytes() for path in raw.iterdir()}
    source.write_text("listener,track\nada,t1\n")

    with pytest.raises(BadFile) as caught:
        collect(source, raw)

    assert str(caught.value) == (
        "plays.csv: no column 'song' (for item_id); the header has listener, track: track may be it: name it "
        "in params.yaml (columns: {item_id: track}) or by --column item_id=track"
    )
    assert {path.name: path.read_bytes() for path in raw.iterdir()} == before


def test_a_second_file_that_is_missing_stops_before_anything_is_copied(source, raw):
    with pytest.raises(BadFile, match=r"users\.csv: there is no such file"):
        collect(source, raw, users=OwnFile(file=str(source.with_name("users.csv"))))

    assert not raw.exists()
