"""Exhibit: what each influencer brings, measured by leaving it out."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fairtune.evaluation.gate.metrics_file import branch
from fairtune.reporting.charts import plots
from fairtune.reporting.charts.plots import Mark, Panel
from fairtune.reporting.elements import labels as elements_labels
from fairtune.reporting.elements import numbers
from fairtune.reporting.elements.estimates import Estimate, estimate
from fairtune.reporting.elements.section import Exhibit, Table

_MEASURES: Final = (
    ("ndcg@10", "Lists: nDCG@10 changes by,\nbelow 0: it was of use"),
    ("rmse", "Guesses: RMSE changes by,\nabove 0: it was of use"),
)


class _LeftOut(NamedTuple):
    influencer: str
    changes: dict[str, Estimate | None]  # measure -> figure without the influencer minus figure with it
    figures: dict[str, Estimate | None]


def exhibit(metrics: Mapping[str, Any]) -> Exhibit | None:
    """Show how nDCG@10 and RMSE change when one influencer is left out; None if nothing was left out.

    What can't be left out has no figure: lists of music types aren't made without music types.
    """
    left_out = branch(metrics, "ablation")
    measures = [
        (key, title)
        for key, title in _MEASURES
        if any(estimate(left_out, name, f"{key}_change") for name in left_out)
    ]
    rows = []
    for name in left_out:
        changes = {key: estimate(left_out, name, f"{key}_change") for key, _ in measures}
        if any(changes.values()):
            rows.append(_LeftOut(name, changes, {key: estimate(left_out, name, key) for key, _ in measures}))
    if not measures or not rows:
        return None
    reading = _reading(rows)
    labels = [f"without {elements_labels.influencer(row.influencer)}" for row in rows]
    panels = [
        Panel(
            title,
            tuple(Mark(label, row.changes[key]) for label, row in zip(labels, rows, strict=True)),
            numbers.signed,
            reference=(0.0, "no change"),
            from_zero=False,
        )
        for key, title in measures
    ]
    return Exhibit(
        name="ablation",
        title="What each influencer brings",
        reading=reading,
        picture=plots.intervals(panels, name="ablation", alt=f"Change without each influencer. {reading}"),
        table=_table(rows, labels, [key for key, _ in measures]),
    )


def _harm(measure: str, change: Estimate) -> float:
    """Return how much worse a figure gets by leaving the influencer out."""
    return change.value if measure == "rmse" else -change.value


def _matters(change: Estimate) -> bool:
    """Return whether the interval of the change leaves out 0."""
    return change.low is not None and change.high is not None and not change.low <= 0 <= change.high


def _reading(rows: list[_LeftOut]) -> str:
    harmed: list[str] = []
    helped: list[str] = []
    alike: list[str] = []
    for row in rows:
        name = elements_labels.influencer(row.influencer)
        certain = {key: change for key, change in row.changes.items() if change and _matters(change)}
        worse = [_in_words(key, change) for key, change in certain.items() if _harm(key, change) > 0]
        better = [_in_words(key, change) for key, change in certain.items() if _harm(key, change) < 0]
        harmed += [f"Without {name} {numbers.listed(worse)}."] if worse else []
        helped += [f"Without {name} {numbers.listed(better)}, for the better."] if better else []
        alike += [] if certain else [name]
    if alike:
        same = f"Leaving out {numbers.listed(alike)} changes nothing that could be told from chance."
        return " ".join([*harmed, *helped, same])
    return " ".join([*harmed, *helped])


def _in_words(measure: str, change: Estimate) -> str:
    amount = numbers.plain(abs(change.value))
    if measure == "rmse":
        return f"the error of predictions (RMSE) {'grows' if change.value > 0 else 'shrinks'} by {amount}"
    return f"lists {'gain' if change.value > 0 else 'lose'} {amount} of nDCG@10"


def _table(rows: list[_LeftOut], labels: list[str], measures: list[str]) -> Table:
    names = {"rmse": "RMSE", "ndcg@10": "nDCG@10"}
    cells = tuple(
        (
            label,
            *(
                cell
                for key in measures
                for cell in (
                    numbers.interval(row.figures[key]),
                    numbers.interval(row.changes[key], numbers.signed),
                )
            ),
        )
        for label, row in zip(labels, rows, strict=True)
    )
    columns = [column for key in measures for column in (names[key], f"change of {names[key]}")]
    return Table(("left out", *columns), cells)
