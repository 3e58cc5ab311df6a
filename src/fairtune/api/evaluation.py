"""Judging a model, or anybody's lists, by the test part of a matrix; and two of them against one another."""

import os
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd

from fairtune.api import defaults, frames
from fairtune.api.estimator import ALS
from fairtune.api.lists import RANK, read_lists, shown
from fairtune.columns import ITEM, USER, Part
from fairtune.config.sections import Evaluate
from fairtune.errors import BadRequest
from fairtune.evaluation.comparison import compare as comparison
from fairtune.evaluation.measure import evaluate as measure
from fairtune.matrix.matrix import Matrix
from fairtune.metrics import ranking, sparse_pairs
from fairtune.metrics.ranking import NOTHING, Lists, Rows
from fairtune.models.base import Scores

PRODUCT: Final = measure.PRODUCT
NOTE: Final = (
    "Intervals hold for all figures at once with 99 %. Paired ones come from the same {:,} listeners, "
    "resampled together; the others from the intervals of both sides, which makes them wider."
)


class Scoring(Protocol):
    """Any model that scores every column of the target."""

    def scores(self, listeners: Rows) -> Scores:
        """Score for rows of the matrix, (n,): float32, (n, n_columns), higher is better."""


@dataclass(frozen=True)
class Evaluation:
    """Every figure of a model on the test part, with 95 % intervals by resampling listeners.

    Attributes
    ----------
    figures
        Accuracy and what goes beyond it: figure ("ndcg@10", ...), value, low, high.
    groups
        A row a group of items or of listeners: of, grouping, measure, group, value, low, high, n, shares.
    spreads
        How far groups lie apart: of, grouping, measure, spread, value, low, high.
    known
        Share of the places that hold what the listener played before, 0..1: 0 unless a recommender forgot to
        leave it out.
    metrics
        The same as nested mappings, as in metrics.json.
    listeners
        A row a listener: their groups and their own figures.
    params
        How it was judged.
    """

    figures: pd.DataFrame
    groups: pd.DataFrame
    spreads: pd.DataFrame
    known: float
    metrics: dict[str, Any]
    listeners: pd.DataFrame
    params: Evaluate

    def __str__(self) -> str:
        """Return the figures of lists of ten as a table of text."""
        return f"{self._title}\n{self._headline.to_string(index=False, float_format='{:.4f}'.format)}"

    def _repr_html_(self) -> str:
        return frames.html(self._title, {"Figures": self._headline, "How far groups are apart": self.spreads})

    @property
    def _headline(self) -> pd.DataFrame:
        return self.figures[self.figures["figure"].str.endswith("@10")]

    @property
    def _title(self) -> str:
        known = f"; {self.known:.1%} of the places hold what is known already" if self.known else ""
        return f"{self.metrics['target']}: {self.metrics['n_listeners']:,} listeners, test part{known}"


@dataclass(frozen=True)
class Comparison:
    """Two evaluations side by side.

    Attributes
    ----------
    changes
        A row a figure: figure, before, after, change, low and high of the change (99 % for all figures at
        once), paired (the interval comes from the same listeners), and what it means: "better", "worse",
        "as chance may have it" or "the same".
    note
        Where the intervals come from.
    """

    changes: pd.DataFrame
    note: str

    def __str__(self) -> str:
        """Return the changes as a table of text."""
        return f"{self.changes.to_string(index=False, float_format='{:.4f}'.format)}\n{self.note}"

    def _repr_html_(self) -> str:
        return frames.html("Comparison", {self.note: self.changes})


def evaluate(
    model: Scoring | pd.DataFrame | Any,
    matrix: Matrix,
    *,
    seed: int = 0,
    threads: int | None = None,
    **chosen: Any,
) -> Evaluation:
    """Judge a model by the test part: ranking, and fairness between groups of items and of listeners.

    Parameters
    ----------
    model
        An `ALS` that was fitted on "train_valid"; any object with `scores(rows)`, which returns float32
        (len(rows), n_columns) for rows of `matrix.listeners` and columns of the target; or lists, in any form
        that `read_lists` takes.
    matrix
        From `build_matrix`.
    seed
        Of the resampling.
    threads
        Used to rank, 1 and above; by default all there are.
    **chosen
        Fields of `evaluate` in params.yaml: ks, fairness_ks, resamples, min_group, ...

    Returns
    -------
    Evaluation
        The same figures as the pipeline's stage `evaluate` has for the same lists.

    Raises
    ------
    BadRequest
        The model learned from what it would be judged by, or lists name listeners or items that the matrix
        doesn't have.
    """
    params = defaults.evaluate(**chosen)
    if isinstance(model, ALS) and model.part is not Part.TRAIN_VALID:
        raise BadRequest(
            f"evaluate: this ALS was fitted on '{model.part}': what is judged by the test part is "
            "fit(matrix, 'train_valid')"
        )
    known = matrix.block(matrix.target, Part.TRAIN_VALID)
    if hasattr(model, "scores"):
        lists = ranking.rank(model.scores, known, max(params.ks), threads=threads or os.cpu_count() or 1)
    else:
        lists = _lists(read_lists(model), matrix, max(params.ks))
    judged = measure.evaluate_lists(matrix, lists, params, seed=seed)
    fair = judged.metrics["fairness"]
    sides = (("items", "providers"), ("listeners", "listeners"))
    about = [(side, name, each) for side, key in sides for name, each in fair[key].items()]
    figures = [frames.row(each, figure=name) for name, each in judged.metrics["ranking"][PRODUCT].items()]
    filled = int((lists != NOTHING).sum())
    return Evaluation(
        figures=frames.floats(pd.DataFrame(figures)[["figure", *frames.ENDS]]),
        groups=_frame(row for of, name, each in about for row in frames.groups(each, of=of, grouping=name)),
        spreads=_frame(row for of, name, each in about for row in frames.spreads(each, of=of, grouping=name)),
        known=float(sparse_pairs.hits(lists, known).sum() / filled) if filled else 0.0,
        metrics=judged.metrics,
        listeners=judged.listeners,
        params=params,
    )


def compare(before: Evaluation, after: Evaluation) -> Comparison:
    """Compare two evaluations on the same matrix, over the same listeners.

    Parameters
    ----------
    before
        One evaluation.
    after
        The other.

    Returns
    -------
    Comparison
        Every headline figure, with an interval of the change: what `fairtune compare` says of two revisions.

    Raises
    ------
    BadRequest
        They were not judged by the same listening in the same way.
    """
    for fact in comparison.SAME_LISTENING:
        if before.metrics[fact] != after.metrics[fact]:
            raise BadRequest(
                f"compare: the evaluations differ in {fact} ({before.metrics[fact]} and "
                f"{after.metrics[fact]}): evaluate both on the same matrix with the same seed"
            )
    result = comparison.compare(
        comparison.Evaluated(before.metrics, before.listeners),
        comparison.Evaluated(after.metrics, after.listeners),
        tolerance=comparison.Tolerance(absolute=0, relative=0),
        min_group=before.params.min_group,
    )
    rows = [
        {
            "figure": change.figure.removeprefix(f"ranking.{PRODUCT}."),
            "before": change.base,
            "after": change.now,
            "change": change.change,
            "low": change.interval[0] if change.interval else None,
            "high": change.interval[1] if change.interval else None,
            "paired": change.paired,
            "means": _meaning(change),
        }
        for change in result.changes
    ]
    changes = frames.floats(pd.DataFrame(rows), "before", "after", "change", "low", "high")
    return Comparison(changes, NOTE.format(len(before.listeners)))


def _meaning(change: comparison.Change) -> str:
    if change.change is None or change.interval is None:
        return "can't be compared"
    if change.change == 0:
        return "the same"
    low, high = change.interval
    if low <= 0 <= high:
        return "as chance may have it"
    return "better" if (change.change > 0) == change.higher_is_better else "worse"


def _lists(listed: pd.DataFrame, matrix: Matrix, longest: int) -> Lists:
    """Return lists as columns of the target, a row a listener of the matrix, -1 where a list is shorter."""
    ids = {USER: pd.Index(matrix.listeners[USER]), ITEM: pd.Index(matrix.columns[matrix.target][ITEM])}
    listed = listed[listed[RANK] <= longest]
    places = {}
    for column, there in ids.items():
        places[column] = there.get_indexer(listed[column])
        if (places[column] < 0).any():
            strange = listed[column].to_numpy()[places[column] < 0][0]
            examples = ", ".join(map(str, there[:3]))
            raise BadRequest(
                f"evaluate: the matrix has no {column} {shown(strange)}; it has for example {examples}"
            )
    lists = np.full((len(matrix.listeners), longest), NOTHING, dtype=np.int32)
    lists[places[USER], listed[RANK].to_numpy() - 1] = places[ITEM]
    return lists


def _frame(rows: Any) -> pd.DataFrame:
    return frames.floats(pd.DataFrame(list(rows)))
