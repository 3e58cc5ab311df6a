"""What a model was made from: the tags that tell two registered models apart."""

import hashlib
import json
import subprocess
from pathlib import Path

NONE = "none"


def digest(folder: Path) -> str:
    """Give the sha256 of every file below `folder` with its path: the same if and only if all bytes are."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(f"{path.relative_to(folder).as_posix()}\0{file_digest(path)}\n".encode())
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """Give the sha256 of a file, `none` if there is none."""
    if not path.is_file():
        return NONE
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_json(value: object) -> str:
    """Give the sha256 of what is written as JSON: the same for the same value, whatever the order of keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def git_revision(root: Path) -> tuple[str, bool]:
    """Give the commit that is checked out, and whether tracked files differ; `none` outside a repository."""
    revision = _git(root, "rev-parse", "HEAD")
    if revision is None:
        return NONE, False
    return revision, bool(_git(root, "status", "--porcelain", "--untracked-files=no"))


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603, S607 - fixed arguments
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
