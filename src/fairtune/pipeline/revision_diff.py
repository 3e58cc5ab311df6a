"""Comparing the present figures with those of a Git revision."""

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fairtune import files
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.errors import NotThere
from fairtune.evaluation.comparison.compare import Comparison, Evaluated, Tolerance, compare
from fairtune.pipeline import revisions
from fairtune.pipeline.dvc import Pipeline

if TYPE_CHECKING:
    import pandas as pd


def measured(datasets: Sequence[str], revision: str, *, say: Callable[[str], None]) -> tuple[str, ...]:
    """Return the data sets that have figures both here and at `revision`; `NotThere` if none has."""
    here = [dataset for dataset in datasets if Paths(dataset).metrics.exists()]
    in_both = tuple(dataset for dataset in here if revisions.has(revision, Paths(dataset).metrics))
    if not in_both:
        raise NotThere(
            f"no data set has metrics both here and at {revision}: run `fairtune run DATASET` first"
        )
    for dataset in here:
        if dataset not in in_both:
            say(f"{dataset}: no figures at {revision}, nothing to compare with")
    return in_both


def since(revision: str, params: DatasetParams, paths: Paths) -> Comparison:
    """Compare the present figures with those of `revision`.

    `NotThere` if either side has no metrics.json; without listeners.parquet that small file alone must do.
    """
    then = Evaluated(revisions.read_json(revision, paths.metrics), _listeners_at(revision, paths))
    now = Evaluated(
        files.read_json(paths.metrics),
        files.read_table(paths.listeners) if paths.listeners.exists() else None,
    )
    tolerance = Tolerance(absolute=params.gate.tolerance_absolute, relative=params.gate.tolerance_relative)
    return compare(then, now, tolerance=tolerance, min_group=params.evaluate.min_group)


def _listeners_at(revision: str, paths: Paths) -> "pd.DataFrame | None":
    """Read listeners.parquet of `revision` out of DVC's cache or remote; None if it can't be had."""
    import pandas as pd
    from pyarrow import ArrowInvalid

    md5 = revisions.hash_of(revision, paths.listeners)
    if md5 is None:
        return None
    try:
        with Pipeline() as pipeline:
            return pd.read_parquet(io.BytesIO(pipeline.stored(md5)))
    except (NotThere, ArrowInvalid):
        return None
