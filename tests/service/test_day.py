"""A day of a service: lists and plays under load, a night that learns from them, a rollback."""

import json
import re
import threading

import httpx
import pandas as pd
import pytest
from tests.processes import PATIENCE, until
from tests.service.test_serve import serving
from tests.test_whole import Project

from fairtune.config.paths import Paths
from fairtune.data.events import store as event_store
from fairtune.service.console.access import COOKIE

TOKEN = "the-token-of-the-service"  # noqa: S105
REQUESTS = 40
DAY = 1325462400  # 2 January 2012, when the generated listening has ended


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project that takes in new listening, with a champion."""
    made = Project(tmp_path_factory.mktemp("day"))
    made.params["datasets"]["demo"]["download"]["events"] = "inbox"
    made.write_params()
    (made.folder / "inbox").mkdir()
    (made.folder / "token").write_text(TOKEN)
    code, output = made.fairtune("run", "demo")
    assert code == 0, output
    return made


class Load:
    """Clients who ask for lists, and send what they play: all answers, and all plays that were confirmed."""

    def __init__(self, url):
        self.lists: list[httpx.Response] = []
        self.confirmed: list[tuple[int, int, int]] = []
        self.problems: list[str] = []
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=each, args=(url, user))
            for each, users in ((self._listen, (1, 2)), (self._play, (3, 4)))
            for user in users
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def evening(self):
        """Wait until everybody has played what they play that day; lists are asked for all the same."""
        for thread in self._threads[2:]:
            thread.join()

    def _listen(self, url, user):
        with httpx.Client(base_url=url, timeout=PATIENCE, headers=BEARER) as client:
            while not self._over.wait(0.02):
                self.lists.append(client.get(f"/v1/listeners/{user}/recommendations"))

    def _play(self, url, user):
        with httpx.Client(base_url=url, timeout=PATIENCE, headers=BEARER) as client:
            for number in range(REQUESTS):  # always as many: what the night learns is the same
                plays = [
                    {"user_id": user, "item_id": 1 + (7 * number + place) % 500, "timestamp": DAY + number}
                    for place in range(5)
                ]
                answer = client.post("/v1/events", json={"events": plays})
                if answer.status_code != 202:
                    self.problems.append(answer.text)
                    return
                self.confirmed += [(user, play["item_id"], play["timestamp"]) for play in plays]


BEARER = {"Authorization": f"Bearer {TOKEN}"}


def roll_back(client):
    """Sign in at the page of versions, and send its form."""
    form = {"name": "Grace Hopper", "token": TOKEN, "then": "/versions"}
    headers = {"Accept": "text/html"}
    cookie = client.post("/sign-in", data=form, headers=headers).cookies[COOKIE]
    headers["Cookie"] = f"{COOKIE}={cookie}"
    client.cookies.clear()
    page = client.get("/versions", headers=headers).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    reason = {"csrf": csrf, "reason": "too much of last night"}
    return client.post("/versions/rollback", data=reason, headers=headers)


def test_a_day(project, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    options = ("--workers", "2", "--poll", "0.5", "--token-file", "token")
    with serving(project.folder, *options) as (process, client, log), Load(str(client.base_url)) as load:
        load.evening()
        until(lambda: len(load.lists) > 50, alive=process, log=log)
        assert len(load.confirmed) == 2 * 5 * REQUESTS

        code, output = project.fairtune("run", "demo")
        assert code == 0, output
        assert "champion: fairtune-demo-track version 2" in output
        every_worker_answers(client, 2, process, log)

        assert roll_back(client).status_code == 200
        every_worker_answers(client, 1, process, log)
        late = len(load.lists)
        until(lambda: len(load.lists) > late + 20, alive=process, log=log)

    assert load.problems == []
    assert {answer.status_code for answer in load.lists} == {200}
    assert {answer.json()["model"]["version"] for answer in load.lists} == {1, 2}
    assert {answer.json()["model"]["version"] for answer in load.lists[late + 10 :]} == {1}
    stored = event_store.read(Paths("demo", project.folder).events)
    seconds = pd.DatetimeIndex(stored["timestamp"]).as_unit("s").astype("int64")
    rows = zip(stored["user_id"].tolist(), stored["item_id"].tolist(), seconds.tolist(), strict=True)
    assert sorted(rows) == sorted(load.confirmed)
    code, output = project.fairtune("history", "--dataset", "demo", "--json")
    assert code == 0, output
    events = json.loads(output)[0]["events"]
    assert [(each["action"], each["from"], each["to"]) for each in events] == [
        ("promoted", None, 1),
        ("promoted", 1, 2),
        ("rolled back", 2, 1),
    ]
    assert (events[-1]["who"], events[-1]["why"]) == ("Grace Hopper", "too much of last night")


def every_worker_answers(client, version, process, log):
    """Wait until both workers say in their logs that they answer with a version."""

    def workers():
        lines = (json.loads(line) for line in log.read_text("utf-8").splitlines())
        last = {line["process"]: line["version"] for line in lines if "answers from now on" in line["event"]}
        return list(last.values())

    until(lambda: workers() == [version, version], alive=process, log=log)
    assert client.get("/readyz").json()["model"]["version"] == version
