"""A project's folder that moved: MLflow keeps absolute paths, which are corrected before it reads them."""

import sqlite3
import sys
from pathlib import Path
from typing import Final

ARTIFACTS: Final = "mlartifacts"
PATIENCE: Final = 20  # seconds that a locked database is waited for, as MLflow does
COLUMNS: Final = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
"""Where MLflow keeps places of files."""
RECORDED: Final = "SELECT artifact_location FROM experiments WHERE name = ?"


def relocate(root: Path, database: Path, experiment: str) -> None:
    """Correct the paths in a project's own registry if its folder is no longer where they were written.

    The artifacts have to be here: a registry without them is left as it is. Whoever moved the folder is told
    in a line on stderr. After `cp -r` the copy has its own paths, and the original keeps its.

    Parameters
    ----------
    root
        Folder of the project.
    database
        File of its registry; nothing is done where there is none.
    experiment
        Name of the experiment, whose place tells where the folder was.
    """
    here = root.resolve() / ARTIFACTS
    if not (database.is_file() and here.is_dir()):
        return
    connection = sqlite3.connect(database, timeout=PATIENCE, isolation_level=None)
    try:
        if _moved(connection, here, experiment) is None:
            return
        connection.execute("BEGIN IMMEDIATE")  # another process may have been first
        was = _moved(connection, here, experiment)
        if was is not None:
            old, new = was.removesuffix(f"/{ARTIFACTS}"), here.parent.as_uri()
            changed = sum(_replace(connection, *column, old, new) for column in COLUMNS)
            sys.stderr.write(
                f"registry: this folder was {old.removeprefix('file://')} when its models were registered: "
                f"{changed:,} paths in {database.name} now lead here\n"
            )
        connection.execute("COMMIT")
    except sqlite3.OperationalError:
        return  # no tables yet, or locked for long, or read-only: MLflow says so better
    finally:
        connection.close()


def _moved(connection: sqlite3.Connection, here: Path, experiment: str) -> str | None:
    """Return where the artifacts were, if that is another place than `here`."""
    found = connection.execute(RECORDED, (experiment,)).fetchone()
    recorded = str(found[0]) if found and found[0] else ""
    known = recorded.startswith("file://") and recorded.endswith(f"/{ARTIFACTS}")
    return recorded if known and recorded != here.as_uri() else None


def _replace(connection: sqlite3.Connection, table: str, column: str, old: str, new: str) -> int:
    """Put `new` in the place of `old` where a path begins so: as a URI, and as MLflow writes plain paths."""
    changed = 0
    for before, after in ((old, new), (old.removeprefix("file://"), new.removeprefix("file://"))):
        changed += connection.execute(
            f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?",  # noqa: S608 - our own names
            (after, len(before) + 1, len(before) + 1, f"{before}/"),
        ).rowcount
    return changed
