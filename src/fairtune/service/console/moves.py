"""Promotion and rollback from the console: the commands of the same name, in a process of their own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Final

from fairtune.registry.client import actor
from fairtune.service.problems import Problem

PATIENCE: Final = 600
"""Seconds that a promotion may take: it compares two models on all listeners."""
_MOVING: Final = Lock()


@dataclass(frozen=True)
class Move:
    """What a command said.

    Attributes
    ----------
    done
        Whether it moved the champion, or found it there.
    said
        Its last line.
    """

    done: bool
    said: str


def promote(root: Path, dataset: str, version: int, *, who: str, reason: str) -> Move:
    """Run `fairtune promote`, with its checks; nothing goes past them from here."""
    return _run(root, who, "promote", str(version), f"--dataset={dataset}", f"--reason={reason}")


def rollback(root: Path, dataset: str, *, who: str, reason: str) -> Move:
    """Run `fairtune rollback` to the champion before."""
    return _run(root, who, "rollback", f"--dataset={dataset}", f"--reason={reason}")


def _run(root: Path, who: str, *command: str) -> Move:
    if not _MOVING.acquire(blocking=False):
        detail = "another move is under way: wait for it, and look at the history"
        raise Problem(HTTPStatus.CONFLICT, "moving", detail, headers={"Retry-After": "10"})
    try:
        ended = subprocess.run(  # noqa: S603 - our own command; what people typed are its arguments, and no shell reads them
            [sys.executable, "-m", "fairtune.cli.main", *command],
            cwd=root,
            env={**os.environ, actor.WHO: who},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Move(False, f"`fairtune {command[0]}` did not end within {PATIENCE} seconds and was stopped")
    finally:
        _MOVING.release()
    lines = (ended.stdout if ended.returncode == 0 else ended.stderr).strip().splitlines()
    return Move(ended.returncode == 0, lines[-1] if lines else f"`fairtune {command[0]}` said nothing")
