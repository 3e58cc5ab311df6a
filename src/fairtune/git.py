"""Running git, the program."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from fairtune.errors import NotThere

Done = subprocess.CompletedProcess[str]


def run(
    *arguments: str,
    purpose: str,
    root: Path | None = None,
    env: Mapping[str, str] | None = None,
    given: str = "",
) -> Done:
    """Run git in `root`, by default the working folder; `NotThere` if it isn't installed.

    purpose: what it is needed for, a clause for the message. env: variables besides those of this process.
    given: its standard input.
    """
    try:
        return subprocess.run(  # noqa: S603 - verbs are fixed; whoever calls checks names of branches and revisions
            ["git", *arguments],  # noqa: S607
            cwd=root,
            env={**os.environ, **(env or {})},
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise NotThere(f"git is missing: install it, {purpose}") from error


def ask(*arguments: str, root: Path | None = None) -> str | None:
    """Return what git prints; None if it fails or isn't installed."""
    try:
        done = run(*arguments, purpose="", root=root)
    except (NotThere, OSError):
        return None
    return None if done.returncode else done.stdout.strip()
