"""What the machine refuses is told in one line with what helps; it is no defect."""

import errno
import os
import sqlite3

import pytest
import sqlalchemy

from fairtune.cli import main as cli
from fairtune.errors import of_the_machine
from fairtune.pipeline.stages import __main__ as stages

ROOM = "make room and run again"


def raised(make):
    """Give the error that a call ends with."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of any kind
        make()
    return caught.value


def full(path="models/demo/best.json"):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)


def of_a_library():
    try:
        full(None)
    except OSError as error:
        raise RuntimeError("the file could not be saved") from error


def sqlite(tmp_path):
    (tmp_path / "mlflow.db").write_bytes(b"no database, but a text of some length" * 200)
    with sqlalchemy.create_engine(f"sqlite:///{tmp_path}/mlflow.db").connect() as connection:
        connection.execute(sqlalchemy.text("select * from runs"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (raised(full), f"models/demo/best.json: no room left on the disk (No space left on device): {ROOM}"),
        (raised(of_a_library), f"no room left on the disk (No space left on device): {ROOM}"),
        (OSError(errno.EFBIG, "File too large"), f"no room left on the disk (File too large): {ROOM}"),
        (
            PermissionError(errno.EACCES, "Permission denied", "data"),
            "data: may not be touched (Permission denied): mend its permissions and run again",
        ),
        (
            sqlite3.OperationalError("disk I/O error"),
            "a database can't be written: is the disk full? Make room and run again",
        ),
        (
            MemoryError(),
            "the memory of this machine is used up: close other programs, or take less data, and run again",
        ),
        (sqlite3.OperationalError("no such table: runs"), None),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "x"), None),
        (ZeroDivisionError("division by zero"), None),
    ],
)
def test_what_the_machine_refused(error, said):
    assert of_the_machine(error) == said


def test_a_file_that_is_no_database(tmp_path):
    said = of_the_machine(raised(lambda: sqlite(tmp_path)))

    assert said == "a database is damaged: put back a copy of it, or move it away"


def test_a_command_ends_with_one_line_and_exit_code_2(monkeypatch, capsys):
    monkeypatch.setattr(cli.fairtune, "main", lambda *_, **__: full())

    assert cli.main(["run", "demo"]) == 2

    said = capsys.readouterr().err
    assert (
        said
        == f"fairtune: models/demo/best.json: no room left on the disk (No space left on device): {ROOM}\n"
    )


def test_a_stage_ends_with_one_line_and_exit_code_2(monkeypatch, capsys):
    monkeypatch.setattr(stages, "_run", lambda _: full())

    assert stages.main(["tune", "demo"]) == 2

    said = capsys.readouterr().err
    assert (
        said
        == f"tune@demo: models/demo/best.json: no room left on the disk (No space left on device): {ROOM}\n"
    )
