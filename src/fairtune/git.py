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
    stdin: str = "",
) -> Done:
    """Run git.

    Parameters
    ----------
    *arguments
        Of the command line.
    purpose
        What git is needed for, a clause for the message.
    root
        Folder to run in, by default the working folder.
    env
        Variables besides those of this process.
    stdin
        Text of its standard input.

    Returns
    -------
    Done
        Exit code and output; a failure raises nothing.

    Raises
    ------
    NotThere
        Git isn't installed.
    """
    try:
        return subprocess.run(  # noqa: S603 - verbs are fixed; whoever calls checks names of branches and revisions
            ["git", *arguments],  # noqa: S607
            cwd=root,
            env={**os.environ, **(env or {})},
            input=stdin,
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
