"""`fairtune validate FILE`: every problem by row, before anything runs."""

import gzip
from pathlib import Path

import pytest
import yaml

from fairtune.cli import main as cli

ROOT = Path(__file__).parents[2]
HEADER = "user_id,item_id,plays,timestamp,split\n"
BAD = HEADER + (
    "ada,t1,3,2009-04-08,train\n"
    "ada,t2,0,2009-04-08,train\n"
    "ada,t1,5,2009-04-08,test\n"
    ",t1,5,2009-04-08,test\n"
    "bo,t1,-2,2009-04-08,test\n"
    "bo,t2,2,yesterday,test\n"
    "bo,t3,2,2009-04-08,dev\n"
    "bo,t4\n"
    "bo,t1,2,2009-04-08,valid\n"
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Give a project with a data set `mine` of own files."""
    values = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    mine = {**values["datasets"]["demo"], "register": {"model": "mine"}}
    mine["download"] = {
        "timeout": 5,
        "retries": 0,
        "table": {
            "item_kind": "track",
            "interactions": {"file": "plays.csv", "columns": {"user_id": "who", "item_id": "what"}},
            "users": {"file": "people.csv", "columns": {"user_id": "who"}},
        },
    }
    values["datasets"]["mine"] = mine
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def validate(capsys, *arguments):
    code = cli.main(["validate", *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out, said.err


def unwrapped(code, out, err):
    return code, " ".join(out.split()), err


def test_a_good_file_is_summed_up_in_one_paragraph(capsys):
    expected = (
        "plays.csv: fine: 1,449 rows; 150 listeners, 120 items; plays from 1 to 282, 18,933 in all; from "
        "2006-01-26 to 2011-12-19; split 1,006 train, 150 valid, 293 test. Read: user_id, item_id, plays, "
        "timestamp, split."
    )

    code, out, err = validate(capsys, ROOT / "docs/example/plays.csv")

    assert unwrapped(code, out, err) == (0, expected, "")
    for page in ("README.md", "docs/how-to/own-data.md"):
        assert f"$ fairtune validate docs/example/plays.csv\n{out}```" in (ROOT / page).read_text("utf-8")


def test_every_problem_is_told_by_line_column_and_reason(project, capsys):
    (project / "plays.csv").write_text(BAD)

    code, out, err = validate(capsys, "plays.csv")

    rule = "is a time like 2009-04-08T01:57:47Z, 2009-04-08 or 1239155867 (seconds), 1990 to 2100"
    assert code == 2
    assert err == (
        "fairtune: plays.csv: 8 of 9 rows are wrong: mend what is listed above and check again; nothing was "
        "written\n"
    )
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        "line column rule found",
        "3 plays is at least 1 0",
        "4 user_id, item_id come together once ada, t1 as in line 2",
        "5 user_id is not empty ''",
        "6 plays is at least 1 -2",
        f"7 timestamp {rule} 'yesterday'",
        "8 split is one of train, valid, test 'dev'",
        "9 row has 5 fields between commas 'bo,t4'",
        "10 user_id, item_id come together once bo, t1 as in line 6",
        "by reason:",
        "2 plays is at least 1",
        "2 user_id, item_id come together once",
        "1 row has 5 fields between commas",
        "1 split is one of train, valid, test",
        f"1 timestamp {rule}",
        "1 user_id is not empty",
    ]


LOG = "user_id,item_id,timestamp\nada,t1,2009-04-08\nada,t1,2009-04-09\nbo,t1,2009-04-09\n"


def test_a_log_is_told_as_a_log_and_checked_as_one(project, capsys):
    (project / "plays.csv").write_text(LOG)

    code, out, err = validate(capsys, "plays.csv")
    assert (code, out) == (2, "")
    assert err == (
        "fairtune: plays.csv: this is a log of plays: 1 of 3 rows repeat a pair of listener and item: say "
        "`log: true` beside its file in params.yaml (--log to check it), and they are summed\n"
    )
    code, told, err = unwrapped(*validate(capsys, "plays.csv", "--log"))
    assert (code, err) == (0, "")
    assert told == (
        "plays.csv: fine: 3 rows; 2 listeners, 1 items; a log of plays, 2 pairs of listener and item; from "
        "2009-04-08 to 2009-04-09. Read: user_id, item_id, timestamp."
    )


def test_twenty_problems_are_shown_and_all_are_counted(project, capsys):
    (project / "plays.csv").write_text("user_id,item_id\n" + ",t\n" * 1234 + "ada,t\n")

    code, out, err = validate(capsys, "plays.csv")

    lines = out.splitlines()
    assert code == 2
    assert len(lines) == 1 + 20 + 1 + 2
    assert lines[-3:] == ["... and 1,214 more", "by reason:", " 1,234  user_id is not empty"]
    assert "1,234 of 1,235 rows are wrong" in err


def test_nothing_is_written(project, capsys):
    (project / "plays.csv").write_text(BAD)
    before = sorted(project.rglob("*"))

    validate(capsys, "plays.csv")

    assert sorted(project.rglob("*")) == before


def test_columns_may_be_named_at_the_command_or_come_from_params_yaml(project, capsys):
    (project / "plays.csv").write_text("who,what,note\nada,t1,x\nbo,t2,y\n")
    expected = (
        "plays.csv: fine: 2 rows; 2 listeners, 2 items; no column of plays: played or not is all there is. "
        "Read: user_id, item_id; not read: note."
    )

    named = ("--column", "user_id=who", "--column", "item_id=what")
    assert unwrapped(*validate(capsys, "plays.csv", *named)) == (0, expected, "")
    assert unwrapped(*validate(capsys, "plays.csv", "--dataset", "mine")) == (0, expected, "")


def test_params_yaml_tells_which_table_a_file_is(project, capsys):
    (project / "people.csv").write_text("who,country\nada,SE\nbo,Sweden\nada,GB\n")

    code, out, _ = validate(capsys, "people.csv", "--dataset", "mine")

    assert code == 2
    assert [" ".join(line.split()) for line in out.splitlines()[1:3]] == [
        "3 country is a country of ISO 3166-1 like SE 'Sweden'",
        "4 user_id comes once ada as in line 2",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["nowhere.csv"],
            "nowhere.csv: there is no such file: give the path of a CSV, TSV or Parquet file",
        ),
        (
            ["plays.csv", "--column", "user_id"],
            "--column user_id: write OURS=THEIRS, like user_id=listener",
        ),
        (
            ["plays.csv", "--column", "song=what"],
            "--column song: interactions have no such column: user_id, item_id, plays, timestamp, split",
        ),
        (
            ["plays.csv", "--dataset", "demo"],
            "params.yaml: datasets.demo.download has no table: it isn't made of own files",
        ),
        (
            ["plays.csv", "--dataset", "mine", "--table", "friends"],
            "params.yaml: datasets.mine.download.table has no friends",
        ),
        (
            ["plays.csv", "--table", "song"],
            (
                "Invalid value for '--table': 'song' is not one of 'interactions', 'items', 'users', "
                "'item_types', 'friends'; see `fairtune validate --help`"
            ),
        ),
        (
            ["plays.csv"],
            (
                "plays.csv: no column 'user_id'; the header has who, what: name it in params.yaml (columns: "
                "{user_id: ...}) or by --column user_id=..."
            ),
        ),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(project, capsys, arguments, message):
    (project / "plays.csv").write_text("who,what\nada,t1\n")

    assert validate(capsys, *arguments) == (2, "", f"fairtune: {message}\n")


def test_a_folder_is_checked_part_by_part(tmp_path, capsys):
    log = tmp_path / "log"
    log.mkdir()
    (log / "a.csv").write_text("user_id,item_id\nada,t1\nada,t1\n")
    (log / "b.csv.gz").write_bytes(gzip.compress(b"user_id,item_id\nbo,t1\n,t2\n"))

    code, out, err = unwrapped(*validate(capsys, "--log", log))

    assert code == 2
    assert "a.csv: fine: 2 rows; 1 listeners, 1 items; a log of plays, 1 pairs" in out
    assert "3 user_id is not empty" in " ".join(out.split())
    assert err == (
        "fairtune: log: 1 of 4 rows is wrong: mend what is listed above and check again; nothing was "
        "written\n"
    )


def test_a_folder_without_a_file_is_refused(tmp_path, capsys):
    _, _, err = validate(capsys, tmp_path)

    assert err == (
        f"fairtune: {tmp_path}: the folder holds no file: give files that end in .csv, .tsv, .txt, .parquet, "
        "or these with .gz or .zst\n"
    )
