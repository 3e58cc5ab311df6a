"""Where new listening is kept, here and in the raw folder that clones share."""

import shutil

import pandas as pd
import pytest

from fairtune.columns import BlockName
from fairtune.config.custom_tables import Watched
from fairtune.config.paths import Paths
from fairtune.data.events import store as event_store
from fairtune.data.events.parsing import Known
from fairtune.errors import BadFile, NotThere

KNOWN = Known(pd.Series([1, 2]), pd.Series([10, 20]), BlockName.ARTIST)
HEADER = "user_id,item_id,timestamp,plays\n"


@pytest.fixture
def paths(tmp_path):
    return Paths("toy", tmp_path / "here")


def take(paths, rows, known=KNOWN, name="night.csv"):
    file = paths.root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEADER + rows)
    taken = event_store.look([file], known, paths, explicit={}, usual={}, way_out="")
    return event_store.append(taken, paths.events)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_raw_folder_becomes_what_the_store_is_and_nothing_without_events(paths):
    event_store.publish(paths)
    assert not paths.raw_events.exists()

    take(paths, "1,10,2020-01-01,3\n")
    event_store.publish(paths)

    assert names(paths.raw_events) == names(paths.events)
    assert (paths.raw_events / "files.json").read_bytes() == (paths.events / "files.json").read_bytes()


def test_store_and_raw_folder_are_united_and_neither_loses_anything(paths, tmp_path):
    other = Paths("toy", tmp_path / "there")
    take(paths, "1,10,2020-01-01,3\n")
    take(other, "2,20,2020-01-02,4\n", name="other.csv")
    event_store.withdraw(other.events, 1, reason="a test")
    event_store.publish(other)
    shutil.copytree(other.raw_events, paths.raw_events)  # as `dvc pull` does

    event_store.unite(paths)
    event_store.publish(paths)

    assert len(event_store.batches(paths.events, withdrawn=True)) == 2
    assert len(event_store.batches(paths.raw_events)) == 1
    assert names(paths.raw_events) == names(paths.events)
    again = {path: path.read_bytes() for path in paths.events.iterdir()}
    event_store.unite(paths)
    assert {path: path.read_bytes() for path in paths.events.iterdir()} == again


def test_events_that_two_clones_took_in_under_two_numbers_count_once(paths, tmp_path):
    other = Paths("toy", tmp_path / "there")
    take(paths, "1,10,2020-01-01,3\n")
    take(paths, "2,20,2020-01-02,4\n")
    take(other, "2,20,2020-01-02,4\n")
    event_store.publish(other)
    shutil.copytree(other.raw_events, paths.raw_events)
    event_store.unite(paths)

    assert len(event_store.batches(paths.events)) == 3
    assert event_store.read(paths.events)[["user_id", "plays", "batch"]].to_numpy().tolist() == [
        [1, 3, 1],
        [2, 4, 1],
    ]


def test_a_damaged_batch_is_named(paths):
    (batch,) = take(paths, "1,10,2020-01-01,3\n")
    batch.write_bytes(batch.read_bytes()[:-1])

    with pytest.raises(BadFile) as caught:
        event_store.read(paths.events)

    assert str(caught.value) == (
        f"{batch}: damaged: its content isn't that of its name: bring it back (`dvc checkout`), or remove it "
        "and ingest its file again"
    )


def test_ids_may_turn_from_numbers_to_texts(paths):
    take(paths, "1,10,2020-01-01,3\n")
    texts = Known(pd.Series(["1", "ada"]), pd.Series(["10", "song"]), BlockName.ARTIST)

    take(paths, "1,10,2020-01-01,3\nada,song,2020-01-02,1\n", texts)

    assert event_store.read(paths.events)["user_id"].tolist() == ["1", "ada"]


def test_texts_that_should_be_numbers_by_now_are_refused(paths):
    texts = Known(pd.Series(["1", "ada"]), pd.Series(["10", "song"]), BlockName.ARTIST)
    take(paths, "ada,10,2020-01-01,3\n", texts)

    with pytest.raises(Exception, match="user_id is a whole number, as all others of the data set are"):
        take(paths, "1,10,2020-01-02,3\n")


def test_what_is_waiting(paths):
    inbox = paths.root / "inbox"
    watched = Watched(folder="inbox")
    assert not event_store.waiting(paths, None)
    assert not event_store.waiting(paths, watched)  # there is no such folder here: stage `download` says so
    take(paths, "1,10,2020-01-01,3\n")
    assert event_store.waiting(paths, None)
    event_store.publish(paths)
    assert not event_store.waiting(paths, watched)

    inbox.mkdir()
    for name in (".night.csv", "README.md", "night.csv.part"):
        (inbox / name).write_text("not yet")
    assert not event_store.waiting(paths, watched)
    shutil.copy(paths.root / "night.csv", inbox / "again.csv")
    assert not event_store.waiting(paths, watched)  # these bytes were taken in
    (inbox / "new.CSV").write_text(HEADER + "2,10,2020-01-01,3\n")
    assert event_store.waiting(paths, watched)


def test_a_clone_that_pulled_more_than_it_took_in_waits_for_nothing(paths, tmp_path):
    other = Paths("toy", tmp_path / "there")
    take(other, "2,20,2020-01-02,4\n")
    event_store.publish(other)
    shutil.copytree(other.raw_events, paths.raw_events)

    assert not event_store.waiting(paths, None)


def test_withdrawing_twice_is_refused(paths):
    take(paths, "1,10,2020-01-01,3\n")
    take(paths, "1,10,2020-01-02,3\n")
    event_store.withdraw(paths.events, 2, reason="bots")

    with pytest.raises(NotThere) as caught:
        event_store.withdraw(paths.events, 2, reason="bots")

    assert str(caught.value) == f"{paths.events}: no batch 2 that counts; there are: 1"
