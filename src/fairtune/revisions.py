"""Files as they were at another Git revision."""

import json
import subprocess
from pathlib import Path
from typing import Any

from fairtune.errors import BadRequest, NotThere


def check(revision: str) -> None:
    """Raise `BadRequest` unless Git knows `revision` as a commit."""
    if _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").returncode:
        raise BadRequest(
            f"'{revision}' is no revision of this repository: `git log --oneline --all` lists them"
        )


def read_json(revision: str, path: Path) -> Any:
    """Give the JSON file at `path`, relative to the working folder, as it was at `revision`.

    `BadRequest` if there is no such revision, `NotThere` if it has no such file.
    """
    check(revision)
    shown = _git("show", "--end-of-options", f"{revision}:./{path.as_posix()}")
    if shown.returncode:
        raise NotThere(f"{path} is not in revision '{revision}': compare with one that has it")
    return json.loads(shown.stdout)


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607 - fixed verbs, and revisions after --end-of-options
    except FileNotFoundError as error:
        raise NotThere("git is missing: install it, fairtune reads earlier revisions with it") from error
