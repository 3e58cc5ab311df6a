"""Runs that nobody starts by hand, on a real Prefect server: by the clock, by a worker, and after a kill -9.

With the wrong sqlalchemy Prefect runs flows, but no schedule ever fires: nothing else would notice.
"""

import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from tests import processes
from tests.flows.conftest import ROOT
from tests.flows.prefect_page import flow_runs, tasks_of

from fairtune.cli import main as cli
from fairtune.pipeline.dvc import Pipeline
from fairtune.pipeline.schedule import deployments, prefect_server

FIVE_FIELDS = 'five fields, minute hour day month weekday, such as "0 3 * * *" for every day at three'
ALL = ["fetch", "count", "gate", "ship"]
PATIENTLY = f"""
from fairtune.cli import main as cli
from fairtune.pipeline.schedule import deployments, prefect_server

prefect_server.PATIENCE = deployments.PATIENCE = {processes.PATIENCE}
raise SystemExit(cli.main())
"""


def test_fairtune_schedule_says_what_runs_when_and_the_run_fires(project, api):
    with started(schedule("--dataset", "demo", "--cron", "* * * * *"), project) as (process, said):
        processes.until(lambda: "Ctrl-C ends it." in said())
        processes.until((project.root / "reports/demo/shipped").exists)
        served = processes.until(lambda: completed(project))
        process.send_signal(signal.SIGTERM)
        assert process.wait(processes.PATIENCE) == 0

    lines = said().splitlines()
    assert lines[0] == f"Prefect server: {api}"
    when = r"next run \d{4}-\d\d-\d\d \d\d:\d\d UTC"
    assert re.fullmatch(rf"demo: \* \* \* \* \* \(UTC\); {when}", lines[1])
    assert lines[-1] == "Stopped: nothing is scheduled any more."
    assert served.parameters == {"dataset": "demo", "refresh": True, "search": False, "branch": None}
    assert project.ran("demo")[:4] == ALL  # a second run may have begun
    assert [run.state_name for run in flow_runs() if run.state_name in {"Scheduled", "Late"}] == []


def test_runs_that_were_missed_are_not_made_up_for(project):
    """A deployment whose server planned runs for times at which nobody served: they are gone."""
    from prefect import get_client
    from prefect.states import Scheduled

    nightly = schedule("--dataset", "demo", "--cron", "0 3 1 1 *")
    with started(nightly, project) as (process, said):
        processes.until(lambda: "Ctrl-C ends it." in said())
        process.kill()  # it leaves its schedule behind
    with get_client(sync_client=True) as client:
        planned = [run for run in flow_runs() if run.auto_scheduled and run.state_name == "Scheduled"]
        for run in planned:
            past = Scheduled(scheduled_time=datetime.now(UTC) - timedelta(days=1))
            client.set_flow_run_state(run.id, past, force=True)

    with started(nightly, project) as (process, said):
        processes.until(lambda: "Ctrl-C ends it." in said())

    assert planned
    assert project.ran("demo") == []
    assert not {run.id for run in planned} & {run.id for run in flow_runs()}


def test_stopping_the_schedule_cancels_what_runs(project):
    from prefect import get_client

    project.count_script("echo $PPID > counting; while test -e wait; do sleep 0.1; done")
    (project.root / "wait").touch()
    with started(schedule("--dataset", "demo", "--cron", "0 3 1 1 *"), project) as (process, said):
        processes.until(lambda: "Ctrl-C ends it." in said())
        with get_client(sync_client=True) as client:
            deployment = client.read_deployment_by_name("retrain/demo-served")
            asked = client.create_flow_run_from_deployment(deployment.id)
            processes.until((project.root / "counting").exists)
            process.send_signal(signal.SIGTERM)
            assert process.wait(processes.PATIENCE) == 0
            ended = client.read_flow_run(asked.id)
    (project.root / "wait").unlink()

    assert ended.state_name == "Cancelled", ended.state
    with Pipeline() as pipeline, pipeline.alone("demo"):
        pass  # nobody holds its lock any more


def test_a_worker_picks_up_a_deployment_of_prefect_yaml(project):
    declared = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    nightly, by_hand = declared["deployments"]
    (project.root / "prefect.yaml").write_text(
        yaml.safe_dump({**declared, "deployments": [{**nightly, "schedules": []}, by_hand]})
    )
    run(project, "work-pool create --type process fairtune")
    run(project, "deploy --all")
    run(project, "deployment run retrain/demo")
    with started(["prefect", "worker", "start", "--pool", "fairtune", "--limit", "1"], project):
        picked = processes.until(lambda: completed(project))

    assert picked.work_pool_name == "fairtune"
    assert project.ran("demo") == ALL


def test_a_run_killed_with_9_is_swept_by_the_next_and_its_work_is_kept(project):
    project.count_script("touch counting; while test -e wait; do sleep 0.1; done")
    (project.root / "wait").touch()
    command = [sys.executable, "flows/retrain.py", "--dataset", "demo"]
    with started(command, project) as (process, _):
        processes.until((project.root / "counting").exists)
        killed = processes.until(lambda: running(project))
        processes.until(lambda: ("count@demo", "Running") in tasks_of(killed, ended=False))
        process.kill()
        process.wait(processes.PATIENCE)
    assert running(project).id == killed.id  # so says Prefect
    (project.root / "wait").unlink()
    assert project.ran("demo") == ["fetch", "count"]

    done = processes.run(command, cwd=project.root, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "retrain: fairtune-demo-track has no champion yet"
    assert project.ran("demo") == ["count", "gate", "ship"]
    swept = next(run for run in flow_runs() if run.id == killed.id)
    assert (swept.state_name, swept.state.message) == ("Crashed", "killed while it ran")
    assert tasks_of(swept) == [("fetch@demo", "Completed"), ("count@demo", "Crashed")]


def test_without_a_server_one_is_started_and_ends_with_the_command_even_by_kill_9(
    project, database, tmp_path_factory, monkeypatch
):
    home = tmp_path_factory.mktemp("own")
    shutil.copy(database, home)
    monkeypatch.setenv("PREFECT_HOME", str(home))
    monkeypatch.delenv("PREFECT_API_URL")
    with started(schedule("--dataset", "demo"), project) as (process, said):
        processes.until(lambda: "Ctrl-C ends it." in said())
        url = re.search(r"^Prefect server: (\S+) \(it ends with this command\)$", said(), re.MULTILINE)[1]
        assert prefect_server.answers(f"{url}/api")

        second = processes.run(
            schedule("--dataset", "lfm-2b"), cwd=project.root, capture_output=True, text=True, check=False
        )
        process.kill()
        process.wait(processes.PATIENCE)

    processes.until(lambda: not prefect_server.answers(f"{url}/api"))
    assert second.returncode == 2
    assert re.fullmatch(
        rf"fairtune: the Prefect server at {url} \(process \d+\) works in {home} already: stop the `fairtune "
        r"schedule` that started it and give every data set to one \(--dataset A --dataset B\), or run "
        r"`prefect server start` and set PREFECT_API_URL\n",
        second.stderr,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--dataset", "nope"],
            "params.yaml: no data set 'nope'; there are: demo, lastfm-2k, lfm-2b",
        ),
        (
            ["--dataset", "demo", "--cron", "0 25 * * *"],
            f"schedule: '0 25 * * *' is no cron expression: {FIVE_FIELDS}",
        ),
        (
            ["--dataset", "demo", "--cron", "0 3 * * * 30"],  # seconds, to the library
            f"schedule: '0 3 * * * 30' is no cron expression: {FIVE_FIELDS}",
        ),
        (
            ["--dataset", "demo", "--cron", "0 3 * *"],
            f"schedule: '0 3 * *' is no cron expression: {FIVE_FIELDS}",
        ),
        (
            ["--dataset", "demo", "--cron", "@daily"],
            f"schedule: '@daily' is no cron expression: {FIVE_FIELDS}",
        ),
        (["--dataset", "demo", "--cron", ""], f"schedule: '' is no cron expression: {FIVE_FIELDS}"),
        (
            ["--dataset", "demo", "--cron", "0 3 31 2 *"],
            f"schedule: '0 3 31 2 *' names no date that ever comes: {FIVE_FIELDS}",
        ),
        (
            ["--dataset", "demo", "--cron", "0 3 31 4,6,9,11 *"],
            f"schedule: '0 3 31 4,6,9,11 *' names no date that ever comes: {FIVE_FIELDS}",
        ),
        (
            ["--dataset", "demo", "--timezone", "Mars/Base"],
            "schedule: 'Mars/Base' is no time zone; give one such as UTC or Europe/Berlin",
        ),
        (["--dataset", "demo", "--branch", "a b"], "'a b' is no name for a Git branch"),
    ],
)
@pytest.mark.usefixtures("project")
def test_what_makes_no_sense_is_refused_in_one_line(capsys, arguments, message):
    assert cli.main(["schedule", *arguments]) == 2

    assert capsys.readouterr().err == f"fairtune: {message}\n"


@pytest.mark.usefixtures("project")
def test_a_server_that_does_not_answer_is_named(capsys, monkeypatch):
    from prefect.context import refresh_global_settings_context

    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    refresh_global_settings_context()
    code = cli.main(["schedule", "--dataset", "demo"])
    monkeypatch.undo()
    refresh_global_settings_context()

    assert code == 2
    assert capsys.readouterr().err == (
        "fairtune: no Prefect server answers at http://127.0.0.1:9/api (PREFECT_API_URL): start it with "
        "`prefect server start`, or unset the variable and one is started here\n"
    )


def test_a_leap_day_comes():
    leap_day = deployments.Scheduled(
        "demo", cron="0 3 29 2 *", timezone="UTC", refresh=True, search=False, branch=None
    )

    assert deployments._clock(leap_day).cron == "0 3 29 2 *"


def test_the_schedule_of_prefect_yaml_is_that_of_the_command():
    nightly = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"][0]
    options = {option.name: option.default for option in cli.fairtune.get_command(None, "schedule").params}

    assert nightly["schedules"] == [{"cron": options["cron"], "timezone": options["timezone"]}]


def completed(project):
    return last(project, "Completed")


def running(project):
    return last(project, "Running")


def last(project, state):
    """Give the last run in this folder that is in a state."""
    runs = [run for run in flow_runs() if run.name.endswith(f":{project.root.resolve()}")]
    return next((run for run in reversed(runs) if run.state_name == state), None)


def schedule(*arguments):
    return [sys.executable, "-c", PATIENTLY, "schedule", *arguments]


def run(project, command):
    whole = [sys.executable, "-m", "prefect", "--no-prompt", *command.split()]
    processes.run(whole, cwd=project.root, check=True, capture_output=True)


@contextmanager
def started(command, project):
    """Start a command, give it and what it has printed; end it with the block."""
    log = project.root / "log"
    with (
        log.open("w") as out,
        processes.started(command, cwd=project.root, stdout=out, stderr=subprocess.DEVNULL) as process,
    ):
        yield process, log.read_text
