"""Committing results to a branch of their own, by Git's plumbing.

What is checked out stays as it is, and so do the index and the working tree: the tree is put together in
an index of its own, and only the branch moves. The branch is for results: it follows the code that is
checked out, so that each of its commits is a whole revision, code and results that belong together.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fairtune import git
from fairtune.errors import BadRequest, NotThere, PushFailed

NOTHING: Final = "0" * 40
PURPOSE: Final = "results are committed with it"
RESULTS: Final = ("dvc.lock", "models/", "reports/")
"""What a commit of results may touch, below the project's folder."""


def check(branch: str) -> None:
    """Raise `BadRequest` unless results can be committed to `branch`; it needn't exist yet.

    It must not be checked out anywhere, must hold nothing but results that HEAD doesn't have, and Git must
    know who commits.
    """
    ref = _ref(branch)
    if branch.startswith("-") or _ask("check-ref-format", ref) is None:
        raise BadRequest(f"'{branch}' is no name for a Git branch")
    if _ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}") is None:
        raise BadRequest("this folder has no Git commit yet: commit the project first")
    for block in (_ask("worktree", "list", "--porcelain") or "").split("\n\n"):
        lines = block.splitlines()
        if f"branch {ref}" in lines:
            where = lines[0].removeprefix("worktree ")
            raise BadRequest(
                f"branch '{branch}' is checked out in {where}: name another for the results of runs"
            )
    if _ask("var", "GIT_COMMITTER_IDENT") is None or _ask("var", "GIT_AUTHOR_IDENT") is None:
        raise BadRequest(
            "Git doesn't know who commits: `git config user.name NAME` and `git config user.email ADDRESS`"
        )
    tip = _ask("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if tip is not None:
        _refuse_foreign_changes(branch, tip)


def commit(branch: str, files: Sequence[Path], message: str) -> str | None:
    """Commit files to a branch as they are; `BadRequest` as `check`.

    Parameters
    ----------
    branch
        Name of the branch; other results on it stay.
    files
        Relative to the working folder; one that doesn't exist is left as HEAD has it.
    message
        Of the commit.

    Returns
    -------
    str | None
        Hash of the new commit; None if the branch has the files so already.

    Raises
    ------
    PushFailed
        Somebody else moved the branch at the same moment.
    """
    check(branch)
    ref, head = _ref(branch), _git("rev-parse", "HEAD")
    tip = _ask("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    prefix = _git("rev-parse", "--show-prefix")
    ours = {
        f"{prefix}{file.as_posix()}": _git("hash-object", "-w", "--", file.as_posix())
        for file in files
        if file.is_file()
    }
    if all(_blob(tip or head, path) == blob for path, blob in ours.items()):
        return None
    kept = {path: _blob(tip, path) for path in _only_there(tip, head)} if tip else {}
    tree = _tree(head, {**kept, **ours})
    parents = [head] if tip is None else [tip] if _contains(tip, head) else [tip, head]
    made = _git("commit-tree", tree, *(part for parent in parents for part in ("-p", parent)), "-m", message)
    if _ask("update-ref", "-m", "fairtune: results", ref, made, tip or NOTHING) is None:
        raise PushFailed(f"branch '{branch}' moved while results were committed; the next run commits them")
    return made


def _tree(base: str, blobs: dict[str, str | None]) -> str:
    """Write the tree of `base` with other files; None removes one."""
    with tempfile.TemporaryDirectory(prefix="fairtune-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        _git("read-tree", base, env=index)
        lines = [f"100644 {blob}\t{path}" if blob else f"0 {NOTHING}\t{path}" for path, blob in blobs.items()]
        _git("update-index", "-z", "--index-info", env=index, given="".join(f"{line}\0" for line in lines))
        return _git("write-tree", env=index)


def _only_there(tip: str, head: str) -> list[str]:
    """Return the files that the branch changed since it left HEAD's history, and HEAD didn't."""
    base = _ask("merge-base", tip, head)
    if base is None:
        return []
    return sorted(set(_changed(base, tip)) - set(_changed(base, head)))


def _refuse_foreign_changes(branch: str, tip: str) -> None:
    """Raise `BadRequest` if the branch holds changes that a commit from HEAD would undo."""
    prefix = _git("rev-parse", "--show-prefix")
    base = _ask("merge-base", tip, "HEAD")
    if base is None:
        raise BadRequest(f"branch '{branch}' has no commit in common with HEAD: name another")
    results = tuple(f"{prefix}{result}" for result in RESULTS)
    others = [path for path in _changed(base, tip) if not path.startswith(results)]
    if others:
        raise BadRequest(
            f"branch '{branch}' changes {others[0]}, and a branch of results holds nothing else: "
            "merge it into what is checked out, or name another"
        )


def _changed(since: str, until: str) -> list[str]:
    paths = _git("diff", "--no-renames", "--name-only", "-z", since, until)
    return [path for path in paths.split("\0") if path]


def _blob(revision: str, path: str) -> str | None:
    return _ask("rev-parse", "--verify", "--quiet", f"{revision}:{path}")


def _contains(revision: str, other: str) -> bool:
    return _ask("merge-base", "--is-ancestor", other, revision) is not None


def _ref(branch: str) -> str:
    return f"refs/heads/{branch}"


def _git(*arguments: str, env: dict[str, str] | None = None, given: str = "") -> str:
    done = git.run(*arguments, purpose=PURPOSE, env=env, stdin=given)
    if done.returncode:
        raise NotThere(f"git {arguments[0]}: {' '.join(done.stderr.split())}")
    return done.stdout.strip()


def _ask(*arguments: str) -> str | None:
    """Return Git's output, None if it fails."""
    done = git.run(*arguments, purpose=PURPOSE)
    return None if done.returncode else done.stdout.strip()
