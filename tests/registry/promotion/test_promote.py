"""Promotion, rollback and history, on SQLite and on an MLflow server with PostgreSQL."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from tests import processes

from fairtune.errors import BadRequest, Overtaken, Refused, RegistryFailed
from fairtune.registry.client import connection, versions
from fairtune.registry.promotion import event as events
from fairtune.registry.promotion import event_log, reconcile
from fairtune.registry.promotion import promote as promotion_promote
from fairtune.registry.promotion.history import describe
from fairtune.registry.promotion.promote import Mover

ROOT = Path(__file__).parents[3]
ADA, BOB = "Ada <ada@example.org>", "Bob <bob@example.org>"
NAMES = (f"fairtune-moved-{number}" for number in count())  # one server, a model a test


def fine(version):
    assert version.number


@pytest.fixture
def client(anywhere):
    with connection.connected(anywhere) as client:
        yield client


@pytest.fixture
def model(client) -> str:
    return make_model(client, versions=4)


def make_model(client, *, versions, promoted=0) -> str:
    """A model with versions that passed their limits, the first ones promoted one after the other."""
    name = f"{next(NAMES)}-{os.getpid()}"
    client.create_registered_model(name)
    for number in range(1, versions + 1):
        tags = {"fairtune.verdict": "passed", "fairtune.digest": str(number)}
        client.create_model_version(name, source=f"fairtune:/test/{number}", tags=tags)
    for number in range(1, promoted + 1):
        promote(client, name, number)
    return name


def promote(client, model, number, *, who=ADA, why="better", forced=False, trial=fine, judge=None):
    by = Mover(who=who, why=why, forced=forced)
    return promotion_promote.promote(
        client, versions.version(client, model, number), by, trial=trial, judge=judge
    )


def rollback(client, model, *, why="it is worse", to=None, trial=fine):
    return promotion_promote.rollback(client, model, Mover(who=BOB, why=why), trial=trial, to=to)


def aliases(client, model):
    return versions.aliases(client, model)


def told(client, model):
    """The history as short lines."""
    return [f"{row.number} {row.what} {row.versions}" for row in describe(client, model, who=ADA).rows()]


def test_champions_are_promoted_and_rolled_back_to_one_after_the_other(client, model):
    for number in (1, 2, 3):
        promote(client, model, number)
    assert aliases(client, model) == {"champion": 3, "previous": 2}
    assert promote(client, model, 3) is None
    assert rollback(client, model).to == 2
    assert aliases(client, model) == {"champion": 2, "previous": 1}
    rollback(client, model)
    assert aliases(client, model) == {"champion": 1}
    with pytest.raises(BadRequest) as error:
        rollback(client, model)
    assert str(error.value) == f"{model} has no champion to go back to; see `fairtune history`"
    assert told(client, model) == [
        "1 promoted none -> 1",
        "2 promoted 1 -> 2",
        "3 promoted 2 -> 3",
        "4 rolled back 3 -> 2",
        "5 rolled back 2 -> 1",
    ]
    event = event_log.read(client, model).events[3]
    assert (event.who, event.why, event.checks) == (
        BOB,
        "it is worse",
        {"model": "loads, and predicts what was released"},
    )
    assert describe(client, model, who=ADA).notes == ()


def test_a_rollback_goes_to_any_champion_before_and_to_no_other_version(client):
    model = make_model(client, versions=4, promoted=3)
    for to, words in {
        3: f"{model} version 3 is champion already",
        4: f"{model} version 4 is not among the champions to go back to (2, 1); "
        "`fairtune promote 4` makes another version champion",
    }.items():
        with pytest.raises(BadRequest) as error:
            rollback(client, model, to=to)
        assert str(error.value) == words
    rollback(client, model, to=1)
    assert aliases(client, model) == {"champion": 1}


def test_a_withdrawn_version_becomes_champion_again_only_by_force(client):
    model = make_model(client, versions=2, promoted=2)
    rollback(client, model, why="it forgets Björk")
    for _ in range(2):  # the history has one refusal of them
        with pytest.raises(Refused) as error:
            promote(client, model, 2)
        assert str(error.value) == (
            f"{model} version 2 was withdrawn by {BOB}: it forgets Björk; "
            '`fairtune promote 2 --force --reason "..."` brings it back'
        )
    assert aliases(client, model) == {"champion": 1}
    promote(client, model, 2, forced=True, why="Björk is back")
    assert aliases(client, model) == {"champion": 2, "previous": 1}
    assert told(client, model)[3:] == ["4 refused 1 -> 2", "5 promoted by force 1 -> 2"]


def test_of_two_promotions_at_once_the_first_wins_and_the_other_is_told_so(client, model):
    promote(client, model, 1)

    def meanwhile(_):
        promote(client, model, 3, who=BOB)

    with pytest.raises(Overtaken) as error:
        promote(client, model, 2, trial=meanwhile)
    when = event_log.read(client, model).events[1].when
    assert str(error.value) == (
        f"too late: {BOB} was first, version 3 was promoted at {when} (number 2 of the history); version 2 "
        "was not promoted: look at `fairtune history`, and run the command again if it still should be"
    )
    assert aliases(client, model) == {"champion": 3, "previous": 1}
    assert told(client, model)[1:] == ["2 promoted 1 -> 3", "3 promoted, overtaken by number 2 1 -> 2"]


def test_two_that_promote_the_same_version_at_once_both_succeed(client, model):
    def meanwhile(_):
        promote(client, model, 2, who=BOB)

    assert promote(client, model, 2, trial=meanwhile).who == BOB
    assert aliases(client, model) == {"champion": 2}


RACE = """
import sys
from pathlib import Path
from tests.processes import until
from fairtune.registry.client import versions, connection
from fairtune.errors import Overtaken
from fairtune.registry.promotion import promote

model, me, other, rounds, folder = sys.argv[1:]
folder = Path(folder)

with connection.connected(folder.parent) as client:
    for round in range(int(rounds)):
        def both_looked(_):
            (folder / f"{round}-{me}").touch()
            until((folder / f"{round}-{other}").exists, every=0.002)
        number = 2 * round + int(me)
        version = versions.version(client, model, number)
        by = promote.Mover(who=me, why="mine")
        try:
            promote.promote(client, version, by, trial=both_looked)
            print(number, "won", flush=True)
        except Overtaken:
            print(number, "lost", flush=True)
        (folder / f"{round}-{me}-done").touch()
        until((folder / f"{round}-{other}-done").exists, every=0.002)
"""


def test_of_two_processes_that_promote_at_once_exactly_one_wins_each_time(client, anywhere):
    rounds = 20 if connection.uri(anywhere).startswith("sqlite") else 8
    model = make_model(client, versions=2 * rounds)
    (anywhere / "race").mkdir()
    options = {"stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    with ExitStack() as stack:
        begun = [
            stack.enter_context(
                processes.started(
                    [sys.executable, "-c", RACE, model, me, other, str(rounds), str(anywhere / "race")],
                    **options,
                )
            )
            for me, other in (("1", "2"), ("2", "1"))
        ]
        said = [process.communicate(timeout=processes.PATIENCE)[0].split() for process in begun]
    assert [process.returncode for process in begun] == [0, 0]
    results = {
        int(number): result for words in said for number, result in zip(*[iter(words)] * 2, strict=True)
    }
    for number in range(1, 2 * rounds, 2):
        assert sorted([results[number], results[number + 1]]) == ["lost", "won"]
    history = event_log.read(client, model)
    winners = [number for number, result in sorted(results.items()) if result == "won"]
    assert [event.to for event in history.events if history.counts(event)] == winners
    assert aliases(client, model) == {"champion": winners[-1], "previous": winners[-2]}


KILLED = """
import os, signal, sys
from pathlib import Path
import mlflow
from fairtune.registry.client import versions, connection
from fairtune.registry.promotion import promote

root, action, model, last = sys.argv[1:]
STEPS = "create_model_version set_registered_model_alias delete_registered_model_alias set_model_version_tag"
left = int(last)

def killing(function):
    def call(*args, **kwargs):
        global left
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return function(*args, **kwargs)
    return call

for name in STEPS.split():
    setattr(mlflow.MlflowClient, name, killing(getattr(mlflow.MlflowClient, name)))
with connection.connected(Path(root)) as client:
    by = promote.Mover(who="killed", why="killed")
    if action == "promote":
        promote.promote(client, versions.version(client, model, 4), by, trial=lambda _: None)
    else:
        promote.rollback(client, model, by, trial=lambda _: None)
"""


def test_a_move_killed_at_any_step_is_done_or_not_done_and_made_good_by_the_next(client, anywhere):
    """Killed before the event, the alias `previous`, the alias `champion`, and the note that they are set."""
    steps = [(action, step) for action in ("promote", "rollback") for step in range(4)]
    models = [make_model(client, versions=4, promoted=3) for _ in steps]
    with ExitStack() as stack:
        begun = [
            stack.enter_context(
                processes.started([sys.executable, "-c", KILLED, str(anywhere), action, model, str(step)])
            )
            for (action, step), model in zip(steps, models, strict=True)
        ]
        ends = [process.wait(processes.PATIENCE) for process in begun]
    assert ends == [-signal.SIGKILL] * len(steps)
    for (action, step), model in zip(steps, models, strict=True):
        to, before = {"promote": (4, 3), "rollback": (2, 1)}[action]
        assert aliases(client, model)["champion"] == (to if step == 3 else 3)
        after = {"champion": to, "previous": before} if step else {"champion": 3, "previous": 2}
        assert describe(client, model, who=ADA).aliases == after
        assert len(told(client, model)) == (4 if step else 3)
        assert describe(client, model, who=ADA).notes == ()


def test_a_champion_moved_by_hand_is_told_and_recorded_with_the_next_move(client):
    model = make_model(client, versions=4, promoted=2)
    client.set_registered_model_alias(model, "champion", "4")
    (note,) = describe(client, model, who=ADA).notes
    assert note == (
        "champion is version 4 now: the alias champion was moved outside fairtune; "
        "recorded with the next move"
    )
    assert len(told(client, model)) == 2
    promote(client, model, 3)
    assert told(client, model)[2:] == ["3 noticed 2 -> 4", "4 promoted 4 -> 3"]
    assert aliases(client, model) == {"champion": 3, "previous": 4}
    assert describe(client, model, who=ADA).notes == ()


def test_a_champion_put_back_by_hand_is_no_move_to_be_finished(client):
    model = make_model(client, versions=2, promoted=2)
    client.set_registered_model_alias(model, "champion", "1")
    with pytest.raises(
        Refused, match="version 2 was withdrawn outside fairtune: the alias champion was moved"
    ):
        promote(client, model, 2)
    assert aliases(client, model) == {"champion": 1}


def test_an_alias_that_points_nowhere_is_told_and_a_rollback_goes_to_the_champion_before(client):
    model = make_model(client, versions=4, promoted=3)
    client.delete_model_version(model, "3")
    assert describe(client, model, who=ADA).notes == (
        "champion is no version now: version 3 was deleted in the registry; recorded with the next move",
    )
    assert rollback(client, model).to == 2
    assert aliases(client, model) == {"champion": 2, "previous": 1}
    assert told(client, model)[3:] == ["4 noticed 3 -> none", "5 rolled back none -> 2"]


def test_a_removed_alias_is_told(client):
    model = make_model(client, versions=2, promoted=1)
    client.delete_registered_model_alias(model, "champion")
    promote(client, model, 2)
    event = event_log.read(client, model).events[1]
    assert event.why == "the alias champion was removed outside fairtune"
    assert aliases(client, model) == {"champion": 2}


def test_a_champion_from_before_the_history_is_its_first_event(client, model):
    client.set_registered_model_alias(model, "champion", "2")
    promote(client, model, 3)
    assert told(client, model) == ["1 noticed none -> 2", "2 promoted 2 -> 3"]
    assert event_log.read(client, model).events[0].why == "version 2 was champion before this history began"
    rollback(client, model)
    assert aliases(client, model) == {"champion": 2}


def test_a_rollback_to_a_version_that_was_deleted_says_which_one_works(client):
    model = make_model(client, versions=4, promoted=3)
    client.delete_model_version(model, "2")
    with pytest.raises(RegistryFailed) as error:
        rollback(client, model)
    assert str(error.value) == (
        f"{model} version 2 was deleted from the registry; version 1 works: "
        '`fairtune rollback --to 1 --reason "..."`'
    )
    assert aliases(client, model) == {"champion": 3}
    rollback(client, model, to=1)
    assert aliases(client, model) == {"champion": 1}


def test_a_version_that_does_not_load_is_not_promoted_by_force_either(client, model):
    def broken(version):
        raise RegistryFailed(f"version {version.number} doesn't load")

    promote(client, model, 1)
    with pytest.raises(RegistryFailed, match=r"^version 2 doesn't load$"):
        promote(client, model, 2, forced=True, trial=broken)
    assert aliases(client, model) == {"champion": 1}
    assert told(client, model)[1:] == ["2 refused 1 -> 2"]


def test_a_failed_verdict_is_refused_and_a_forced_promotion_keeps_it_in_the_history(client, model):
    promote(client, model, 1)
    client.set_model_version_tag(model, "2", "fairtune.verdict", "failed")
    with pytest.raises(Refused) as error:
        promote(client, model, 2)
    assert str(error.value) == (
        f"{model} version 2 is not promoted: its verdict is not a pass; "
        "`fairtune promote 2 --force --reason ...` goes past that"
    )
    promote(client, model, 2, forced=True, why="the owner wants it")
    row = describe(client, model, who=ADA).rows()[-1]
    assert (row.what, row.why, row.forced) == ("promoted by force", "the owner wants it", True)
    assert "verdict: failed" in row.checks


def test_a_clock_that_goes_backwards_disturbs_nothing_and_is_told(client, model, monkeypatch):
    times = iter(["2026-11-23T03:00:00Z", "2026-11-23T02:48:00Z", "2026-11-23T03:10:00Z"])
    monkeypatch.setattr(events, "now", lambda: next(times))
    for number in (1, 2, 3):
        promote(client, model, number)
    assert aliases(client, model) == {"champion": 3, "previous": 2}
    (note,) = describe(client, model, who=ADA).notes
    assert note == (
        "number 2: its clock said 2026-11-23T02:48:00Z, earlier than number 1 before it; "
        "the order is that of the numbers"
    )


def test_a_history_that_was_tampered_with_says_so_and_still_works(client):
    model = make_model(client, versions=4, promoted=3)
    client.delete_model_version(event_log.name(model), "1")
    client.set_model_version_tag(event_log.name(model), "2", "why", "no reason")
    client.create_model_version(event_log.name(model), source="fairtune:/somebody")
    assert describe(client, model, who=ADA).notes == (
        "number 1 was deleted from the history",
        "number 4 is no event of fairtune",
        "number 2 is not as it was written: it was edited outside fairtune",
    )
    promote(client, model, 4)
    assert aliases(client, model) == {"champion": 4, "previous": 3}


def test_looking_at_the_history_of_nothing_makes_nothing(client):
    assert describe(client, "fairtune-nothing", who=ADA).rows() == ()
    assert reconcile.current(client, "fairtune-nothing", who=ADA).events == ()
    assert client.search_registered_models("name LIKE 'fairtune-nothing%'") == []


def test_a_run_that_was_refused_before_there_was_a_version_stands_in_the_history_once(client):
    model = make_model(client, versions=1, promoted=1)
    by = Mover(who=ADA, why="the data is not like that of the champion")

    assert promotion_promote.note_refusal(client, model, by, check="data")
    assert promotion_promote.note_refusal(client, model, by, check="data")

    _, refused = describe(client, model, who=BOB).rows()
    assert (refused.what, refused.versions, refused.who, refused.why) == ("refused", "1 stays", ADA, by.why)
    assert refused.checks == ("data: failed",)
    assert aliases(client, model)["champion"] == 1
    promote(client, make_model(client, versions=1), 1)  # and nothing is in the way of the next move


def test_a_refused_run_without_a_champion_leaves_no_history(client):
    model = make_model(client, versions=1)
    assert not promotion_promote.note_refusal(client, model, Mover(who=ADA, why="too far"), check="data")
    assert describe(client, model, who=BOB).rows() == ()
