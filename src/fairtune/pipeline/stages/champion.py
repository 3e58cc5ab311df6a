"""Stage `champion`: see that there are the files of what a run takes from the champion.

`fairtune run` and the flow write them before they run this stage (`fairtune.pipeline.champion.refresh`). It
asks no registry, so that `dvc repro` alone stays a function of files.
"""

from fairtune import files
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:  # noqa: ARG001 - one form
    """Write an empty file for each that isn't there; those that are stay as they are."""
    for path in (paths.champion_profile, paths.champion_settings, paths.champion_fits_index):
        if not path.exists():
            files.write_json(path, {})
