"""What a model was made from: the tags that tell two registered models apart."""

import hashlib
import json
from pathlib import Path

from fairtune import files, git

NONE = "none"


def digest(folder: Path) -> str:
    """Give the sha256 of every file below `folder` with its path: the same if and only if all bytes are."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(f"{path.relative_to(folder).as_posix()}\0{file_digest(path)}\n".encode())
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """Give the sha256 of a file, `none` if there is none."""
    return files.sha256(path) if path.is_file() else NONE


def of_json(value: object) -> str:
    """Give the sha256 of what is written as JSON: the same for the same value, whatever the order of keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def git_revision(root: Path) -> tuple[str, bool]:
    """Give the commit that is checked out, and whether tracked files differ; `none` outside a repository."""
    revision = git.ask("rev-parse", "HEAD", root=root)
    if revision is None:
        return NONE, False
    return revision, bool(git.ask("status", "--porcelain", "--untracked-files=no", root=root))
