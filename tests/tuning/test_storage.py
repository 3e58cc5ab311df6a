"""Several processes share a search: every trial counts once, and all of them end with the same choice."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from tests import postgres, processes

from fairtune.errors import StudyFailed
from fairtune.tuning import storage as study_storage

TRIALS = 12
WORKER = f"""
import json, os, sys, time
from dataclasses import asdict
from pathlib import Path
from tests.toy import POINT, tune_limits
from fairtune.config.search_space import Range, Tune
from fairtune.tuning import search as searches, selection, storage as study_storage
from fairtune.tuning.trials import Judged

def attempt(point, look):
    with open(sys.argv[2], "a") as file:
        file.write(f"{{os.getpid()}}\\n")
    time.sleep(0.25)
    return Judged(ndcg=1 - (point.beta - 0.3) ** 2, dp=1 - point.beta, eo=0.1)

space = {{"beta": Range(low=0, high=1), "alpha": Range(low=1, high=40, log=True)}}
tune = Tune(trials={TRIALS}, start=POINT, space=space, limits=tune_limits(dp=0.6))
storage = study_storage.opened(None, Path(sys.argv[1]))
trials = searches.search(attempt, tune, seed=1, storage=storage, workers=study_storage.workers())
choice = selection.choose(trials, tune.limits)
numbers = [trial.number for trial in trials]
points = [asdict(trial.hyperparameters) for trial in trials]
print(json.dumps({{"numbers": numbers, "trials": points, "chosen": choice.trial.number}}))
"""


@pytest.fixture(scope="module")
def database():
    folder = postgres.programs()
    if folder is None:
        why = "PostgreSQL is not installed: a search shared through it was not tried"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    with postgres.server(folder) as url:
        yield url


@pytest.fixture(params=["journal", "database"])
def storage(request, tmp_path):
    """Give the environment of a process that works on a study of this test's own."""
    if request.param == "journal":
        return {}
    url = request.getfixturevalue("database")
    name = f"of_{tmp_path.name}_{os.getpid()}".replace("-", "_").lower()[:60]
    with postgres.psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return {study_storage.VARIABLE: url.removesuffix("postgres") + name}


def start(tmp_path, storage):
    command = [sys.executable, "-c", WORKER, tmp_path / "study.journal", tmp_path / "fits"]
    return processes.started(command, env={**os.environ, **storage}, stdout=subprocess.PIPE, text=True)


def fits(tmp_path):
    path = tmp_path / "fits"
    return path.read_text().split() if path.exists() else []


def test_two_processes_share_the_trials_of_a_search_and_agree_on_the_choice(tmp_path, storage):
    with start(tmp_path, storage) as first, start(tmp_path, storage) as second:
        ends = [json.loads(process.communicate(timeout=processes.PATIENCE)[0]) for process in (first, second)]
    assert ends[0] == ends[1]
    assert ends[0]["numbers"] == list(range(TRIALS))
    assert len({json.dumps(point) for point in ends[0]["trials"]}) == TRIALS
    worked = fits(tmp_path)
    assert len(worked) == TRIALS
    assert set(worked) == {str(first.pid), str(second.pid)}


def test_the_trial_of_a_killed_process_is_run_by_the_other_one_and_nothing_else_twice(tmp_path, storage):
    with start(tmp_path, storage) as first, start(tmp_path, storage) as second:
        processes.until(lambda: {str(first.pid), str(second.pid)} <= set(fits(tmp_path)))
        first.send_signal(signal.SIGKILL)
        first.communicate(timeout=processes.PATIENCE)
        end = json.loads(second.communicate(timeout=processes.PATIENCE)[0])
    assert end["numbers"] == list(range(TRIALS))
    assert TRIALS <= len(fits(tmp_path)) <= TRIALS + 1  # it was killed at, or between, two trials


def test_a_process_of_this_machine_is_gone_once_it_has_ended():
    long_ago = time.time() - 48 * 3600
    with processes.started([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        me, other = study_storage.workers().me, study_storage.worker(process.pid)
        assert not study_storage.gone(me, long_ago)
        assert not study_storage.gone(other, long_ago)
        process.communicate(b"\n", timeout=processes.PATIENCE)
    assert study_storage.gone(other, time.time())


def test_a_process_of_another_machine_is_gone_once_its_trial_has_run_for_hours():
    elsewhere = "another-machine|1|1"
    assert not study_storage.gone(elsewhere, time.time() - 5 * 3600)
    assert study_storage.gone(elsewhere, time.time() - 7 * 3600)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "my database, password s3cret",
            (
                "tune.storage: not a URL of a database; write postgresql+psycopg://user:password@host/name, "
                "in params.yaml or in FAIRTUNE_STUDY_STORAGE"
            ),
        ),
        (
            "nosuch://me:s3cret@here/it",
            (
                "tune.storage: nosuch://me:***@here/it: no driver for it (Can't load plugin: "
                "sqlalchemy.dialects:nosuch); for PostgreSQL install the extra `postgres` (pip install "
                "'fairtune[postgres]') and write postgresql+psycopg://"
            ),
        ),
    ],
)
def test_a_wrong_url_is_an_error_without_the_password(tmp_path, url, message):
    with pytest.raises(StudyFailed) as error:
        study_storage.opened(url, tmp_path / "study.journal")
    assert str(error.value) == message
    assert "s3cret" not in str(error.value)


def test_a_server_that_is_not_there_is_an_error_without_the_password(tmp_path):
    with pytest.raises(StudyFailed) as error:
        study_storage.opened("postgresql+psycopg://me:s3cret@127.0.0.1:1/it", tmp_path / "study.journal")
    told = str(error.value)
    assert told.startswith("tune.storage: postgresql+psycopg://me:***@127.0.0.1:1/it can't be used: ")
    assert told.endswith("; is the server there, and are user and password right?")
    assert "\n" not in told
    assert "s3cret" not in told


def test_a_wrong_password_is_an_error_that_does_not_show_it(database, tmp_path):
    with pytest.raises(StudyFailed) as error:
        study_storage.opened(database.replace(postgres.PASSWORD, "s3cret"), tmp_path / "study.journal")
    assert "password authentication failed" in str(error.value)
    assert "s3cret" not in str(error.value)
