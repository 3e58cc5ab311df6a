"""Exhibit: what each influencer brings, told by leaving it out."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fairtune.report import charts, numbers, words
from fairtune.report.charts import Mark, Panel
from fairtune.report.exhibit import Exhibit, Table
from fairtune.report.reading import Estimate, branch, estimate

_MEASURES: Final = (
    ("ndcg@10", "Lists: nDCG@10 changes by,\nbelow 0: it was of use"),
    ("rmse", "Guesses: RMSE changes by,\nabove 0: it was of use"),
)


class _LeftOut(NamedTuple):
    influencer: str
    changes: dict[str, Estimate]  # measure -> figure without the influencer minus figure with it
    figures: dict[str, Estimate | None]


def exhibit(metrics: Mapping[str, Any]) -> Exhibit | None:
    """Show how nDCG@10 and RMSE change when one influencer is left out; None if nothing was left out."""
    found = branch(metrics, "ablation")
    there = [
        (key, title)
        for key, title in _MEASURES
        if any(estimate(found, name, f"{key}_change") for name in found)
    ]
    rows = []
    for name in found:
        changes = {key: estimate(found, name, f"{key}_change") for key, _ in there}
        if all(changes.values()):
            known = {key: change for key, change in changes.items() if change}
            rows.append(_LeftOut(name, known, {key: estimate(found, name, key) for key, _ in there}))
    if not there or not rows:
        return None
    first = there[0][0]
    rows.sort(key=lambda row: (_harm(first, row.changes[first]), row.influencer), reverse=True)
    reading = _reading(rows)
    labels = [f"without {words.influencer(row.influencer)}" for row in rows]
    panels = [
        Panel(
            title,
            tuple(Mark(label, row.changes[key]) for label, row in zip(labels, rows, strict=True)),
            numbers.signed,
            reference=(0.0, "no change"),
            from_zero=False,
        )
        for key, title in there
    ]
    return Exhibit(
        name="ablation",
        title="What each influencer brings",
        reading=reading,
        picture=charts.intervals(panels, name="ablation", alt=f"Change without each influencer. {reading}"),
        table=_table(rows, labels, [key for key, _ in there]),
    )


def _harm(measure: str, change: Estimate) -> float:
    """Tell how much worse a figure gets by leaving the influencer out."""
    return change.value if measure == "rmse" else -change.value


def _matters(change: Estimate) -> bool:
    """Tell whether the interval of the change leaves out 0."""
    return change.low is not None and change.high is not None and not change.low <= 0 <= change.high


def _reading(rows: list[_LeftOut]) -> str:
    of_use: list[tuple[str, list[str]]] = []
    of_no_use: list[str] = []
    for row in rows:
        worse = [
            _said(key, change)
            for key, change in row.changes.items()
            if _matters(change) and _harm(key, change) > 0
        ]
        name = words.influencer(row.influencer)
        if worse:
            of_use.append((name, worse))
        else:
            of_no_use.append(name)
    sentences = [f"Without {name} {numbers.listed(worse)}." for name, worse in of_use]
    if of_no_use:
        names = numbers.listed(of_no_use)
        sentences.append(f"Leaving out {names} makes nothing worse that could be told from chance.")
    return " ".join(sentences)


def _said(measure: str, change: Estimate) -> str:
    if measure == "rmse":
        return f"the error of guesses (RMSE) grows by {numbers.plain(change.value)}"
    return f"lists lose {numbers.plain(-change.value)} of nDCG@10"


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
