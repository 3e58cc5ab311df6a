"""New listening on its way through the stages: download, ingest, validate, matrix."""

import hashlib
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests import hetrec, small_project

from fairtune import files
from fairtune.cli import main as cli
from fairtune.columns import Table
from fairtune.config import params
from fairtune.config.custom_tables import OwnFile, OwnPlays, OwnTables, Watched
from fairtune.config.paths import Paths
from fairtune.data.sources import lastfm_2k
from fairtune.errors import BadFile, BadParams, BadTable
from fairtune.matrix import splits
from fairtune.matrix import storage as matrix_storage
from fairtune.pipeline.stages import download, ingest, matrix, validate

DRAWN = {"lastfm-2k": "ff0e6f7441be0569", "lfm-2b": "25e87c9544b631c6"}
"""sha256 of what `random` gave at seed 7 when there was no new listening yet."""
LATER = small_project.HEADER + "2,3,2012-02-01,4,,,,,\n62,3,2012-02-01,1,,,,,\n"
WRONG = small_project.HEADER + "1,3,2012-01-01,1,,,,,\n1,3,2012-01-01,0,,,,,\n1,900,2012-01-01,1,,,,,\n"


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
def paths():
    return Paths("demo")  # in the working folder, as for DVC


def run(*stages):
    small_project.run(params.project_root(), *stages)


def parts():
    """Give listener, item -> part."""
    built = matrix_storage.read_matrix(Paths("demo").matrix)
    users = built.listeners["user_id"].to_numpy()
    items = built.columns[built.item_block]["item_id"].to_numpy()
    found = {}
    for part in ("train", "valid", "test"):
        cells = getattr(built, part).nonzero()
        found |= dict.fromkeys(zip(users[cells[0]], items[cells[1]], strict=True), part)
    return found


def test_without_events_nothing_is_different(project, paths):
    before = small_project.contents(project / "data/demo/raw") | small_project.contents(
        project / "data/demo/tables"
    )

    small_project.watch(project)  # and empty
    run(download, ingest)

    assert small_project.contents(paths.raw) | small_project.contents(paths.tables) == before
    assert "events" not in files.read_json(paths.about)
    assert "batch" not in files.read_table(paths.table(Table.INTERACTIONS))


def test_the_watched_folder_is_taken_in_once_and_goes_through_the_stages(project, paths, capsys):
    run(validate, matrix)
    before, rules = parts(), files.read_json(paths.validation)["evaluated"]
    inbox = small_project.watch(project)
    (inbox / "b.csv").write_text(LATER)
    (inbox / "a.csv").write_text(small_project.GOOD)
    capsys.readouterr()

    run(download)

    assert capsys.readouterr().out.splitlines()[1:] == [
        "a.csv: 4 events: 4 new, 0 duplicates; 1 new listeners, 1 new items",
        "b.csv: 2 events: 2 new, 0 duplicates; 1 new listeners, 0 new items",
    ]
    raw = small_project.contents(paths.raw)
    run(download)
    assert small_project.contents(paths.raw) == raw

    run(ingest, validate, matrix)
    about = files.read_json(paths.about)["events"]
    assert about.keys() == {"batches", "events", "new_pairs", "new_listeners", "new_items"}
    assert [about[name] for name in ("batches", "events", "new_listeners", "new_items")] == [2, 6, 2, 1]
    assert files.read_json(paths.validation)["success"]
    assert files.read_json(paths.validation)["evaluated"] == rules + 3
    after = parts()
    assert before.items() <= after.items()
    assert {(61, 1), (61, 151), (62, 3)} <= after.keys() - before.keys()
    items = files.read_table(paths.table(Table.ITEMS)).set_index("item_id")
    assert items.loc[151, "artist_region"] == "United Kingdom"


def test_stages_write_the_same_bytes_twice(project, paths):
    (small_project.watch(project) / "a.csv").write_text(small_project.GOOD)
    run(download, ingest)
    first = small_project.contents(paths.raw) | small_project.contents(paths.tables)

    run(download, ingest)

    assert small_project.contents(paths.raw) | small_project.contents(paths.tables) == first


def test_one_wrong_file_stops_the_run_before_any_is_taken_in(project, paths):
    inbox = small_project.watch(project)
    (inbox / "a.csv").write_text(small_project.GOOD)
    run(download)
    before = small_project.contents(paths.events), small_project.contents(paths.raw)
    (inbox / "b.csv").write_text(LATER)
    (inbox / "c.csv").write_text(WRONG)

    with pytest.raises(BadFile) as caught:
        run(download)

    assert str(caught.value) == (
        f"{inbox}/c.csv: 2 of 3 rows are wrong, nothing was taken in: line 3: plays is at least 1, found 0; "
        "line 4: name is told of an item that the data set doesn't have: give its name in one row, found "
        "item 900: mend the file or take it out of inbox, then run again"
    )
    assert (small_project.contents(paths.events), small_project.contents(paths.raw)) == before


def test_a_folder_that_is_not_there_is_named(project):
    small_project.watch(project).rmdir()

    with pytest.raises(BadParams) as caught:
        run(download)

    assert str(caught.value) == (
        "params.yaml: datasets.demo.download.events: there is no folder inbox: make it, or name another"
    )


def test_the_first_run_takes_the_folder_in_too(project, paths):
    (small_project.watch(project) / "a.csv").write_text(small_project.GOOD)
    shutil.rmtree(project / "data")

    run(download, ingest)

    assert files.read_json(paths.about)["events"]["events"] == 4


def test_columns_of_the_folder_are_named_in_params_yaml(project, paths):
    inbox = small_project.watch(project, columns={"user_id": "who", "timestamp": "when"})
    (inbox / "a.csv").write_text("who,item_id,when\n1,2,2012-01-01\n")

    run(download, ingest)

    assert files.read_json(paths.about)["events"]["events"] == 1


def test_another_clone_loses_nothing_when_it_downloads_again(project, paths):
    inbox = small_project.watch(project)
    (inbox / "a.csv").write_text(small_project.GOOD)
    run(download)
    raw = small_project.contents(paths.raw)
    shutil.rmtree(paths.events)  # no output of the pipeline: a clone that pulled has the raw folder alone
    (inbox / "a.csv").unlink()

    run(download)
    assert small_project.contents(paths.raw) == raw

    (inbox / "b.csv").write_text(LATER)
    run(download)
    assert sorted(name[:5] for name in small_project.contents(paths.raw_events)) == [
        "0001-",
        "0002-",
        "files",
    ]


def test_a_withdrawn_batch_leaves_the_tables_as_if_it_had_never_come(project, paths):
    inbox = small_project.watch(project)
    (inbox / "a.csv").write_text(small_project.GOOD)
    run(download, ingest)
    before = small_project.contents(paths.tables)
    (inbox / "b.csv").write_text(LATER)
    run(download, ingest)
    assert small_project.contents(paths.tables) != before

    assert cli.main(["ingest-events", "--withdraw", "2", "--reason", "bots", "--dataset", "demo"]) == 0
    run(download, ingest)

    assert small_project.contents(paths.tables) == before
    assert "b.csv" in (paths.raw_events / "files.json").read_text()


def own(folder, *, events="inbox"):
    """Give the parameters of a data set of own files with text ids, and a watched folder beside them."""
    named = {"user_id": "who", "item_id": "what"}
    table = OwnTables(
        interactions=OwnPlays(file=str(folder / "plays.csv"), columns=named),
        items=OwnFile(file=str(folder / "songs.csv")),
        item_kind="track",
    )
    whole = params.load().dataset("demo")
    watched = Watched(folder=str(folder / events))
    return replace(whole, download=replace(whole.download, generate=None, table=table, events=watched))


def test_own_files_may_grow_on_the_night_when_their_new_items_are_first_played(tmp_path):
    paths = Paths("mine", tmp_path)
    (tmp_path / "plays.csv").write_text("who,what,plays,split\nada,s1,3,train\nbo,s2,1,valid\nbo,s1,2,test\n")
    (tmp_path / "songs.csv").write_text("item_id,name,artist\ns1,One,A\ns2,Two,B\n")
    (tmp_path / "inbox").mkdir()
    chosen = own(tmp_path)
    for stage in (download, ingest):
        stage.run(chosen, paths, seed=1)

    (tmp_path / "songs.csv").write_text("item_id,name,artist\ns1,One,A\ns2,Two,B\ns3,Three,C\n")
    (tmp_path / "inbox/night.csv").write_text("who,what,timestamp\nada,s3,2020-01-01\n7,s3,2020-01-01\n")
    for stage in (download, ingest):
        stage.run(chosen, paths, seed=1)

    played = files.read_table(paths.table(Table.INTERACTIONS))
    assert list(played) == ["user_id", "item_id", "plays", "split", "batch"]
    assert played[["user_id", "item_id", "plays", "batch"]].to_numpy().tolist() == [
        ["7", "s3", 1, 1],
        ["ada", "s1", 3, 0],
        ["ada", "s3", 1, 1],
        ["bo", "s1", 2, 0],
        ["bo", "s2", 1, 0],
    ]
    assert files.read_table(paths.table(Table.ITEMS))["name"].tolist() == ["One", "Two", "Three"]


@pytest.fixture
def lastfm(tmp_path, monkeypatch):
    """A small Last.fm 2K: plays of artists, no times, and a publisher who counts what it has."""
    rows = {Table(name): count for name, count in hetrec.ROWS.items()}
    monkeypatch.setattr(lastfm_2k, "DATASET", replace(lastfm_2k.DATASET, rows=rows))
    paths = Paths("lastfm-2k", tmp_path)
    hetrec.write(paths.raw)
    whole = params.load().dataset("lastfm-2k")
    return hetrec.small(whole), paths


def grow(paths, monkeypatch, *, artists):
    """Have one listener play many new artists; more than the publisher's lists are long."""
    rows = [f"2,{100 + artist},2012-01-01,3,New {artist}\n" for artist in range(artists)]
    file = paths.root / "night.csv"
    file.write_text("user_id,item_id,timestamp,plays,name\n" + "".join(rows))
    shutil.copy(params.project_root() / "params.yaml", paths.root)
    monkeypatch.chdir(paths.root)
    assert cli.main(["ingest-events", "night.csv", "--dataset", "lastfm-2k"]) == 0
    shutil.copytree(paths.events, paths.raw_events)


def test_a_publishers_counts_and_lists_hold_beside_new_listening(lastfm, monkeypatch):
    chosen, paths = lastfm
    ingest.run(chosen, paths, seed=1)
    grow(paths, monkeypatch, artists=60)

    for stage in (ingest, validate, matrix):
        stage.run(chosen, paths, seed=1)

    assert files.read_json(paths.validation)["success"]
    assert "and 60 of new listening" in (paths.data_docs / "items.html").read_text("utf-8")
    played = files.read_table(paths.table(Table.INTERACTIONS))
    assert list(played) == ["user_id", "item_id", "plays", "batch"]
    assert len(played) == hetrec.ROWS["interactions"] + 60


def test_a_row_that_the_publisher_has_and_the_table_lost_is_still_missed(lastfm, monkeypatch):
    chosen, paths = lastfm
    ingest.run(chosen, paths, seed=1)
    grow(paths, monkeypatch, artists=60)
    plays = paths.raw / "user_artists.dat"
    plays.write_bytes(plays.read_bytes().rsplit(b"\r\n", 2)[0] + b"\r\n")
    ingest.run(chosen, paths, seed=1)

    with pytest.raises(BadTable) as caught:
        validate.run(chosen, paths, seed=1)

    assert str(caught.value).startswith(
        "interactions: rows: 1 row breaks the rule: the table has the 48 rows that its publisher counts, and "
        "60 of new listening. Examples: there are 107 rows"
    )


@pytest.mark.parametrize("name", ["lastfm-2k", "lfm-2b"])
def test_on_real_data_every_pair_keeps_its_part(name, mirror, tmp_path, monkeypatch):
    monkeypatch.setenv("FAIRTUNE_MIRROR", str(mirror))
    chosen, paths = params.load().dataset(name), Paths(name, tmp_path)
    for stage in (download, ingest):
        stage.run(chosen, paths, seed=7)
    played = files.read_table(paths.table(Table.INTERACTIONS))
    shares = {"valid_share": 0.1, "test_share": 0.2, "seed": 7}
    labels = splits.random(played, **shares)
    rng = np.random.default_rng(0)
    more = pd.DataFrame(
        {"user_id": rng.choice(played["user_id"], 5_000), "item_id": rng.choice(played["item_id"], 5_000)}
    ).assign(plays=1, batch=1)
    both = pd.concat([played.assign(batch=0), more]).drop_duplicates(["user_id", "item_id"])
    both = both.sort_values(["user_id", "item_id"], kind="stable")

    assert (splits.random(both, **shares)[(both["batch"] == 0).to_numpy()] == labels).all()
    assert hashlib.sha256(labels.tobytes()).hexdigest()[:16] == DRAWN[name]
