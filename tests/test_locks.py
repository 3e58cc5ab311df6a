"""Locks: one holder, who is named, and none that outlives its process."""

import subprocess
import sys

import pytest
from tests import processes

from fairtune import processes as fairtune_processes
from fairtune.errors import Busy

HOLD = """
import sys, pathlib
from fairtune import processes
with processes.exclusive(pathlib.Path(sys.argv[1]), doing="tune@demo"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def held(tmp_path):
    """Give a lock that another process holds, and that process; it ends when its input does."""
    path = tmp_path / "data" / ".lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with processes.started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        yield path, holder


def test_the_second_one_is_told_who_holds_the_lock(held):
    path, holder = held

    with pytest.raises(Busy) as caught, fairtune_processes.exclusive(path, doing="train@demo"):
        pass

    expected = f"tune@demo (process {holder.pid}) is in progress: wait for it to end, or stop it"
    assert str(caught.value) == expected


def test_who_waits_gets_the_lock_when_the_holder_ends(held):
    path, holder = held
    waited_for = []

    def wait(who):
        waited_for.append(who)
        holder.stdin.close()

    with fairtune_processes.exclusive(path, doing="train@demo", wait=wait):
        assert holder.wait(processes.PATIENCE) == 0

    assert waited_for == [f"tune@demo (process {holder.pid})"]


def test_a_killed_holder_frees_the_lock(held):
    path, holder = held
    holder.kill()
    holder.wait(processes.PATIENCE)

    with fairtune_processes.exclusive(path, doing="train@demo"):
        assert path.read_text(encoding="utf-8").startswith("train@demo (process ")
