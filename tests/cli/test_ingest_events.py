"""`fairtune ingest-events`: a file of new listening is taken in as a whole, once, or not at all."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack

import pandas as pd
import pytest
from tests import processes, small_project

from fairtune.cli import main as cli
from fairtune.config.paths import Paths
from fairtune.data.events import store as event_store

TIME = "is a time like 2009-04-08T01:57:47Z, 2009-04-08 or 1239155867 (seconds), 1990 to 2100"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    small_project.create(folder)
    return folder


@pytest.fixture
def project(made, tmp_path, monkeypatch):
    monkeypatch.chdir(small_project.copy(made, tmp_path))
    return tmp_path


@pytest.fixture
def paths(project):
    return Paths("demo", project)


def ingest(capsys, *arguments):
    code = cli.main(["ingest-events", *map(str, arguments), "--dataset", "demo"])
    said = capsys.readouterr()
    return code, said.out, said.err


def squeezed(text):
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_good_file_becomes_a_batch_and_a_second_time_nothing(project, paths, capsys):
    (project / "night.csv").write_text(small_project.GOOD)

    code, out, err = ingest(capsys, "night.csv")

    (batch,) = paths.events.glob("*.parquet")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"0001-[0-9a-f]{12}\.parquet", batch.name)
    assert out.splitlines() == [
        "night.csv: 4 events: 4 new, 0 duplicates; 1 new listeners, 1 new items",
        f"batch 1: data/demo/events/{batch.name}",
        "`fairtune run demo` learns from it",
    ]
    before = small_project.contents(paths.events)
    assert ingest(capsys, "night.csv") == (
        0,
        "night.csv: nothing new: all 4 events are there already\n",
        "",
    )
    assert small_project.contents(paths.events) == before


def test_what_came_before_in_this_file_or_an_earlier_one_is_dropped_and_counted(project, paths, capsys):
    (project / "first.csv").write_text(small_project.GOOD)
    twice = "1,2,2012-01-02T10:00:00Z,5,,,,,\n"
    (project / "second.csv").write_text(small_project.GOOD + twice + twice.replace(",5,", ",6,"))
    ingest(capsys, "first.csv")

    _, out, _ = ingest(capsys, "second.csv")

    assert out.splitlines()[0] == ("second.csv: 6 events: 1 new, 5 duplicates; 0 new listeners, 0 new items")
    events = event_store.read(paths.events)
    assert len(events) == 5
    last = events[events["batch"] == 2].iloc[0]
    assert (last["user_id"], last["item_id"], last["plays"]) == (1, 2, 5)  # the first of the two


def test_the_same_events_in_another_order_are_the_same_batch(project, paths, capsys):
    lines = small_project.GOOD.splitlines(keepends=True)
    names = []
    for rows in (lines[1:], lines[:0:-1]):
        (project / "night.csv").write_text(lines[0] + "".join(rows))
        ingest(capsys, "night.csv")
        names.append([path.name for path in paths.events.glob("*.parquet")])
        shutil.rmtree(paths.events)
    assert names[0] == names[1]


def test_a_dry_run_only_tells(project, paths, capsys):
    (project / "night.csv").write_text(small_project.GOOD)

    code, out, _ = ingest(capsys, "night.csv", "--dry-run")

    assert code == 0
    assert out.splitlines() == [
        "night.csv: 4 events: 4 new, 0 duplicates; 1 new listeners, 1 new items",
        "dry run: nothing was taken in",
    ]
    assert not paths.events.exists()

    ingest(capsys, "night.csv")
    paths.events.rename(paths.raw_events)  # as `dvc pull` leaves a clone
    assert "nothing new" in ingest(capsys, "night.csv", "--dry-run")[1]
    assert not paths.events.exists()


WRONG = [
    (",1,2012-01-01,1,,,,,", "user_id is not empty ''"),
    ("1,,2012-01-01,1,,,,,", "item_id is not empty ''"),
    ("ada,1,2012-01-01,1,,,,,", "user_id is a whole number, as all others of the data set are 'ada'"),
    ("1,1,yesterday,1,,,,,", f"timestamp {TIME} 'yesterday'"),
    ("1,1,1325412000000,1,,,,,", f"timestamp {TIME} '1325412000000'"),
    ("1,1,2012-01-01,0,,,,,", "plays is at least 1 0"),
    ("1,1,2012-01-01,many,,,,,", "plays is a whole number, at most 1,000,000,000 'many'"),
    (
        "1,900,2012-01-01,1,,,,,",
        "name is told of an item that the data set doesn't have: give its name in one row item 900",
    ),
    (
        "1,900,2012-01-01,1,Blue,,,,",
        "artist is told of an item that the data set doesn't have: give its artist in one row item 900",
    ),
    (
        "1,900,2012-01-01,1,????,A,,,",
        "name is text without control characters and lost letters (????) '????'",
    ),
    ("1,1,2012-01-01,1,,,QQ,,", "artist_country is a country of ISO 3166-1 like SE 'QQ'"),
    ("1,1,2012-01-01,1,,,,QQ,", "country is a country of ISO 3166-1 like SE 'QQ'"),
    ("1,1,2012-01-01,1,,,,,old", "age is a number above 0 'old'"),
    ("1,1,2012-01-01", "row has 9 fields between commas '1,1,2012-01-01'"),
]


@pytest.mark.parametrize(("row", "told"), WRONG)
def test_a_wrong_row_is_told_by_line_column_and_reason_and_nothing_is_taken_in(
    project, paths, capsys, row, told
):
    (project / "first.csv").write_text(small_project.GOOD)
    ingest(capsys, "first.csv")
    before = small_project.contents(paths.events)
    (project / "night.csv").write_text(small_project.HEADER + "1,3,2012-01-01,1,,,,,\n" + row + "\n")

    code, out, err = ingest(capsys, "night.csv")

    assert code == 2
    assert squeezed(out)[1] == f"3 {told}"
    assert err == (
        "fairtune: night.csv: 1 of 2 rows is wrong: mend what is listed above and ingest it again; nothing "
        "was taken in\n"
    )
    assert small_project.contents(paths.events) == before


def test_a_name_in_one_row_is_enough_for_all_of_an_item(project, capsys):
    rows = "1,900,2012-01-01,1,,,,,\n2,900,2012-01-01,1,Blue,,,,\n3,900,2012-01-01,1,,Ada,,,\n"
    (project / "night.csv").write_text(small_project.HEADER + rows)

    assert ingest(capsys, "night.csv")[0] == 0


def test_an_item_that_an_earlier_batch_named_needs_no_name_again(project, capsys):
    (project / "first.csv").write_text(small_project.GOOD)
    (project / "second.csv").write_text("user_id,item_id,timestamp\n61,151,1325462400\n")
    ingest(capsys, "first.csv")

    code, out, _ = ingest(capsys, "second.csv")

    assert code == 0
    assert "1 new, 0 duplicates; 0 new listeners, 0 new items" in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "user_id,item_id,when\n1,1,2012-01-01\n",
            (
                "night.csv: no column 'timestamp'; the header has user_id, item_id, when: when may be it: "
                "name it in params.yaml (columns: {timestamp: when}) or by --column timestamp=when"
            ),
        ),
        (
            "user_id,item_id,timestamp\n",
            "night.csv: there is a header and no row below it: give the whole file",
        ),
        ("", "night.csv: the first line is empty: it must name the columns"),
        (
            "user_id,item_id,timestamp,user_id\n",
            "night.csv: the header has the column 'user_id' twice: rename one of them",
        ),
    ],
)
def test_a_file_that_is_no_such_table_is_one_line(project, paths, capsys, text, message):
    (project / "night.csv").write_text(text)

    assert ingest(capsys, "night.csv") == (2, "", f"fairtune: {message}\n")
    assert not paths.events.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["nowhere.csv"],
            "nowhere.csv: there is no such file: give the path of a CSV, TSV or Parquet file",
        ),
        ([], "ingest-events: give either a FILE to take in or a batch to --withdraw"),
        (
            ["night.csv", "--column", "song=what"],
            (
                "--column song: events have no such column: user_id, item_id, timestamp, plays, name, "
                "artist, artist_country, artist_gender, country, gender, age"
            ),
        ),
        (["--withdraw", "1"], "--withdraw: say why by --reason, it is kept with the data"),
        (
            ["--withdraw", "7", "--reason", "bots"],
            "{events}: no batch 7 that counts; there are: none",
        ),
    ],
)
def test_bad_arguments_are_one_line(project, paths, capsys, arguments, message):
    (project / "night.csv").write_text(small_project.GOOD)

    assert ingest(capsys, *arguments) == (2, "", f"fairtune: {message.format(events=paths.events)}\n")


def test_without_tables_it_says_what_to_run_first(project, paths, capsys):
    (project / "night.csv").write_text(small_project.GOOD)
    shutil.rmtree(paths.tables)

    assert ingest(capsys, "night.csv") == (
        2,
        "",
        (
            f"fairtune: {paths.tables} has no tables yet: run `fairtune run demo` first, they tell which "
            "listeners and items there are\n"
        ),
    )


def test_where_nothing_can_be_written_it_says_so(project, paths, capsys):
    (project / "night.csv").write_text(small_project.GOOD)
    paths.events.write_text("a file where the folder should be")

    code, _, err = ingest(capsys, "night.csv")

    assert code == 2
    assert err == (
        f"fairtune: {paths.events}: File exists: make room or give access, then run again: what is missing "
        "is taken in then\n"
    )


def test_columns_may_go_by_other_names(project, paths, capsys):
    (project / "night.tsv").write_text("who\twhat\twhen\n1\t2\t1325412000\n")
    named = [f"--column={pair}" for pair in ("user_id=who", "item_id=what", "timestamp=when")]

    assert ingest(capsys, "night.tsv", *named)[0] == 0
    (event,) = event_store.read(paths.events).to_dict("records")
    assert (event["user_id"], event["item_id"], event["plays"]) == (1, 2, 1)
    assert event["timestamp"] == pd.Timestamp("2012-01-01T10:00:00")


def test_parquet_files_are_read_too(project, paths, capsys):
    rows = pd.DataFrame(
        {"user_id": [1], "item_id": [2], "timestamp": pd.to_datetime(["2012-01-01T11:00:00+01:00"])}
    )
    rows.to_parquet(project / "night.parquet")

    assert ingest(capsys, "night.parquet")[0] == 0
    assert event_store.read(paths.events)["timestamp"].tolist() == [pd.Timestamp("2012-01-01T10:00:00")]


def test_a_withdrawn_batch_no_longer_counts_and_its_file_is_not_taken_in_again(project, paths, capsys):
    (project / "first.csv").write_text(small_project.GOOD)
    (project / "bots.csv").write_text("user_id,item_id,timestamp,plays\n5,5,2012-01-02,900\n")
    ingest(capsys, "first.csv")
    ingest(capsys, "bots.csv")
    _, second = event_store.batches(paths.events)

    assert ingest(capsys, "--withdraw", "2", "--reason", "bots") == (
        0,
        f"withdrawn: {second.name}\n`fairtune run demo` does without\n",
        "",
    )
    assert event_store.read(paths.events)["batch"].unique().tolist() == [1]
    assert second.exists()
    assert ingest(capsys, "bots.csv")[::2] == (
        2,
        "fairtune: bots.csv: the batch that was made of this file was withdrawn: mend it first\n",
    )
    (project / "third.csv").write_text("user_id,item_id,timestamp\n5,5,2012-01-03\n")
    assert "batch 3: " in ingest(capsys, "third.csv")[1]


def command(file):
    return [sys.executable, "-m", "fairtune.cli.main", "ingest-events", str(file), "--dataset", "demo"]


def many(path, rows=150_000, start=1_325_376_000):
    listeners, items = 60, 150
    row = pd.RangeIndex(rows)
    pd.DataFrame(
        {"user_id": row % listeners + 1, "item_id": row % items + 1, "timestamp": start + row}
    ).to_csv(path, index=False)


def test_killed_at_any_moment_it_leaves_no_half_batch_and_the_next_one_finishes(project, paths, capsys):
    many(project / "night.csv")
    for moment in ("lock", "draft", "batch"):
        with processes.started(command("night.csv"), stdout=subprocess.DEVNULL) as process:
            signs = {
                "lock": lambda: paths.events_lock.exists() and paths.events_lock.stat().st_size,
                "draft": lambda: any(paths.events.glob(".*")),
                "batch": lambda: any(paths.events.glob("0*")),
            }
            while process.poll() is None and not signs[moment]():
                time.sleep(0.0005)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
        events = event_store.read(paths.events)  # it checks that batches are whole
        assert events is None or len(events) == 150_000
        paths.events_lock.write_text("")

    code, _, _ = ingest(capsys, "night.csv")

    assert code == 0
    assert len(event_store.batches(paths.events)) == 1
    assert len(event_store.read(paths.events)) == 150_000
    assert not list(paths.events.glob(".*"))
    assert "batch" in (paths.events / "files.json").read_text()


def test_two_at_once_both_end_well(project, paths):
    many(project / "a.csv", rows=20_000)
    many(project / "b.csv", rows=20_000, start=1_325_376_000 + 9_000)  # from row 9,000 on the same
    environment = os.environ | {"PYTHONWARNINGS": "error"}
    options = {"env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with ExitStack() as stack:
        started = [
            stack.enter_context(processes.started(command(file), **options))
            for file in ("a.csv", "b.csv", "a.csv")
        ]
        said = [process.communicate(timeout=processes.PATIENCE) for process in started]

    assert [process.returncode for process in started] == [0, 0, 0], said
    assert [event_store.read(paths.events)["batch"].max(), len(event_store.read(paths.events))] == [2, 29_000]
    assert sum("nothing new" in out for out, _ in said) == 1
