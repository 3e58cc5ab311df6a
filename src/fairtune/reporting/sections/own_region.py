"""Exhibit: how much of the music of their own region listeners play, and how much of it they are shown."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fairtune.columns import OTHER, UNKNOWN
from fairtune.evaluation.gate.metrics_file import branch
from fairtune.reporting.charts import plots
from fairtune.reporting.charts.plots import Bar
from fairtune.reporting.charts.svg import MODEL, PLAYED
from fairtune.reporting.elements import labels as elements_labels
from fairtune.reporting.elements import numbers
from fairtune.reporting.elements.estimates import Estimate, estimate
from fairtune.reporting.elements.section import Exhibit, Table

SAME: Final = 0.05
"""Shown this much more or less than is played, and no more, is called as much."""


class _Home(NamedTuple):
    region: str
    listening: Estimate
    recommended: Estimate
    ratio: Estimate | None
    members: str


def exhibit(metrics: Mapping[str, Any]) -> Exhibit | None:
    """Show two bars for each region of listeners; None if none is known."""
    found = branch(metrics, "fairness", "own_region")
    rows = [row for key, facts in found.items() if key.endswith("@10") and (row := _home(key, facts))]
    if not rows:
        return None
    rows.sort(key=lambda row: (-row.listening.value, row.region))
    labels = [elements_labels.group("region", row.region) for row in rows]
    reading = _reading(rows)
    cells = tuple(
        (
            label,
            numbers.interval(row.listening, numbers.tenths),
            numbers.interval(row.recommended, numbers.tenths),
            numbers.interval(row.ratio),
            row.members,
        )
        for label, row in zip(labels, rows, strict=True)
    )
    series = [
        Bar("of what they play", PLAYED, tuple(row.listening for row in rows)),
        Bar("of what they are recommended", MODEL, tuple(row.recommended for row in rows)),
    ]
    return Exhibit(
        name="own-region",
        title="Music from the listener's own region",
        reading=reading,
        picture=plots.bars(
            labels,
            series,
            show=numbers.percent,
            name="own-region",
            alt=f"Share of music from the own region in listening and in recommendations. {reading}",
        ),
        table=Table(
            ("listeners from", "own music in listening", "in recommendations", "ratio", "members"), cells
        ),
    )


def _home(key: str, facts: Mapping[str, Any]) -> _Home | None:
    region = key.rpartition("@")[0]
    listening, recommended = (estimate(facts, f"share_{what}") for what in ("listening", "recommended"))
    if listening is None or recommended is None or region in {OTHER, UNKNOWN}:
        return None
    members = estimate(facts, "n")
    counted = numbers.count(members.value) if members else ""
    return _Home(region, listening, recommended, estimate(facts, "ratio"), counted)


def _reading(rows: list[_Home]) -> str:
    apart = {row: abs(row.recommended.value / row.listening.value - 1) for row in rows if row.listening.value}
    if not apart:
        return "Nobody was heard to play music from the own region."
    widest = max(apart, key=lambda row: (apart[row], row.region))
    if apart[widest] < SAME:
        return "All listeners are recommended music from their own region about as much as they play it."
    who = elements_labels.listener("region", widest.region)
    return (
        f"The widest gap: {who} play {numbers.percent(widest.listening.value)} music from "
        f"there, and {numbers.percent(widest.recommended.value)} of what they are recommended is."
    )
