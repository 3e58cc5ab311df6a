"""`fairtune batch`: what it asks for, and what it says."""

import shutil

import pytest
from click.testing import CliRunner

import fairtune
from fairtune.api import champion
from fairtune.cli.batch import batch


@pytest.fixture
def run(release, tmp_path, monkeypatch):
    copy = shutil.copytree(release, tmp_path / "release")
    monkeypatch.setattr(
        champion, "load_champion", lambda name: fairtune.Champion(name, "fairtune-tiny", 3, copy)
    )
    return lambda *arguments: CliRunner().invoke(batch, ["--dataset", "tiny", *map(str, arguments)])


def test_it_says_what_it_wrote(run, tmp_path):
    done = run("--output", tmp_path / "lists.csv", "-n", "2")

    assert done.exception is None, done.output
    assert done.stdout == f"fairtune-tiny version 3: 60 lists, 119 places: {tmp_path / 'lists.csv'}\n"
    assert len((tmp_path / "lists.csv").read_text("utf-8").splitlines()) == 120  # one has a single type left


def test_some_listeners_stand_in_a_file(run, tmp_path):
    (tmp_path / "some.txt").write_text("\ufeff2\n\n 5 \n", encoding="utf-8")

    done = run("--output", tmp_path / "lists.jsonl", "--listeners", tmp_path / "some.txt")

    assert done.stdout.startswith("fairtune-tiny version 3: 2 lists, ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "--listeners {file} can't be read: No such file or directory"),
        (b"\xff\xfe", "--listeners {file} can't be read: it is no text"),
        (b"\n\n", "--listeners {file} names nobody: it has an id a line"),
        (
            b"2\nx\n",
            "unknown listener 'x': tiny has 60 listeners with ids from 2 to 179, for example 2, 5, 8",
        ),
    ],
)
def test_listeners_that_can_not_be_read_are_refused(run, tmp_path, content, message):
    file = tmp_path / "some.txt"
    if content is not None:
        file.write_bytes(content)

    refused = run("--output", tmp_path / "lists.csv", "--listeners", file)

    assert str(refused.exception) == message.format(file=file)
    assert not (tmp_path / "lists.csv").exists()
