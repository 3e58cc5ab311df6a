"""What a version holds: tags, metrics, files and the model."""

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
"""What of metrics.json is logged besides the headline figures; the file itself is kept, with everything."""


def tags(entry: Entry, root: Path) -> dict[str, str]:
    """Say what a version was made from. root: the project, for Git and dvc.lock."""
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
    """Give the figures that models are compared by, as they are nested in metrics.json.

    All of them are thousands: MLflow takes seconds for them, and shows none of them well.
    """
    found: dict[str, Any] = {}
    for path in (*summary.measures(metrics), *WHOLE):
        value = at(metrics, path)
        if value is not None:
            inner = found
            for step in path[:-1]:
                inner = inner.setdefault(step, {})
            inner[path[-1]] = value
    return found


def log_files(files: Mapping[str, Path]) -> None:
    """Keep files and folders with the active run, by their path there: all at once."""
    import mlflow

    if not files:
        return
    with TemporaryDirectory(prefix="fairtune-") as folder:
        for path, file in files.items():
            kept = Path(folder) / path
            kept.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if file.is_dir() else shutil.copyfile
            copy(file, kept)
        mlflow.log_artifacts(folder)
