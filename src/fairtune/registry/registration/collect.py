"""The registry entry of a release, gathered from what the stages of its data set wrote."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fairtune import files
from fairtune.columns import Table
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.evaluation.gate.verdict import Verdict
from fairtune.registry.client import connection, provenance
from fairtune.registry.registration import compared_models, trials
from fairtune.registry.registration.entry import Entry
from fairtune.reporting import model_card

DATA: Final = "fairtune.data."


def gather(
    params: DatasetParams,
    paths: Paths,
    *,
    also: Mapping[str, Path] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Entry:
    """Return the entry of the released model, and write its model card.

    `NotThere` if figures or verdict are missing.

    Parameters
    ----------
    params
        Of the data set.
    paths
        Of the data set.
    also
        Files and folders that are kept with the run besides, by their path there.
    tags
        Tags of the version besides.

    Returns
    -------
    Entry
        What is to be registered.
    """
    metrics, verdict = (
        files.read_json(paths.metrics),
        Verdict.from_json(files.read_json(paths.verdict)),
    )
    about = files.read_json(paths.about) if paths.about.exists() else {}
    revision, dirty = provenance.git_revision(paths.root)
    card = model_card.render(
        metrics,
        about,
        verdict,
        params,
        dataset=paths.dataset,
        revision=f"{revision}, with changes that are in no commit" if dirty else revision,
    )
    files.write_text(paths.model_card, card)
    return Entry(
        model=params.register.model,
        release=paths.release,
        metrics=metrics,
        passed=verdict.passed,
        files={**_files(paths), **(also or {})},
        tags={**_data(paths), **(tags or {})},
        shipped=tuple(path for path in (paths.report, paths.model_card) if path.exists()),
        description=model_card.in_short(
            metrics, verdict, dataset=paths.dataset, target=str(params.matrix.target)
        ),
        trials=trials.read(paths),
        compared=compared_models.read(paths, metrics),
    )


def _files(paths: Paths) -> dict[str, Path]:
    """Return those of the files that explain a version that exist, by their name in its run."""
    wanted = (
        paths.report,
        paths.model_card,
        paths.verdict,
        paths.metrics,
        paths.listeners,
        paths.validation,
        paths.profile,
        paths.drift,
        paths.best,
        paths.root / "params.yaml",
        paths.root / "dvc.lock",
    )
    return {path.name: path for path in wanted if path.exists()}


def _data(paths: Paths) -> dict[str, str]:
    """Return the checksums of what the model learned from, as tags."""
    tables = {f"{DATA}{table}": provenance.file_digest(paths.table(table)) for table in Table}
    return {**tables, connection.MATRIX: provenance.digest(paths.matrix)}
