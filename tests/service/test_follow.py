"""Following the champion: whole or not at all, and what doesn't load changes nothing."""

import json
import logging
import shutil
from pathlib import Path

import pytest
from tests.processes import until
from tests.service.conftest import MODEL, REGISTERED

from fairtune.errors import RegistryFailed
from fairtune.service import items
from fairtune.service.follow import Follower
from fairtune.service.snapshot import Snapshot
from fairtune.service.telemetry import JsonLines


def version(service):
    return service.get("/readyz").json()["model"]["version"]


def events(caplog):
    return [(record.getMessage(), record.fields) for record in caplog.records if hasattr(record, "fields")]


def test_a_new_champion_answers_and_so_does_an_old_one_after_a_rollback(start):
    service = start()
    service.follower.look()
    assert (version(service), service.shelf.loads) == (1, [])

    for number in (2, 1):
        service.shelf.alias = number
        service.follower.look()
        assert version(service) == number
    assert service.shelf.stored == {1, 2}
    assert service.metric("fairtune_model_loads_total") == 3
    assert service.metric(f'fairtune_model_version{{model="{MODEL}"}}') == 1


def test_a_version_that_does_not_load_is_refused_and_the_old_one_goes_on(start, caplog):
    caplog.set_level(logging.INFO, "fairtune.service")
    now = [0.0]
    service = start(alias=3)
    service.follower._clock = lambda: now[0]

    service.follower.look()
    service.follower.look()
    assert (version(service), service.shelf.loads) == (1, [3])
    assert service.metric("fairtune_model_refused_total") == 1
    refused = (
        "a version was refused, the one before goes on",
        {"version": 3, "reason": "version 3 doesn't predict"},
    )
    assert refused in events(caplog)

    now[0] = 61
    service.follower.look()
    assert service.shelf.loads == [3, 3]
    service.shelf.alias = 2
    service.follower.look()
    assert version(service) == 2


def test_without_a_registry_the_present_version_goes_on_and_the_log_says_so_once(start, caplog):
    caplog.set_level(logging.INFO, "fairtune.service")
    service = start()
    for down in (True, True, False, True):
        service.shelf.down = down
        service.follower.look()
    assert version(service) == 1
    assert service.metric("fairtune_registry_errors_total") == 3
    down = "the registry doesn't answer, the present version goes on"
    told = [message for message, _ in events(caplog) if "registry" in message]
    assert told == [down, "the registry answers again", down]


def test_without_a_champion_the_present_version_goes_on(start):
    service = start(alias=None)
    service.follower.look()
    assert version(service) == 1


def test_a_request_has_one_version_from_start_to_end(start, monkeypatch):
    service = start()
    service.shelf.alias = 2
    described = items.describe

    def promoted_meanwhile(*arguments):
        service.follower.look()
        return described(*arguments)

    monkeypatch.setattr(items, "describe", promoted_meanwhile)
    assert service.get("/v1/items/1").json()["model"]["version"] == 1
    assert service.get("/v1/items/1").json()["model"]["version"] == 2


def test_the_thread_looks_by_itself_and_stops(start):
    service = start(first=None)
    follower = Follower(service.shelf, service.telemetry, every=0.01)
    follower.start()
    until(lambda: follower.current is not None)
    service.shelf.alias = 2
    until(lambda: follower.current.version == 2)
    follower.stop()
    assert not follower._thread.is_alive()


@pytest.mark.parametrize("broken", ["factors_track.npy", "listeners.parquet", "manifest.json"])
def test_a_release_that_is_not_whole_does_not_become_a_snapshot(track_release, tmp_path, broken):
    for file in track_release.iterdir():
        content = file.read_bytes()
        (tmp_path / file.name).write_bytes(content[: len(content) // 2] if file.name == broken else content)

    with pytest.raises(RegistryFailed, match="fairtune-tiny-track version 4 doesn't predict"):
        Snapshot.load(tmp_path, model=MODEL, version=4)


def test_a_snapshot_needs_its_folder_no_longer(track_release, tmp_path, start, service):
    folder = Path(shutil.copytree(track_release, tmp_path / "all"))
    alone = start(first=Snapshot.load(folder, model=MODEL, version=1, registered_at=REGISTERED))
    shutil.rmtree(folder)

    body = {"requests": [{"user_id": 2}, {"likes": "Blur, Song 1"}, {"liked_ids": [1]}, {"user_id": 1}]}
    for kind in ("track", "artist", "music_type"):
        many = [each.post("/v1/recommendations", json={**body, "kind": kind}) for each in (alone, service)]
        assert many[0].json() == many[1].json()
    for path in ("items?query=b", "items/1", "items/1/similar", "items/Blur?kind=artist"):
        assert alone.get(f"/v1/{path}").json() == service.get(f"/v1/{path}").json()


def test_a_request_is_a_line_of_json_that_keeps_no_id(service, caplog):
    caplog.set_level(logging.INFO, "fairtune.service")
    service.get("/v1/listeners/2/recommendations")
    service.get("/v1/listeners/1/recommendations")
    service.get("/nothing/2")

    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    requests = [line for line in lines if line["event"] == "request"]
    route = "/v1/listeners/{listener_id}/recommendations"
    assert [(line["route"], line["status"]) for line in requests] == [
        (route, 200),
        (route, 200),
        ("unmatched", 404),
    ]
    assert set(requests[0]) == {
        "time",
        "level",
        "event",
        "process",
        "method",
        "route",
        "status",
        "milliseconds",
        "version",
    }
    assert requests[0]["version"] == 1


def test_metrics_count_requests_fallbacks_and_places_by_region(service):
    service.get("/v1/listeners/2/recommendations?n=3")
    service.get("/v1/listeners/1/recommendations?n=4&kind=artist")
    types = service.get("/v1/listeners/2/recommendations?n=1&kind=music_type").json()["recommendations"]

    labels = 'method="GET",route="/v1/listeners/{listener_id}/recommendations",status="200"'
    assert service.metric(f"fairtune_requests_total{{{labels}}}") == 3
    assert service.metric(f"fairtune_request_seconds_count{{{labels}}}") == 3
    assert service.metric("fairtune_lists_total") == 3
    assert service.metric('fairtune_fallback_lists_total{list="popular"}') == 1
    places = 3 + 4 + sum(len(item["start_with"]) for item in types)
    assert service.metric('fairtune_places_total{region="other Europe"}') == places
    assert service.metric(f'fairtune_model_age_seconds{{model="{MODEL}"}}') > 0
