"""What became of the figures since a Git revision: both sides read, compared, and told as Markdown."""

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fairtune import revisions, store
from fairtune.comparison import Change, Comparison, Evaluated, Tolerance, compare
from fairtune.errors import NotThere
from fairtune.params import DatasetParams
from fairtune.paths import Paths
from fairtune.pipeline import Pipeline

if TYPE_CHECKING:
    import pandas as pd

HEAD = ("figure", "better", "before", "now", "change", "its interval", "judgement")


def measured(datasets: Sequence[str], revision: str, *, say: Callable[[str], None]) -> tuple[str, ...]:
    """Give the data sets that have figures both here and at `revision`; `NotThere` if none has."""
    here = [dataset for dataset in datasets if Paths(dataset).metrics.exists()]
    both = tuple(dataset for dataset in here if revisions.has(revision, Paths(dataset).metrics))
    if not both:
        raise NotThere(
            f"no data set has metrics both here and at {revision}: run `fairtune run DATASET` first"
        )
    for dataset in here:
        if dataset not in both:
            say(f"{dataset}: no figures at {revision}, nothing to compare with")
    return both


def since(revision: str, params: DatasetParams, paths: Paths) -> Comparison:
    """Compare the figures that are here with those of `revision`.

    `NotThere` if either side has no metrics.json; without listeners.parquet that small file alone must do.
    """
    then = Evaluated(revisions.read_json(revision, paths.metrics), _listeners_at(revision, paths))
    now = Evaluated(
        store.read_json(paths.metrics),
        store.read_table(paths.listeners) if paths.listeners.exists() else None,
    )
    tolerance = Tolerance(absolute=params.gate.tolerance_absolute, relative=params.gate.tolerance_relative)
    return compare(then, now, tolerance=tolerance, min_group=params.evaluate.min_group)


def markdown(comparison: Comparison) -> str:
    """Give table, note and reasons: text that reads well at a terminal and in a pull request."""
    rows = [
        (
            change.figure,
            "higher" if change.higher_is_better else "lower",
            _number(change.base),
            _number(change.now),
            _number(change.change, sign="+"),
            _interval(change),
            str(change.judgement),
        )
        for change in comparison.changes
    ]
    reasons = "\n".join(f"- {change.reason}" for change in comparison.regressions)
    return "\n\n".join(part for part in (_table(rows), comparison.note, reasons) if part)


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in (HEAD, *rows)) for column in range(len(HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (HEAD, *rows)
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _interval(change: Change) -> str:
    if change.interval is None:
        return "-"
    low, high = change.interval
    return f"{'' if change.paired else '~ '}{low:+.4f} to {high:+.4f}"


def _number(value: float | None, sign: str = "") -> str:
    return "-" if value is None else f"{value:{sign}.4f}"


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
