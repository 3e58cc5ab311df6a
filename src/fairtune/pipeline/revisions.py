"""Files as they were at another Git revision."""

import json
from pathlib import Path
from typing import Any, Final

from fairtune import git
from fairtune.config import yaml12
from fairtune.errors import BadParams, BadRequest, NotThere

LOCK: Final = Path("dvc.lock")


def check(revision: str) -> None:
    """Raise `BadRequest` unless Git knows `revision` as a commit."""
    if _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").returncode:
        raise BadRequest(
            f"'{revision}' is no revision of this repository: `git log --oneline --all` lists them"
        )


def has(revision: str, path: Path) -> bool:
    """Whether `revision` has a file at `path`, relative to the working folder."""
    return not _git("cat-file", "-e", "--end-of-options", f"{revision}:./{path.as_posix()}").returncode


def read_json(revision: str, path: Path) -> Any:
    """Read the JSON file at `path`, relative to the working folder, as it was at `revision`.

    `BadRequest` if there is no such revision, `NotThere` if it has no such file, or a broken one.
    """
    check(revision)
    shown = _show(revision, path)
    if shown is None:
        raise NotThere(f"{path} is not in revision '{revision}': compare with one that has it")
    try:
        return json.loads(shown)
    except json.JSONDecodeError as error:
        raise NotThere(f"{path} of revision '{revision}' is broken: compare with another one") from error


def hash_of(revision: str, path: Path) -> str | None:
    """Return the MD5 of a DVC output at `revision`, as its dvc.lock has it; None if it has none."""
    try:
        lock = yaml12.parse(_show(revision, LOCK) or "", file=LOCK.name)
    except BadParams:  # committed in the middle of a merge: as good as none
        return None
    stages = lock.get("stages", {}) if isinstance(lock, dict) else {}
    outs = (out for stage in stages.values() for out in stage.get("outs", ()))
    return next((out.get("md5") for out in outs if out["path"] == path.as_posix()), None)


def _show(revision: str, path: Path) -> str | None:
    shown = _git("show", "--end-of-options", f"{revision}:./{path.as_posix()}")
    return None if shown.returncode else shown.stdout


def _git(*arguments: str) -> git.Done:
    return git.run(*arguments, purpose="fairtune reads earlier revisions with it")
