"""Page "Versions" in front of a real registry: moves by its forms pass the checks of the commands."""

import json
import re
import shutil
from pathlib import Path

import pytest
from tests import tiny
from tests.service.console.conftest import HTML, TOKEN, Seen, browsing

from fairtune.cli import main as cli
from fairtune.columns import BlockName
from fairtune.registry.client import connection
from fairtune.registry.registration.entry import Entry
from fairtune.registry.registration.register import register
from fairtune.service.console import moves
from fairtune.service.console.access import COOKIE
from fairtune.service.source import Registry

pytestmark = [  # MLflow's own, about its types and about pandas 4
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]
ROOT = Path(__file__).parents[3]
NAME = "fairtune-demo-track"


@pytest.fixture(scope="module")
def registered(tmp_path_factory, release, other_release) -> Path:
    """A project with two versions, the second champion, and a third one that broke a limit."""
    root = tmp_path_factory.mktemp("registered")
    shutil.copy(ROOT / "params.yaml", root)
    report = root / "report.html"
    report.write_text("<!doctype html><title>Accuracy and fairness</title>", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        third = root / "third"
        tiny.train(third, tiny.make_matrix(BlockName.MUSIC_TYPE, tiny.ARTIST_MODEL), delta=0.5)
        for each, passed in ((release, True), (other_release, True), (third, False)):
            files = {"report.html": report} if each is release else {}
            register(Entry(model=NAME, release=each, metrics={}, passed=passed, files=files), root=root)
    return root


@pytest.fixture
def here(registered, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("FAIRTUNE_WHO", "Ada")
    monkeypatch.chdir(registered)
    return registered


class Officer:
    """Somebody who signed in."""

    def __init__(self, service):
        self.service = service
        form = {"name": "Grace Hopper", "token": TOKEN, "then": "/versions"}
        answer = service.post("/sign-in", data=form, headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, "/versions")
        self.headers = browsing(answer.cookies[COOKIE])

    def see(self, path):
        return Seen(self.service.get(path, headers=self.headers))

    def send(self, path, csrf=None, **fields):
        form = {"csrf": self.csrf() if csrf is None else csrf, **fields}
        return Seen(self.service.post(path, data=form, headers=self.headers))

    def csrf(self):
        found = re.search(r'name="csrf" value="([^"]+)"', self.see("/versions").answer.text)
        return found[1]


@pytest.fixture
def officer(start, console, here, tmp_path):
    source = Registry(here, NAME, tmp_path / "store")
    service = start(
        token=TOKEN, first=source.load(source.champion()), console=console(token=TOKEN, root=here)
    )
    service.follower.source = source
    return Officer(service)


def champion(root):
    with connection.connected(root) as client:
        return int(client.get_model_version_by_alias(NAME, "champion").version)


def test_the_page_tells_versions_and_history(officer):
    page = officer.see("/versions")

    assert "Version 2 is champion, and answers here" in page.text
    assert "Version 2: champion Kept all of its limits." in page.text
    assert "Version 3: candidate Broke a limit." in page.text
    assert "1 → 2: promoted" in page.text
    assert "Signed in as Grace Hopper." in page.text


def test_an_officer_rolls_back_and_promotes_with_a_reason(officer, here, capsys):
    back = officer.send("/versions/rollback", reason="it forgets Björk <b>&</b>")

    assert back.answer.status_code == 200
    assert "fairtune-demo-track version 1 is champion again; version 2 is withdrawn" in back.text
    assert champion(here) == 1
    assert cli.main(["history", "--dataset", "demo", "--json"]) == 0
    last = json.loads(capsys.readouterr().out)[0]["events"][-1]
    assert (last["action"], last["who"], last["why"]) == (
        "rolled back",
        "Grace Hopper",
        "it forgets Björk <b>&</b>",
    )
    assert "<b>&</b>" not in back.answer.text
    waiting = "Version 1 is champion; version 2 answers here until that one is loaded and tried"
    assert waiting in back.text

    refused = officer.send("/versions/promote", version="2", reason="again")
    assert refused.answer.status_code == 409
    assert "version 2 was withdrawn by Grace Hopper: it forgets Björk" in refused.text
    assert champion(here) == 1

    assert cli.main(["promote", "2", "--dataset", "demo", "--force", "--reason", "a test"]) == 0
    officer.service.follower.look()
    assert champion(here) == 2
    assert "promoted by force" in officer.see("/versions").text


def test_the_checks_of_the_command_are_not_passed_by(officer, here):
    refused = officer.send("/versions/promote", version="3", reason="I like it")

    assert refused.answer.status_code == 409
    assert "version 3 is not promoted: its verdict is not a pass" in refused.text
    assert champion(here) == 2


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"csrf": "wrong", "reason": "x"}, 403, "the form is none of this session's: open the page again"),
        ({"reason": ""}, 422, "a reason of 1 to 1000 letters is needed: it stands in the history"),
        ({"reason": "x" * 1001}, 422, "a reason of 1 to 1000 letters is needed"),
        ({"reason": "a\x00b"}, 422, "a reason of 1 to 1000 letters is needed"),
        ({"reason": "x", "version": "9"}, 409, f"{NAME} has no version 9; versions: 1, 2, 3"),
        ({"reason": "x", "version": "--force"}, 422, "say which version to promote"),
        ({"reason": "x", "version": "1" * 30}, 422, "say which version to promote"),
    ],
)
def test_what_is_not_possible_moves_nothing(officer, here, fields, status, said):
    page = officer.send("/versions/promote", **{"version": "1", **fields})

    assert page.answer.status_code == status
    assert said in page.text
    assert champion(here) == 2


def test_a_reason_that_looks_like_an_option_is_a_reason(officer, here, monkeypatch):
    ran = []
    monkeypatch.setattr(moves, "_run", lambda *values: ran.append(values) or moves.Move(True, "done"))

    officer.send("/versions/rollback", reason="--to=1")

    assert ran == [(here, "Grace Hopper", "rollback", "--dataset=demo", "--reason=--to=1")]


def test_one_move_at_a_time(here):
    with moves._MOVING, pytest.raises(moves.Problem) as busy:
        moves.rollback(here, "demo", who="Ada", reason="x")
    assert (busy.value.status, busy.value.detail) == (
        409,
        "another move is under way: wait for it, and look at the history",
    )


def test_nobody_moves_anything_on_a_service_without_a_token(start, console, here, tmp_path):
    source = Registry(here, NAME, tmp_path / "store")
    service = start(first=source.load(2), console=console(root=here))
    service.follower.source = source

    page = Seen(service.get("/versions", headers=HTML))
    assert "versions are promoted and rolled back from the terminal" in page.text
    assert "<form" not in page.answer.text
    for path in ("/versions/promote", "/versions/rollback", "/sign-out"):
        refused = Seen(service.post(path, data={"csrf": "", "reason": "x", "version": "1"}, headers=HTML))
        assert refused.answer.status_code == 403
        assert "this service was started without --token-file" in refused.text
    assert champion(here) == 2


def test_a_report_is_that_of_its_version_and_runs_nothing(officer):
    report = officer.see("/versions/1/report").answer

    assert report.text == "<!doctype html><title>Accuracy and fairness</title>"
    assert "script-src" not in report.headers["content-security-policy"]
    assert report.headers["content-security-policy"].startswith("default-src 'none'")
    for number in (2, 9):
        missing = officer.see(f"/versions/{number}/report")
        assert missing.answer.status_code == 404
        assert f"version {number} is not in the registry, or was registered without a report" in missing.text


def test_a_file_is_read_once_but_looked_for_until_it_is_there(here, tmp_path, monkeypatch):
    source, there = Registry(here, NAME, tmp_path / "store"), [None, b"1", b"2"]
    monkeypatch.setattr("fairtune.service.source._read", lambda *_: there.pop(0))

    assert [source.kept(2, "report.html") for _ in range(4)] == [None, b"1", b"1", b"1"]


def test_who_did_not_sign_in_gets_no_report(officer):
    answer = officer.service.get("/versions/1/report", headers=HTML)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?then=%2Fversions%2F1%2Freport")


def test_a_registry_that_does_not_answer_is_told(officer, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")

    page = officer.see("/versions")

    assert page.answer.status_code == 503
    assert "registry http://127.0.0.1:1" in page.text
