"""Lists for many listeners: the same as one by one, in every form, and nothing lost when it fails."""

import csv
import json
import os

import psycopg
import pytest
from pyarrow import parquet
from tests import postgres, tiny

from fairtune.columns import BlockName
from fairtune.errors import BadRequest
from fairtune.serving import batch as batches
from fairtune.serving import ranked_rows
from fairtune.serving.recommender import Recommender

HOSTILE = ["=1+1", "-2", "+3", "@SUM(A1)", "<script>", 'a "quoted", one', "\u202eodd"]


@pytest.fixture(scope="module")
def tracks(tmp_path_factory) -> Recommender:
    folder = tmp_path_factory.mktemp("release")
    tiny.train(folder, tiny.make_matrix(BlockName.TRACK, tiny.TRACK_MODEL), share=0.3)
    return Recommender.load(folder)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """Several parts, however small the world."""
    monkeypatch.setattr(ranked_rows, "CELLS", 48 * 7)
    monkeypatch.setattr(batches, "EXPLAINED", 16)


def write(batch, target, table="lists"):
    done = []
    filled = batches.write(batch, str(target), table=table, advance=lambda: done.append(1), rows=batch.rows())
    assert len(done) == batch.parts(batch.rows()) > 1
    return filled


def one_by_one(recommender, n):
    for user in recommender.release.listener_ids:
        yield recommender.for_listener(user, n=n, strict=False)


def expected(recommender, n):
    return [
        (each.listener["user_id"], item.rank, item.item_id, item.name, item.artist, round(item.score, 6), 7)
        for each in one_by_one(recommender, n)
        for item in each.items
    ]


@pytest.mark.parametrize("reasons", [False, True])
def test_parquet_holds_the_lists_that_each_listener_gets_alone(tracks, tmp_path, reasons):
    batch = batches.Batch(recommender=tracks, version=7, n=4, reasons=reasons)

    filled = write(batch, tmp_path / "lists.parquet")

    table = parquet.read_table(tmp_path / "lists.parquet")
    assert filled == table.num_rows
    rows = [tuple(row.values()) for row in table.select(table.column_names[:7]).to_pylist()]
    assert rows == expected(tracks, 4)
    if reasons:
        assert table["why"].to_pylist()[:2] == [item.why for item in next(one_by_one(tracks, 4)).items][:2]


def test_csv_holds_the_same(tracks, tmp_path):
    write(batches.Batch(recommender=tracks, version=7, n=4), tmp_path / "lists.csv")

    with (tmp_path / "lists.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["user_id", "rank", "item_id", "name", "artist", "score", "version"]
    assert [tuple(row) for row in rows[1:]] == [tuple(map(str, row)) for row in expected(tracks, 4)]


@pytest.mark.parametrize("reasons", [False, True])
def test_json_lines_hold_a_listener_each(tracks, tmp_path, reasons):
    write(batches.Batch(recommender=tracks, version=7, n=4, reasons=reasons), tmp_path / "lists.jsonl")

    lines = [json.loads(line) for line in (tmp_path / "lists.jsonl").read_text("utf-8").splitlines()]
    alone = [each.as_dict() for each in one_by_one(tracks, 4)]
    if reasons:
        assert lines == [each | {"version": 7} for each in alone]
    else:
        kept = ("rank", "item_id", "name", "artist", "score")
        assert [line["recommendations"] for line in lines] == [
            [{name: item[name] for name in kept} for item in each["recommendations"]] for each in alone
        ]


def test_the_same_batch_has_the_same_bytes(tracks, tmp_path):
    for name in ("one", "two"):
        for suffix in batches.SUFFIXES:
            write(batches.Batch(recommender=tracks, version=7), tmp_path / f"{name}{suffix}")

    for suffix in batches.SUFFIXES:
        assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_threads_change_nothing(tracks, tmp_path):
    for threads in (1, 3):
        write(batches.Batch(recommender=tracks, version=7, threads=threads), tmp_path / f"{threads}.csv")

    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "3.csv").read_bytes()


def test_some_listeners_in_their_order(tracks, tmp_path):
    batch = batches.Batch(recommender=tracks, version=7, n=2, listeners=["8", "2"])

    batches.write(batch, str(tmp_path / "some.jsonl"), table="", advance=lambda: None, rows=batch.rows())

    lines = [json.loads(line) for line in (tmp_path / "some.jsonl").read_text("utf-8").splitlines()]
    assert [line["listener"]["user_id"] for line in lines] == [8, 2]


def test_music_types_are_listed_too(release, tmp_path):
    write(batches.Batch(recommender=Recommender.load(release), version=1, n=2), tmp_path / "types.parquet")

    table = parquet.read_table(tmp_path / "types.parquet")
    assert table["artist"].null_count == table.num_rows
    assert set(table["name"].to_pylist()) <= {kind for _, kinds in tiny.ARTISTS for kind in kinds}


def test_names_that_a_spreadsheet_would_compute_are_text_in_csv_alone(tracks, tmp_path):
    described = tracks.release.columns(BlockName.TRACK)
    odd = type(described)(
        described.ids, [HOSTILE[i % len(HOSTILE)] for i in range(48)], described.artists, described.listeners
    )
    hostile = Recommender.load(tracks.release.folder)
    hostile.release.once("columns_track", lambda: odd)
    batch = batches.Batch(recommender=hostile, version=7, n=30)
    for suffix in (".csv", ".parquet"):
        write(batch, tmp_path / f"lists{suffix}")

    names = parquet.read_table(tmp_path / "lists.parquet")["name"].to_pylist()
    with (tmp_path / "lists.csv").open(newline="", encoding="utf-8") as file:
        cells = [row["name"] for row in csv.DictReader(file)]
    assert set(names) == set(HOSTILE)
    assert cells == [f"'{name}" if name[0] in "=+-@" else name for name in names]


@pytest.mark.parametrize("suffix", batches.SUFFIXES)
def test_what_fails_half_way_leaves_the_old_file(tracks, tmp_path, monkeypatch, suffix):
    target = tmp_path / f"lists{suffix}"
    target.write_bytes(b"old")
    ranked = ranked_rows.ranked

    def broken(*arguments, **more):
        parts = ranked(*arguments, **more)
        yield next(parts)
        raise OSError("no space left on device")

    monkeypatch.setattr(ranked_rows, "ranked", broken)
    with pytest.raises(OSError, match="no space left"):
        write(batches.Batch(recommender=tracks, version=7), target)

    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            "lists.txt",
            (
                "batch: --output {folder}/lists.txt: a file ends in .parquet, .csv, .jsonl; a database "
                "begins with postgresql://"
            ),
        ),
        (
            "nowhere/lists.csv",
            (
                "batch: --output {folder}/nowhere/lists.csv: the folder {folder}/nowhere isn't there, or "
                "can't be written to"
            ),
        ),
    ],
)
def test_a_target_that_can_not_be_written_is_refused_at_once(tmp_path, target, message):
    with pytest.raises(BadRequest) as refused:
        batches.check_target(str(tmp_path / target))
    assert str(refused.value) == message.format(folder=tmp_path)


def test_what_can_not_be_listed_is_refused_at_once(tracks):
    with pytest.raises(BadRequest) as refused:
        batches.Batch(recommender=tracks, version=7, n=0)
    assert str(refused.value) == "batch: n = 0 is out of range: it goes from 1"
    with pytest.raises(BadRequest, match="the model of tiny has no kind 'album'; it has: track, artist"):
        batches.Batch(recommender=tracks, version=7, kind="album")
    with pytest.raises(BadRequest, match="unknown listener '1': tiny has 60 listeners with ids"):
        batches.Batch(recommender=tracks, version=7, listeners=["2", "1"]).rows()


@pytest.fixture(scope="module")
def database():
    programs = postgres.programs()
    if programs is None:
        why = "PostgreSQL is not installed: lists were not written to a table"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    with postgres.server(programs) as url:
        yield url.replace("postgresql+psycopg://", "postgresql://")


def table_of(database, name="lists"):
    with psycopg.connect(database) as connection:
        return connection.execute(f"SELECT * FROM {name} ORDER BY user_id, rank").fetchall()  # noqa: S608


def test_a_table_of_postgresql_is_filled_and_replaced(tracks, database):
    batch = batches.Batch(recommender=tracks, version=7, n=4)
    assert write(batch, database) == len(expected(tracks, 4))
    assert table_of(database) == expected(tracks, 4)

    write(batches.Batch(recommender=tracks, version=7, n=2), database)
    assert table_of(database) == expected(tracks, 2)


def test_a_failure_half_way_leaves_the_old_table(tracks, database, monkeypatch):
    write(batches.Batch(recommender=tracks, version=7, n=2), database, table="kept")
    ranked = ranked_rows.ranked

    def broken(*arguments, **more):
        yield next(ranked(*arguments, **more))
        raise OSError("gone")

    monkeypatch.setattr(ranked_rows, "ranked", broken)
    with pytest.raises(OSError, match="gone"):
        write(batches.Batch(recommender=tracks, version=8, n=4), database, table="kept")

    assert table_of(database, "kept") == expected(tracks, 2)
    with psycopg.connect(database) as connection:
        left = connection.execute("SELECT 1 FROM pg_tables WHERE tablename LIKE '%_staging'").fetchall()
    assert left == []


@pytest.mark.parametrize(
    ("url", "table", "message"),
    [
        (
            None,
            "Lists; DROP",
            "batch: --table Lists; DROP: a name has small letters, digits and _, 56 at most",
        ),
        ("postgresql://nobody@127.0.0.1:1/none", "lists", "batch: PostgreSQL: connection failed: "),
    ],
)
def test_a_database_that_can_not_be_used_is_told(tracks, database, url, table, message):
    batch = batches.Batch(recommender=tracks, version=7)
    with pytest.raises(BadRequest) as refused:
        batches.write(batch, url or database, table=table, advance=lambda: None, rows=batch.rows())
    assert str(refused.value).startswith(message)
