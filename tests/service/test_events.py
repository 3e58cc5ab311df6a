"""New listening over HTTP: by the rules of the night, on the disk before it is confirmed, once."""

import csv
import hashlib
import os
import shutil
import signal
import threading

import httpx
import psutil
import pytest
import yaml
from tests import small_project
from tests.processes import PATIENCE, until
from tests.service.test_serve import project, serving  # noqa: F401 - a fixture

from fairtune.columns import BlockName
from fairtune.config import params
from fairtune.config.custom_tables import Watched
from fairtune.config.paths import Paths
from fairtune.data.events import watched_folder
from fairtune.service import events
from fairtune.service.events import Inbox
from fairtune.serving import histories, new_listeners, requests

pytestmark = [  # MLflow's own, about its types and about pandas 4
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]
PLAY = {"user_id": 2, "item_id": 1, "timestamp": "2012-01-08T20:15:00Z", "plays": 3}
NOW = 1926053700  # after the version of the tests was registered, whatever day it is
NEW = {"user_id": 999, "item_id": 4711, "timestamp": 1326053700, "name": "Joga", "artist": "Björk"}


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "inbox").mkdir()
    return Inbox(Paths("tiny", tmp_path), Watched(folder="inbox", columns={"user_id": "who"}), most=3)


def stored(inbox):
    """Give the rows of every file that a night would read."""
    return {
        path.name: list(csv.DictReader(path.read_text("utf-8").splitlines()))
        for path in sorted(inbox.folder.glob("[!.]*"))
    }


def post(service, *events, **headers):
    named = {"Idempotency-Key": headers["key"]} if headers else {}
    return service.post("/v1/events", json={"events": list(events)}, headers=named)


def test_plays_are_on_the_disk_under_the_names_that_the_night_expects(start, inbox):
    answer = post(start(inbox=inbox), PLAY, NEW)

    assert answer.status_code == 202
    assert answer.json() == {"model": answer.json()["model"], "accepted": 2, "repeated": False}
    ((_, rows),) = stored(inbox).items()
    assert [(row["who"], row["item_id"], row["plays"], row["artist"]) for row in rows] == [
        ("2", "1", "3", ""), ("999", "4711", "", "Björk"),
    ]  # fmt: skip
    assert not list(inbox.folder.glob(".*"))


def test_a_request_that_comes_twice_is_taken_once(start, inbox):
    service = start(inbox=inbox)

    answers = [
        post(service, PLAY),
        post(service, PLAY),
        post(service, PLAY, key="a"),
        post(service, PLAY, key="a"),
    ]

    assert [answer.json()["repeated"] for answer in answers] == [False, True, False, True]
    assert len(stored(inbox)) == 2


def test_a_key_stands_for_its_events(start, inbox):
    service = start(inbox=inbox)
    post(service, PLAY, key="a")

    answer = post(service, {**PLAY, "item_id": 6}, key="a")

    assert answer.status_code == 422
    assert answer.json()["detail"] == "this Idempotency-Key came with other events before: use a key once"
    assert len(stored(inbox)) == 1


@pytest.mark.parametrize(
    ("events", "detail"),
    [
        (
            [PLAY, {**PLAY, "timestamp": "yesterday"}],
            (
                "1 of 2 events are wrong, none was taken: event 1: timestamp is a time like "
                "2009-04-08T01:57:47Z, 2009-04-08 or 1239155867 (seconds), 1990 to 2100, found 'yesterday'"
            ),
        ),
        (
            [{"user_id": 2, "item_id": 4711, "timestamp": 1326053700}],
            (
                "1 of 1 events are wrong, none was taken: event 0: name is told of an item that the data set "
                "doesn't have: give its name in one row, found item 4711"
            ),
        ),
        (
            [{**PLAY, "user_id": "ada"}],
            (
                "1 of 1 events are wrong, none was taken: event 0: user_id is a whole number, as all others "
                "of the data set are, found 'ada'"
            ),
        ),
        (
            [{**PLAY, "country": "XX"}],
            (
                "1 of 1 events are wrong, none was taken: event 0: country is a country of ISO 3166-1 like "
                "SE, found 'XX'"
            ),
        ),
    ],
)
def test_what_the_night_would_refuse_is_refused_now(start, inbox, events, detail):
    answer = post(start(inbox=inbox), *events)

    assert (answer.status_code, answer.json()["detail"]) == (422, detail)
    assert answer.json()["errors"][0]["index"] == len(events) - 1
    assert list(inbox.folder.iterdir()) == []


@pytest.mark.parametrize(
    "event",
    [
        {**PLAY, "plays": 0},
        {**PLAY, "colour": "red"},
        {**PLAY, "name": "a\nb"},
        {**PLAY, "artist": "x" * 501},
        {"user_id": 2, "item_id": 1},
        {**PLAY, "age": "old"},
    ],
)
def test_a_play_of_the_wrong_form_is_refused(start, inbox, event):
    assert post(start(inbox=inbox), event).status_code == 422
    assert list(inbox.folder.iterdir()) == []


def test_more_than_the_nights_keep_up_with_is_put_off(start, inbox):
    service = start(inbox=inbox)
    for number in range(3):
        inbox._counted = (-10.0, 0)
        assert post(service, {**PLAY, "plays": number + 1}).status_code == 202

    inbox._counted = (-10.0, 0)
    answer = post(service, {**PLAY, "plays": 9})

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "600")
    assert answer.json()["detail"] == (
        "3 requests wait for the next run, the most that may: send this again when it has taken them in"
    )
    assert post(service, {**PLAY, "plays": 1}).json()["repeated"]  # what is there already is confirmed


def test_a_disk_that_refuses_is_told_and_nothing_is_left(start, inbox, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    answer = post(start(inbox=inbox), PLAY)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert answer.json()["detail"] == (
        "events can't be kept (No space left on device): nothing was taken, send them again later"
    )
    assert list(inbox.folder.iterdir()) == []


def at(listed):
    return [item["item_id"] for item in listed.json()["recommendations"]]


def test_the_next_list_knows_what_was_just_played(start, inbox, snapshot):
    service = start(inbox=inbox)
    before = service.get("/v1/listeners/2/recommendations?n=20")
    heard = at(before)[0]

    post(service, {**PLAY, "item_id": heard, "plays": 50, "timestamp": NOW})
    inbox._recent._at = -10.0
    after = service.get("/v1/listeners/2/recommendations?n=20")

    assert heard not in at(after)
    plays = {snapshot.column_of(snapshot.release.item_block, heard): 50.0}
    listening = requests.known_listener(snapshot.release, 2, plays=plays)
    expected = next(snapshot.recommender.for_all([listening], n=20)).as_dict()["recommendations"]
    assert after.json()["recommendations"] == expected
    assert after.json()["fallback"] is None
    assert at(service.get("/v1/listeners/5/recommendations")) == at(
        start().get("/v1/listeners/5/recommendations")
    )
    many = service.post("/v1/recommendations", json={"requests": [{"user_id": 2}], "n": 20}).json()
    assert many["answers"][0]["recommendations"] == expected


def test_plays_are_added_to_what_a_listener_plays_and_count_for_the_artist(snapshot):
    release = snapshot.release
    mine = histories.of_listener(release, 3)
    again = new_listeners.with_plays(release, mine, {})
    for block, cells in mine.items():
        order = cells.columns.argsort()
        assert again[block].columns.tolist() == cells.columns[order].tolist()
        assert again[block].plays == pytest.approx(cells.plays[order])
    column = int(mine[release.item_block].columns[0])
    more = new_listeners.with_plays(release, mine, {column: 2.0})
    artist = int(release.item_artist.row(column)[0][0])
    for block, place in ((release.item_block, column), (BlockName.ARTIST, artist)):
        was, now = (
            dict(zip(*map(list, (e[block].columns, e[block].plays)), strict=True)) for e in (mine, more)
        )
        assert now[place] == pytest.approx(was[place] + 2)
        assert {**now, place: 0} == pytest.approx({**was, place: 0})


def test_somebody_new_gets_a_list_by_their_plays(start, inbox):
    service = start(inbox=inbox)

    post(
        service,
        {"user_id": 999, "item_id": 1, "timestamp": NOW},
        {"user_id": 999, "item_id": 6, "timestamp": NOW},
    )
    inbox._recent._at = -10.0
    answer = service.get("/v1/listeners/999/recommendations").json()

    assert answer["fallback"]["list"] == "plays"
    assert {1, 6}.isdisjoint(item["item_id"] for item in answer["recommendations"])
    assert answer["recommendations"][0]["why"].startswith("because you play ")


def test_what_came_before_the_version_is_left_to_it(start, inbox):
    service = start(inbox=inbox)
    before = at(service.get("/v1/listeners/2/recommendations"))
    post(service, {**PLAY, "item_id": before[0], "timestamp": NOW})
    (file,) = inbox.folder.glob("service-*")
    os.utime(file, (0, 0))
    inbox._recent = type(inbox._recent)()

    assert at(service.get("/v1/listeners/2/recommendations")) == before


def test_lists_go_on_whatever_becomes_of_the_folder(start, inbox):
    service = start(inbox=inbox)
    expected = at(service.get("/v1/listeners/2/recommendations"))
    for name, content in (("a", b"who,item_id\n\xff,1\n"), ("b", b"nothing of ours\n1\n"), ("c", b"")):
        (inbox.folder / f"service-{name}.csv").write_bytes(content)
    (inbox.folder / "service-d.csv").mkdir()
    inbox._recent._at = -10.0
    assert at(service.get("/v1/listeners/2/recommendations")) == expected

    shutil.rmtree(inbox.folder)
    inbox._recent._at = -10.0
    assert at(service.get("/v1/listeners/2/recommendations")) == expected
    assert post(service, PLAY).status_code == 503


def test_of_many_plays_the_latest_are_kept(start, inbox, monkeypatch):
    monkeypatch.setattr(events, "MAX_RECENT", 3)
    service = start(inbox=inbox)
    for number in range(2):
        before = set(inbox.folder.iterdir())
        post(service, *({**PLAY, "item_id": item, "timestamp": NOW + number} for item in (1, 6)))
        (file,) = set(inbox.folder.iterdir()) - before
        os.utime(file, (NOW, NOW + number))
        inbox._recent._at = -10.0
        service.get("/v1/listeners/2/recommendations")

    assert [play[0] for play in inbox._recent.by_user["2"]] == [NOW + 1] * 2


def test_lists_that_plays_change_have_no_tag(start, inbox):
    service = start(inbox=inbox)

    assert "etag" not in service.get("/v1/listeners/2/recommendations").headers
    assert "etag" in service.get("/v1/items/1").headers


def test_without_a_folder_there_are_no_events(service):
    answer = post(service, PLAY)

    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "this data set takes no new listening: name a folder as download.events in params.yaml"
    )


def test_the_next_run_takes_them_in(start, tmp_path):
    small_project.create(tmp_path)
    small_project.watch(tmp_path)
    chosen, paths = params.load(tmp_path).dataset("demo"), Paths("demo", tmp_path)
    inbox = Inbox(paths, chosen.download.events, most=1)
    service = start(inbox=inbox)
    assert post(service, {**PLAY, "user_id": 2}, {**PLAY, "user_id": 5, "item_id": 6}).status_code == 202
    inbox._counted = (-10.0, 0)
    assert post(service, {**PLAY, "user_id": 8}).status_code == 429

    (line,) = watched_folder.take_in(chosen, paths)

    assert ": 2 events: 2 new, 0 duplicates; 0 new listeners, 0 new items" in line
    inbox._counted = (-10.0, 0)
    assert post(service, {**PLAY, "user_id": 8}).status_code == 202  # there is room again


def test_nothing_confirmed_is_lost_when_the_service_is_killed(project, monkeypatch):  # noqa: F811
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    values = yaml.safe_load((project / "params.yaml").read_text("utf-8"))
    values["datasets"]["demo"]["download"]["events"] = "inbox"
    (project / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    (project / "inbox").mkdir()
    confirmed: list[tuple[int, int]] = []

    def send(url, sender):
        with httpx.Client(base_url=url, timeout=PATIENCE) as client:
            for number in range(1_000):
                play = {
                    "user_id": sender,
                    "item_id": 1,
                    "timestamp": 1326053700 + number,
                    "plays": number + 1,
                }
                headers = {"Idempotency-Key": f"{sender}-{number}"}
                try:
                    answer = client.post("/v1/events", json={"events": [play]}, headers=headers)
                except httpx.TransportError:
                    return
                assert answer.status_code == 202, answer.text
                confirmed.append((sender, number))

    with serving(project, "--workers", "2") as (process, client, log):
        threads = [threading.Thread(target=send, args=(str(client.base_url), user)) for user in (2, 5, 8)]
        for thread in threads:
            thread.start()
        until(lambda: len(confirmed) > 60, alive=process, log=log)
        workers = psutil.Process(process.pid).children(recursive=True)
        os.kill(process.pid, signal.SIGKILL)  # first, since it replaces workers that are gone
        for worker in workers:
            worker.kill()
        for thread in threads:
            thread.join(PATIENCE)

    kept = {path.name for path in (project / "inbox").glob("service-*.csv")}
    for sender, number in confirmed:
        name = hashlib.sha256(f"{sender}-{number}".encode()).hexdigest()[:32]
        assert f"service-{name}.csv" in kept
    for name in kept:  # and what is there is whole
        (row,) = csv.DictReader((project / "inbox" / name).read_text("utf-8").splitlines())
        assert int(row["timestamp"]) == 1326053700 + int(row["plays"]) - 1
