"""What a version holds: tags, metrics, files and the model."""

from pathlib import Path

from fairtune import provenance, tracking
from fairtune.registry.entry import Entry


def tags(entry: Entry, root: Path) -> dict[str, str]:
    """Say what a version was made from. root: the project, for Git and dvc.lock."""
    revision, dirty = provenance.git_revision(root)
    return {
        tracking.DIGEST: entry.digest,
        "fairtune.git_revision": revision,
        "fairtune.git_dirty": str(dirty).lower(),
        "fairtune.dvc_lock": provenance.file_digest(root / "dvc.lock"),
        "fairtune.verdict": "passed" if entry.passed else "failed",
    }


def log_files(entry: Entry) -> None:
    """Keep the files of an entry with the active run."""
    import mlflow

    for path, file in entry.files.items():
        above, _, _ = path.rpartition("/")
        if file.is_dir():
            mlflow.log_artifacts(str(file), path)
        else:
            mlflow.log_artifact(str(file), above or None)
