"""A journal outlives the processes that write it."""

import signal
import sys

import optuna
import pytest
from tests import processes

from fairtune.tuning import journal


def finish(storage, value):
    made = optuna.create_study(storage=storage, study_name="s", load_if_exists=True)
    trial = made.ask()
    made.tell(trial, value)
    return [trial.value for trial in made.trials]


def test_trials_are_there_for_the_next_process(tmp_path):
    path = tmp_path / "models" / "study.journal"
    finish(journal.opened(path), 1.0)
    assert finish(journal.opened(path), 2.0) == [1.0, 2.0]


@pytest.mark.parametrize("folder", ["absolute", "relative"])
def test_a_process_that_dies_with_the_lock_blocks_nobody(tmp_path, monkeypatch, folder):
    monkeypatch.chdir(tmp_path)
    path = (tmp_path if folder == "absolute" else tmp_path.relative_to(tmp_path)) / "study.journal"
    finish(journal.opened(path), 1.0)
    holder = (
        "import os, signal, sys; from pathlib import Path; from fairtune.tuning.journal import KernelLock;"
        "lock = KernelLock(Path(sys.argv[1])); lock.acquire(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    died = processes.run([sys.executable, "-c", holder, f"{path}.lock"], check=False)
    assert died.returncode == -signal.SIGKILL
    assert finish(journal.opened(path), 2.0) == [1.0, 2.0]


def test_half_a_line_of_a_killed_process_is_removed_and_the_rest_kept(tmp_path):
    path = tmp_path / "study.journal"
    finish(journal.opened(path), 1.0)
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[-1][:20])
    assert finish(journal.opened(path), 2.0) == [1.0, 2.0]


def test_two_processes_share_a_study(tmp_path):
    path = tmp_path / "study.journal"
    code = (
        "import sys, optuna; from pathlib import Path; from fairtune.tuning import journal;"
        "optuna.logging.set_verbosity(optuna.logging.WARNING);"
        "storage = journal.opened(Path(sys.argv[1]));"
        "s = optuna.create_study(storage=storage, study_name='s', load_if_exists=True);"
        "[s.tell(s.ask(), i) for i in range(20)]"
    )
    command = [sys.executable, "-c", code, path]
    with processes.started(command) as first, processes.started(command) as second:
        assert [process.wait(processes.PATIENCE) for process in (first, second)] == [0, 0]
    shared = optuna.load_study(study_name="s", storage=journal.opened(path))
    assert len(shared.trials) == 40
