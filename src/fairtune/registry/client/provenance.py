"""Digests and revisions: what a model was made from, by which two registered models differ."""

import hashlib
import json
from pathlib import Path

from fairtune import files, git

NONE = "none"


def digest(folder: Path) -> str:
    """Return the sha256 of all files below `folder` with their paths: it changes with any byte."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(f"{path.relative_to(folder).as_posix()}\0{file_digest(path)}\n".encode())
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """Return the sha256 of a file, `none` if there is none."""
    return files.sha256(path) if path.is_file() else NONE


def of_json(value: object) -> str:
    """Return the sha256 of a value as JSON: the same for the same value, whatever the order of keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def git_revision(root: Path) -> tuple[str, bool]:
    """Return the present commit, `none` outside a repository, and whether tracked files differ from it."""
    revision = git.ask("rev-parse", "HEAD", root=root)
    if revision is None:
        return NONE, False
    return revision, bool(git.ask("status", "--porcelain", "--untracked-files=no", root=root))
