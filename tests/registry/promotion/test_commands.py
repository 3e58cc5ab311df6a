"""`fairtune promote`, `rollback` and `history` as their users see them, with models that are loaded."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests import processes

from fairtune import files
from fairtune.cli import main as cli
from fairtune.config.paths import Paths
from fairtune.pipeline import run_summary
from fairtune.registry.client import connection, versions
from fairtune.registry.client.fast_lookup import Lookup, look_up
from fairtune.registry.registration import register as registration
from fairtune.registry.registration.entry import Entry, Receipt
from fairtune.registry.registration.register import register

ROOT = Path(__file__).parents[3]
NAME = "fairtune-demo-track"
VERDICT = {"passed": False, "gates": [{"name": "play prediction", "passed": False}]}
pytestmark = [  # MLflow's own, about its types and about pandas 4
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]


@pytest.fixture
def here(anywhere, monkeypatch) -> Path:
    """Stand in a project; what an earlier test left on the server is taken away."""
    stand_in(anywhere, monkeypatch)
    with connection.connected(anywhere) as client:
        for model in client.search_registered_models(f"name LIKE '{NAME}%'"):
            client.delete_registered_model(model.name)
    return anywhere


@pytest.fixture
def alone(project, monkeypatch) -> Path:
    """Stand in a project whose registry is SQLite."""
    stand_in(project, monkeypatch)
    return project


def stand_in(root, monkeypatch):
    shutil.copy(ROOT / "params.yaml", root)
    monkeypatch.chdir(root)
    monkeypatch.setenv("FAIRTUNE_WHO", "Ada <ada@example.org>")


def entry(release, root, *, passed=True, name=NAME) -> Entry:
    files.write_json(root / "verdict.json", VERDICT)
    shipped = {file: root / file for file in ("report.html", "verdict.json")}
    return Entry(model=name, release=release, metrics={}, passed=passed, files=shipped)


def aliases(root):
    with connection.connected(root) as client:
        return versions.aliases(client, NAME)


def said(capsys, *arguments):
    """Run a command; give its exit code and what it printed, on which stream doesn't matter."""
    code = cli.main(list(arguments))
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_a_champion_is_rolled_back_and_only_force_brings_it_back(here, release, other_release, capsys):
    register(entry(release, here), root=here)
    second = register(entry(other_release, here), root=here)
    capsys.readouterr()  # on a server MLflow tells where the runs are
    assert said(capsys, "rollback", "--reason", "it forgets Björk") == (
        0,
        f"{NAME} version 1 is champion again; version 2 is withdrawn\n",
    )
    withdrawn = (
        f"{NAME} version 2 was withdrawn by Ada <ada@example.org>: it forgets Björk; "
        '`fairtune promote 2 --force --reason "..."` brings it back'
    )
    assert said(capsys, "promote", "2") == (1, f"fairtune: {withdrawn}\n")
    again = register(entry(other_release, here), root=here)
    capsys.readouterr()
    assert again == Receipt(NAME, 2, second.digest, promoted=False, reason=withdrawn)
    assert Receipt.from_json(json.loads(json.dumps(again.to_json()))) == again
    assert registration.holds(second, root=here)
    assert look_up(here, NAME, 2, second.digest) == Lookup(held=True, champion=1)
    assert look_up(here, NAME, 2, "another") == Lookup(held=False, champion=1)
    assert look_up(here, NAME, 3, second.digest) == Lookup(held=False, champion=1)

    assert said(capsys, "promote", "2", "--force", "--reason", " ") == (
        2,
        'fairtune: --force needs --reason "...": it stands in the history\n',
    )
    assert said(capsys, "promote", "2", "--force", "--reason", "Björk & co. are back") == (
        0,
        f"{NAME} version 2 is champion; version 1 was, and is `previous` now\n",
    )
    assert aliases(here) == {"candidate": 2, "champion": 2, "previous": 1}
    with connection.connected(here) as client:
        version = versions.version(client, NAME, "champion")
        report = versions.fetch(client, version, "report.html", here / "fetched").read_text()
    assert "Version 2 was promoted by force by Ada &lt;ada@example.org&gt; on " in report
    assert ": Björk &amp; co. are back</p>" in report
    assert report.endswith("<p>fine</p>")
    page = Paths("demo").history.read_text()
    assert "Version 2 is champion" in page
    assert "promoted by force" in page
    assert "Björk &amp; co. are back" in page

    code, shown = said(capsys, "history", "--json")
    (told,) = json.loads(shown)
    assert (code, told["dataset"], told["aliases"], told["notes"]) == (0, "demo", aliases(here), [])
    assert [(event["action"], event["from"], event["to"], event["forced"]) for event in told["events"]] == [
        ("promoted", None, 1, False),
        ("promoted", 1, 2, False),
        ("rolled back", 2, 1, False),
        ("refused", 1, 2, False),
        ("promoted", 1, 2, True),
    ]
    shown = " ".join(said(capsys, "history")[1].split())
    assert f"demo: history of {NAME}" in shown
    assert "promoted by force 1 -> 2 Ada <ada@example.org> Björk & co. are back" in shown
    assert "aliases now: candidate 2, champion 2, previous 1" in shown
    code, shown = said(capsys, "history", "--html")
    assert (code, shown) == (0, f"{here / 'reports/demo/history.html'}\n")


def test_a_run_says_which_version_is_champion_after_a_rollback_too(alone, release, other_release):
    register(entry(release, alone), root=alone)
    paths = Paths("demo", alone)
    files.write_json(paths.registration, register(entry(other_release, alone), root=alone).to_json())
    assert run_summary._standing(paths) == (f"champion: {NAME} version 2",)
    cli.main(["rollback", "--reason", "worse"])
    assert run_summary._standing(paths) == (
        f"registered: {NAME} version 2, not champion: see `fairtune history --dataset demo`",
        f"champion: {NAME} version 1",
    )
    run_summary.forget_lost_registration(paths)  # a rollback isn't undone by the next run
    assert paths.registration.exists()


def test_files_that_are_not_those_registered_are_never_champion(alone, release, other_release, capsys):
    register(entry(release, alone), root=alone)
    register(entry(other_release, alone), root=alone)
    for path in alone.glob("mlartifacts/models/*/artifacts/artifacts/all/listener_factors.npy"):
        if path.read_bytes() == (release / "listener_factors.npy").read_bytes():
            broken = bytearray(path.read_bytes())
            broken[-1] ^= 1  # one bit, which loads and predicts
            path.write_bytes(broken)
    refused = (
        f"fairtune: models:/{NAME}/1: its files are not those that were registered: the champion stays; "
        "register the release again, or delete this version in MLflow"
    )
    assert said(capsys, "rollback", "--reason", "worse") == (
        2,
        f"{refused}; no other version can be gone back to\n",
    )
    assert said(capsys, "promote", "1", "--force", "--reason", "I want it") == (2, f"{refused}\n")
    shutil.rmtree(alone / "mlartifacts")
    assert said(capsys, "promote", "1", "--force", "--reason", "I want it") == (2, f"{refused}\n")
    assert aliases(alone) == {"candidate": 2, "champion": 2, "previous": 1}


def test_a_broken_limit_is_refused_and_named_where_it_was_forced(alone, release, other_release, capsys):
    register(entry(release, alone), root=alone)
    receipt = register(entry(other_release, alone, passed=False), root=alone)
    reasons = "its verdict is not a pass (play prediction); version 2 was registered without its figures"
    assert not receipt.promoted
    code, shown = said(capsys, "promote", "2")
    assert code == 1
    assert shown == (
        f"fairtune: {NAME} version 2 is not promoted: {reasons}; "
        "`fairtune promote 2 --force --reason ...` goes past that\n"
    )
    assert said(capsys, "promote", "2", "--force", "--reason", "an experiment")[0] == 0
    assert "verdict: failed: play prediction" in Paths("demo").history.read_text()


REGISTER = """
import sys
from pathlib import Path
from tests.processes import until
from fairtune.registry.registration.entry import Entry
from fairtune.registry.registration import create_version
from fairtune.registry.registration.register import register

me, other, release, root = sys.argv[1:]
root = Path(root)

def at_once(function):
    def wait(*args, **kwargs):
        (root / me).touch()
        until((root / other).exists)
        return function(*args, **kwargs)
    return wait

create_version.create = at_once(create_version.create)  # both have seen that there is no version
entry = Entry(model="fairtune-demo-track", release=Path(release), metrics={}, passed=True)
print(register(entry, root=root).version)
"""


def test_two_processes_that_register_the_same_release_at_once_make_one_champion(here, release):
    command = [sys.executable, "-c", REGISTER]
    options = {"stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    with ExitStack() as stack:
        begun = [
            stack.enter_context(processes.started([*command, me, other, str(release), str(here)], **options))
            for me, other in (("one", "other"), ("other", "one"))
        ]
        printed = [process.communicate(timeout=processes.PATIENCE)[0].split()[-1] for process in begun]
    assert [process.returncode for process in begun] == [0, 0]
    with connection.connected(here) as client:
        (version,) = versions.versions(client, NAME)
    assert printed == [str(version.number)] * 2
    assert aliases(here) == {"candidate": version.number, "champion": version.number}


def test_a_locked_database_is_waited_for_and_then_named(alone, release, capsys, monkeypatch):
    register(entry(release, alone), root=alone)
    monkeypatch.setattr("fairtune.registry.client.fast_lookup.PATIENCE", 0.1)
    receipt = {"model": NAME, "version": 1, "digest": entry(release, alone).digest}
    files.write_json(Paths("demo").registration, receipt)
    other = sqlite3.connect(alone / "mlflow.db", isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        for command in (("rollback", "--reason", "worse"), ("run", "demo")):
            code, shown = said(capsys, *command)
            assert code == 2
            assert shown == (
                f"fairtune: registry sqlite:///{alone}/mlflow.db: another process keeps the database locked; "
                "nothing was changed: wait for it to end, or stop it, and try again\n"
            )
    finally:
        other.close()
    assert aliases(alone) == {"candidate": 1, "champion": 1}


@pytest.mark.parametrize("command", [("promote", "1"), ("rollback", "--reason", "worse"), ("history",)])
@pytest.mark.usefixtures("alone")
def test_a_registry_that_cannot_be_reached_is_named(command, capsys, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    code, shown = said(capsys, *command)
    assert code == 2
    assert shown.startswith("fairtune: registry http://127.0.0.1:9: ")
    assert shown.endswith("; check MLFLOW_TRACKING_URI, and that the server answers\n")
    assert shown.count("\n") == 1


def test_without_a_registry_nothing_is_there_and_none_is_made(alone, capsys):
    (alone / "mlflow.db").unlink()
    nothing = "nothing is registered yet: `fairtune run DATASET` does that\n"
    assert said(capsys, "history") == (0, nothing)
    assert said(capsys, "rollback", "--reason", "worse") == (2, f"fairtune: {nothing}")
    assert not (alone / "mlflow.db").exists()


def test_a_data_set_must_be_named_where_more_than_one_is_registered(alone, capsys):
    with connection.connected(alone) as client:
        client.create_registered_model(NAME)
        assert said(capsys, "promote", "7") == (2, f"fairtune: {NAME} has no version 7; versions: none\n")
        client.create_registered_model("fairtune-lastfm-2k-music_type")
    assert said(capsys, "promote", "7") == (
        2,
        "fairtune: more than one data set is registered: say --dataset demo or lastfm-2k\n",
    )
