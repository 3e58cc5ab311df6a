"""The example nights in docs/example: what `scripts/nights.py` writes, and what becomes of each."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest
from tests import small_project

from fairtune.cli import main as cli
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.data.events import store as event_store
from fairtune.pipeline.stages import download, ingest

ROOT = Path(__file__).parents[1]
NIGHTS = ROOT / "docs/example"

specification = importlib.util.spec_from_file_location("nights", ROOT / "scripts/nights.py")
nights = importlib.util.module_from_spec(specification)
specification.loader.exec_module(nights)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Give the data set `demo` as it is: raw files and tables."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "params.yaml").write_text((ROOT / "params.yaml").read_text())
    everything = params.load(folder)
    for stage in (download, ingest):
        stage.run(everything.dataset("demo"), Paths("demo", folder), seed=everything.seed)
    return folder


@pytest.fixture
def project(demo, tmp_path, monkeypatch):
    monkeypatch.chdir(small_project.copy(demo, tmp_path))
    return tmp_path


def test_the_files_in_the_project_are_what_the_script_writes(tmp_path):
    nights.write(tmp_path)

    for file in sorted(tmp_path.iterdir()):
        assert (NIGHTS / file.name).read_bytes() == file.read_bytes(), file.name
    assert len(list(tmp_path.iterdir())) == 3
    assert max(file.stat().st_size for file in tmp_path.iterdir()) < 150_000


def test_the_good_night_is_new_listening_of_the_same_world(project, capsys):
    assert cli.main(["ingest-events", str(NIGHTS / "night-good.csv"), "--dataset", "demo"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "night-good.csv: 3,060 events: 3,060 new, 0 duplicates; 20 new listeners, 12 new items"
    )
    events = event_store.read(Paths("demo", project).events)
    assert events["timestamp"].between("2012-01-01", "2012-01-08").all()


def test_the_bad_night_is_formally_right(project, capsys):
    assert cli.main(["ingest-events", str(NIGHTS / "night-bad.csv"), "--dataset", "demo"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "night-bad.csv: 3,000 events: 3,000 new, 0 duplicates; 500 new listeners, 0 new items"
    )
    events = event_store.read(Paths("demo", project).events)
    items = pd.read_parquet(Paths("demo", project).raw / "items.parquet").set_index("item_id")
    assert len(set(items.loc[events["item_id"].unique(), "artist"])) == 1


def test_the_broken_night_is_refused_row_by_row(project, capsys):
    assert cli.main(["ingest-events", str(NIGHTS / "night-broken.csv"), "--dataset", "demo"]) == 2
    said = capsys.readouterr()
    assert [line.split()[:2] for line in said.out.splitlines()[1:9]] == [
        ["4", "user_id"],
        ["5", "timestamp"],
        ["6", "plays"],
        ["7", "name"],
        ["8", "artist"],
        ["9", "timestamp"],
        ["10", "row"],
        ["11", "user_id"],
    ]
    assert said.err == (
        "fairtune: night-broken.csv: 8 of 11 rows are wrong: mend what is listed above and ingest it again; "
        "nothing was taken in\n"
    )
    assert not list(Paths("demo", project).events.glob("*"))
