"""Say which stages dvc.lock no longer describes: `python scripts/fresh.py`, exit code 1 if there are any.

Data needn't be there: only code and parameters are compared. What is out of date is brought up to date by
`fairtune run DATASET` for each data set named.
"""

import sys

from dvc.repo import Repo


def stale(status: dict[str, list[object]]) -> list[str]:
    """Stages with changed code, parameters or command, and what changed."""
    found = []
    for stage, changes in sorted(status.items()):
        moved = ["command"] if "changed command" in changes else []
        for change in changes:
            deps = change.get("changed deps", {}) if isinstance(change, dict) else {}
            for path, what in deps.items():
                if path == "params.yaml":
                    moved += sorted(what)
                elif path.startswith("src/") and what != "deleted":
                    moved.append(path)
        if moved:
            found.append(f"{stage}: {', '.join(moved)}")
    return found


if __name__ == "__main__":
    lines = stale(Repo().status())
    print("\n".join(lines) or "dvc.lock is fresh")
    sys.exit(bool(lines))
