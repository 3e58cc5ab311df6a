"""Reading dvc.yaml's graph and running its stages."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from tests import processes, toy_pipeline

from fairtune.errors import BadRequest, Busy, LimitBroken, NotThere, StageFailed
from fairtune.pipeline.dvc import Pipeline


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return toy_pipeline.create(tmp_path)


@pytest.fixture
def pipeline(project):  # noqa: ARG001 - it is the working folder
    with Pipeline() as opened:
        yield opened


def run_all(pipeline, dataset="small"):
    for step in pipeline.steps(dataset):
        if not pipeline.is_current(step):
            pipeline.run(step)


def test_steps_come_in_the_order_they_run_with_what_dvc_yaml_says_of_them(pipeline):
    steps = pipeline.steps("small")

    assert [step.address for step in steps] == ["fetch@small", "count@small", "gate@small", "ship@small"]
    assert [step.source for step in steps] == [True, False, False, False]
    assert [step.retries for step in steps] == [2, 0, 0, 0]
    assert steps[0].description == "take the source as it is"


def test_a_second_run_has_nothing_to_do(project, pipeline):
    run_all(pipeline)
    assert project.ran() == ["fetch", "count", "gate", "ship"]

    assert all(pipeline.is_current(step) for step in pipeline.steps("small"))


def test_a_forced_source_with_the_same_bytes_makes_nothing_after_it_run(project, pipeline):
    run_all(pipeline)
    project.ran()

    pipeline.run(pipeline.steps("small")[0], force=True)
    run_all(pipeline)

    assert project.ran() == ["fetch"]


@pytest.mark.parametrize("where", ["inbox/night.csv", "data/small/events/0001-0123456789ab.parquet"])
def test_new_listening_makes_the_source_run_again(tmp_path, monkeypatch, where):
    monkeypatch.chdir(tmp_path)
    told = {"datasets": {"small": {"download": {"events": "inbox"}}}}
    project = toy_pipeline.create(tmp_path, params=told)
    with Pipeline() as pipeline:
        run_all(pipeline)
        project.ran()
        assert all(pipeline.is_current(step) for step in pipeline.steps("small"))

        Path(where).parent.mkdir(parents=True)
        Path(where).write_text("user_id,item_id,timestamp\n")
        run_all(pipeline)

        assert project.ran() == ["fetch"]  # the toy's own bytes are the same


def test_new_bytes_run_what_depends_on_them(project, pipeline):
    run_all(pipeline)
    project.ran()

    (project.root / "small.txt").write_text("Radiohead, Björk\n")
    pipeline.run(pipeline.steps("small")[0], force=True)
    run_all(pipeline)

    assert project.ran() == ["fetch", "count", "gate", "ship"]


def test_a_broken_limit_stops_before_anything_is_shipped(project, pipeline):
    with pytest.raises(LimitBroken, match=r"^gate@large: a limit is broken; nothing after it ran$"):
        run_all(pipeline, "large")

    assert project.ran("large") == ["fetch", "count", "gate"]
    assert (project.root / "reports/large/count").exists()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 2", "fetch@small: stopped with exit code 2; its own message is above"),
        ("kill -9 $PPID", "fetch@small: killed (out of memory?); run again to go on where it stopped"),
    ],
)
def test_a_stage_that_fails_is_named(project, pipeline, script, message):
    project.fetch_script(script)

    with pytest.raises(StageFailed) as caught:
        run_all(pipeline)

    assert str(caught.value) == message


def test_an_interrupted_stage_interrupts_the_run(project, pipeline):
    project.fetch_script("exit 130")

    with pytest.raises(KeyboardInterrupt):
        run_all(pipeline)


def test_a_missing_file_is_named(pipeline):
    with pytest.raises(StageFailed, match=r"^count@small: data/small/raw is missing: run the stage that "):
        pipeline.run(pipeline.steps("small")[1])


def test_an_unknown_data_set_is_answered_with_those_there_are(pipeline):
    with pytest.raises(BadRequest) as caught, pipeline.alone("medium"):
        pass

    assert (
        str(caught.value) == "dvc.yaml: no stages for the data set 'medium'; there are some for: large, small"
    )
    assert not Path("data/medium").exists()


def test_a_folder_without_dvc_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(NotThere, match=r"run `git init` and `dvc init` in the project's folder$"):
        Pipeline().steps("small")


def test_a_folder_without_git_keeps_dvc_s_own(project):
    (project.root / ".dvc/config").write_text("[core]\n    remote = mine\n")
    shutil.rmtree(project.root / ".git")

    with pytest.raises(NotThere, match=r": run `git init` in the project's folder$"):
        Pipeline().steps("small")
    assert "remote = mine" in (project.root / ".dvc/config").read_text()


def test_a_broken_dvc_lock_says_what_to_do(project, pipeline):
    run_all(pipeline)
    (project.root / "dvc.lock").write_text("stages: {fetch@small: [\n")

    message = r"dvc\.lock.*; `git checkout dvc.lock` brings back the last good one$"
    with Pipeline() as anew, pytest.raises(StageFailed, match=message):
        anew.steps("small")


def test_stages_run_with_this_interpreter_though_it_is_not_on_the_path(project, pipeline, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    project.fetch_script("command -v python > interpreter")

    pipeline.run(pipeline.steps("small")[0])

    assert (project.root / "interpreter").read_text().strip() == str(Path(sys.executable).parent / "python")


def test_stages_run_for_a_user_without_a_shell(project, pipeline, monkeypatch):
    monkeypatch.setenv("SHELL", "/bin/false")

    pipeline.run(pipeline.steps("small")[0])

    assert project.ran() == ["fetch"]


def test_a_second_run_of_a_data_set_is_refused_and_of_another_is_not(pipeline):
    with pipeline.alone("small"):
        with pipeline.alone("large"):
            pass
        with pytest.raises(Busy) as caught, pipeline.alone("small"):
            pass

    assert (
        str(caught.value)
        == f"a run of small (process {os.getpid()}) is in progress: wait for it to end, or stop it"
    )
    with pipeline.alone("small"):
        pass


def test_a_run_killed_in_the_middle_is_followed_by_one_that_works(project, pipeline):
    project.fetch_script("kill -9 $(cat runner)\n")
    script = (
        "import os, pathlib; pathlib.Path('runner').write_text(str(os.getpid()))\n"
        "from fairtune.pipeline.dvc import Pipeline\n"
        "pipeline = Pipeline()\n"
        "with pipeline.alone('small'):\n"
        "    pipeline.run(pipeline.steps('small')[0])\n"
    )
    killed = processes.run([sys.executable, "-c", script], cwd=project.root, check=False)
    assert killed.returncode == -9
    rwlock = project.root / ".dvc/tmp/rwlock"
    held = json.loads(rwlock.read_text())
    assert held["write"]

    # Its number is taken by a process that started later: this one, seen from a list written before it.
    reused = json.loads(json.dumps(held).replace((project.root / "runner").read_text(), str(os.getpid())))
    rwlock.write_text(json.dumps(reused))
    os.utime(rwlock, (0, 0))
    project.fetch_script("true")
    with pipeline.alone("small"):
        run_all(pipeline)

    assert project.ran()[-4:] == ["fetch", "count", "gate", "ship"]


def test_a_list_of_files_in_use_that_was_cut_short_by_a_kill_is_forgotten(project, pipeline):
    (project.root / ".dvc/tmp/rwlock").write_text('{"write": {')

    with pipeline.alone("small"):
        run_all(pipeline)

    assert project.ran() == ["fetch", "count", "gate", "ship"]
