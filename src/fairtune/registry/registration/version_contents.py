"""Contents of a version: its tags, metrics and files."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fairtune.evaluation.gate import summary
from fairtune.evaluation.gate.metrics_file import Metrics, at
from fairtune.registry.client import connection, provenance
from fairtune.registry.registration.entry import Entry

WHOLE = (("n_listeners",), ("n_items",), ("rmse",), ("ranking", "als"))
"""Parts of metrics.json that are logged besides the headline figures; the file is kept whole."""


def tags(entry: Entry, root: Path) -> dict[str, str]:
    """Return the tags that tell what a version was made from.

    Parameters
    ----------
    entry
        What is registered.
    root
        Folder of the project, for Git and dvc.lock.

    Returns
    -------
    dict
        Value by name of the tag.
    """
    revision, dirty = provenance.git_revision(root)
    return {
        connection.DIGEST: entry.digest,
        "fairtune.git_revision": revision,
        "fairtune.git_dirty": str(dirty).lower(),
        "fairtune.dvc_lock": provenance.file_digest(root / "dvc.lock"),
        "fairtune.verdict": "passed" if entry.passed else "failed",
        **entry.tags,
    }


def headlines(metrics: Metrics) -> dict[str, Any]:
    """Return the figures that models are compared by, as they are nested in metrics.json.

    All of them are thousands: MLflow takes seconds for them, and shows none of them well.
    """
    chosen: dict[str, Any] = {}
    for path in (*summary.measures(metrics), *WHOLE):
        value = at(metrics, path)
        if value is not None:
            inner = chosen
            for step in path[:-1]:
                inner = inner.setdefault(step, {})
            inner[path[-1]] = value
    return chosen


def log_files(files: Mapping[str, Path]) -> None:
    """Log files and folders to the active run, by their path there: all at once."""
    import mlflow

    if not files:
        return
    with TemporaryDirectory(prefix="fairtune-") as folder:
        for path, file in files.items():
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if file.is_dir() else shutil.copyfile
            copy(file, target)
        mlflow.log_artifacts(folder)
