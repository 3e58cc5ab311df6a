"""Locks of DVC that killed processes left behind."""

import json
from pathlib import Path
from typing import Any


def sweep(repo: Any) -> None:
    """Remove entries of killed processes from DVC's list of files in use.

    DVC drops an entry by itself when no process has its number. In a container numbers repeat: an entry is
    also dead if the process that has its number today started after the list was last written.
    """
    import psutil
    from dvc.lock import make_lock
    from dvc.rwlock import RWLOCK_FILE, RWLOCK_LOCK

    path = Path(repo.tmp_dir) / RWLOCK_FILE
    if not path.exists():
        return
    with make_lock(str(path.with_name(RWLOCK_LOCK)), tmp_dir=repo.tmp_dir):
        written = path.stat().st_mtime

        def lives(entry: dict[str, Any]) -> bool:
            try:
                return bool(psutil.Process(entry["pid"]).create_time() <= written)
            except psutil.NoSuchProcess:
                return False

        try:
            entries = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError:  # killed while it wrote the list, so nobody is behind it
            path.unlink()
            return
        writers = {name: entry for name, entry in entries.get("write", {}).items() if lives(entry)}
        readers = {
            name: [each for each in all_ if lives(each)] for name, all_ in entries.get("read", {}).items()
        }
        alive = {"write": writers, "read": {name: some for name, some in readers.items() if some}}
        path.write_text(json.dumps(alive), encoding="utf-8")
