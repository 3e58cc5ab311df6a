"""What tests start ends with them, also where it resists."""

import subprocess
import sys
from contextlib import suppress

import psutil
import pytest
from tests import processes

STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
wait = [sys.executable, "-c", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); input()"]
begun = [subprocess.Popen(wait, stdin=subprocess.PIPE, start_new_session=apart) for apart in (False, True)]
print(*(process.pid for process in begun), flush=True)
sys.stdin.read()
"""


def runs(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def brief(monkeypatch):
    monkeypatch.setattr(processes, "GRACE", 0.2)


@pytest.mark.usefixtures("brief")
def test_all_that_a_process_has_started_ends_with_it_when_its_test_fails():
    command = [sys.executable, "-c", STUBBORN]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with suppress(ZeroDivisionError), processes.started(command, **pipes) as process:
        pids = [process.pid, *map(int, process.stdout.readline().split())]
        assert [runs(pid) for pid in pids] == [True] * 3
        raise ZeroDivisionError
    assert [runs(pid) for pid in pids] == [False] * 3


@pytest.mark.usefixtures("brief")
def test_what_outlives_the_process_that_started_it_is_found_by_its_mark(monkeypatch):
    monkeypatch.setenv(processes.MARK, "of this test")
    wait = "[sys.executable, '-c', 'import time; time.sleep(1000)']"
    code = f"import subprocess, sys; subprocess.Popen({wait}, start_new_session=True)"
    processes.run([sys.executable, "-c", code], check=True)
    (left,) = processes.left("of this test")
    processes.end([left])
    assert processes.left("of this test") == []


def test_waiting_ends_when_the_process_that_is_waited_for_does(tmp_path):
    log = tmp_path / "log"
    with (
        log.open("w") as out,
        processes.started([sys.executable, "-c", "print('why'); raise SystemExit(3)"], stdout=out) as process,
        pytest.raises(AssertionError, match=r"ended with 3: why"),
    ):
        processes.until(lambda: False, alive=process, log=log)
