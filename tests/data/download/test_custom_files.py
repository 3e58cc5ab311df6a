"""The user's own files on their way into the raw folder."""

import gzip
import hashlib
import json

import pandas as pd
import pyarrow as pa
import pytest
from tests import processes
from tests.server import serving

from fairtune.config.custom_tables import OwnFile, OwnPlays, OwnTables
from fairtune.data.custom import dataset as custom_dataset
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
                "source": str(source),
                "columns": {"user_id": "listener", "item_id": "song"},
                "log": False,
                "format": None,
                "files": [
                    {
                        "file": "interactions.csv",
                        "source": str(source),
                        "sha256": hashlib.sha256(PLAYS.encode()).hexdigest(),
                    }
                ],
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


HEADER = "listener,song\n"


def parts(folder, **contents):
    """Write parts of a log; a name ends in its suffixes, `__` for a dot."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        path = folder / name.replace("__", ".")
        if path.suffix == ".gz":
            path.write_bytes(gzip.compress(text.encode()))
        elif path.suffix == ".zst":
            with pa.output_stream(path, compression="zstd") as packed:
                packed.write(text.encode())
        else:
            path.write_text(text)
    return folder


def kept(raw):
    return {path.name: path.read_text() for path in sorted(raw.glob("interactions*"))}


def test_a_compressed_file_is_kept_unpacked_and_known_by_its_own_checksum(tmp_path, raw):
    for suffix in ("gz", "zst"):
        folder = parts(tmp_path / suffix, **{f"plays__csv__{suffix}": PLAYS})
        packed = folder / f"plays.csv.{suffix}"

        record = collect(packed, raw)

        assert kept(raw) == {"interactions.csv": PLAYS}
        (copied,) = record.tables["interactions"].files
        assert copied.sha256 == hashlib.sha256(packed.read_bytes()).hexdigest()
        assert custom_files.moved(raw) == ()


def test_a_folder_is_its_files_in_order_without_what_writers_leave_beside_them(tmp_path, raw):
    folder = parts(tmp_path / "log", b__csv__gz=f"{HEADER}bo,t2\n", a__csv=f"{HEADER}ada,t1\n", _SUCCESS="")
    parts(folder / "2012", c__csv=f"{HEADER}cleo,t3\n")
    parts(folder / "_temporary", d__csv="junk")

    collect(folder, raw)

    assert list(kept(raw).values()) == [f"{HEADER}cleo,t3\n", f"{HEADER}ada,t1\n", f"{HEADER}bo,t2\n"]
    rows = custom_dataset.read(raw).interactions
    assert rows[["user_id", "item_id"]].to_numpy().tolist() == [["cleo", "t3"], ["ada", "t1"], ["bo", "t2"]]


def test_a_pattern_is_the_files_that_it_matches(tmp_path, raw, monkeypatch):
    parts(tmp_path / "log", a__csv=PLAYS, b__csv=f"{HEADER}cleo,t1\n", c__tsv="junk")
    monkeypatch.chdir(tmp_path)

    for pattern in ("log/*.csv", str(tmp_path / "log" / "[ab].csv")):
        collect(pattern, raw)
        assert list(kept(raw).values()) == [PLAYS, f"{HEADER}cleo,t1\n"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path, raw):
    folder = parts(tmp_path / "log", **{"plays [2011]__csv": PLAYS, "plays 2__csv": "junk"})

    collect(folder / "plays [2011].csv", raw)

    assert kept(raw) == {"interactions.csv": PLAYS}
    assert custom_files.moved(raw) == ()


def test_parts_may_be_parquet(tmp_path, raw):
    folder = tmp_path / "log"
    folder.mkdir()
    for number in range(3):
        rows = pd.DataFrame({"listener": [number], "song": ["t1"], "plays": [2]})
        rows.to_parquet(folder / f"part-{number}.parquet")

    collect(folder, raw)

    assert custom_dataset.read(raw).interactions["plays"].tolist() == [2, 2, 2]
    assert custom_dataset.read(raw).interactions["user_id"].tolist() == [0, 1, 2]


def test_a_part_that_is_new_or_gone_or_other_is_noticed(tmp_path, raw):
    folder = parts(tmp_path / "log", a__csv=PLAYS, b__csv=f"{HEADER}cleo,t1\n")
    collect(folder, raw)
    assert custom_files.moved(raw) == ()

    parts(folder, c__csv=f"{HEADER}dora,t1\n")
    assert custom_files.moved(raw) == (str(folder),)
    collect(folder, raw)
    (folder / "b.csv").unlink()
    assert custom_files.moved(raw) == (str(folder),)
    collect(folder, raw)
    (folder / "c.csv").write_text(f"{HEADER}dora,t2\n")
    assert custom_files.moved(raw) == (str(folder),)


def test_a_folder_that_is_gone_has_not_moved(tmp_path, raw):
    folder = parts(tmp_path / "log", a__csv=PLAYS)
    for source in (folder, folder / "*.csv"):
        parts(folder, a__csv=PLAYS)
        collect(source, raw)
        (folder / "a.csv").unlink()
        assert custom_files.moved(raw) == ()


def test_a_wrong_row_is_told_with_its_part_and_line(tmp_path, raw):
    folder = parts(tmp_path / "log", a__csv=PLAYS, b__csv__gz=f"{HEADER}cleo,t1\n,t2\n")

    collect(folder, raw)

    rejected = custom_dataset.read(raw).rejected
    assert rejected[["file", "line", "column"]].to_numpy().tolist() == [["b.csv.gz", 3, "user_id"]]


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (
            {},
            (
                "{folder}: the folder holds no file: give files that end in .csv, .tsv, .txt, .parquet, or "
                "these with .gz or .zst"
            ),
        ),
        (
            {"a__csv": PLAYS, "b__parquet": "junk"},
            (
                "{folder}: two kinds of files: a.csv and b.parquet: keep one kind there, or give a pattern "
                "such as *.parquet"
            ),
        ),
        (
            {"a__csv": PLAYS, "b__csv": "listener,track\nada,t1\n"},
            (
                "b.csv: no column 'song' (for item_id); the header has listener, track: track may be it: "
                "name it in params.yaml (columns: {{item_id: track}}) or by --column item_id=track"
            ),
        ),
        (
            {"a__csv": PLAYS, "b__csv": "listener,song,plays\nada,t1,2\n"},
            (
                "b.csv: its columns are user_id, item_id, plays, those of a.csv are user_id, item_id: all "
                "parts need the same"
            ),
        ),
        (
            {"a__csv": PLAYS, "notes__md": "hello"},
            (
                "notes.md: unknown kind of file: its name must end in .csv, .tsv, .txt, .parquet, or in one "
                "of them and .gz or .zst"
            ),
        ),
    ],
)
def test_parts_that_can_not_be_one_table_are_refused_and_what_was_there_stays(
    tmp_path, source, raw, contents, message
):
    collect(source, raw)
    before = kept(raw)
    folder = parts(tmp_path / "log", **contents)

    with pytest.raises(BadFile) as refused:
        collect(folder, raw)

    assert str(refused.value) == message.format(folder=folder)
    assert kept(raw) == before


@pytest.mark.parametrize(("suffix", "how"), [("gz", "gzip"), ("zst", "zstd")])
def test_a_compressed_file_that_is_cut_off_is_refused(tmp_path, source, raw, suffix, how):
    collect(source, raw)
    many = HEADER + "".join(f"listener{i},track{i * 7919 % 1000}\n" for i in range(5000))
    packed = parts(tmp_path / "log", **{f"a__csv__{suffix}": many}) / f"a.csv.{suffix}"
    packed.write_bytes(packed.read_bytes()[:-2000])

    with pytest.raises(BadFile) as refused:
        collect(packed, raw)

    assert str(refused.value) == (
        f"a.csv.{suffix}: its {how} compression is damaged or cut off: copy it anew"
    )
    assert kept(raw) == {"interactions.csv": PLAYS}


def test_a_pattern_that_nothing_matches_is_refused(tmp_path, raw):
    with pytest.raises(BadFile, match=r"\*\.csv: no file has such a name: give files that end in"):
        collect(tmp_path / "*.csv", raw)
