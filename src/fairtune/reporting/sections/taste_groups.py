"""Section: listeners by taste: how many, what they play, and how well they are served."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fairtune.columns import TASTE
from fairtune.evaluation.gate.metrics_file import branch
from fairtune.reporting.charts import plots
from fairtune.reporting.charts.plots import Mark, Panel
from fairtune.reporting.charts.svg import MODEL, OTHER
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import Estimate, Group, estimate, groups
from fairtune.reporting.elements.section import Exhibit, Section, Table
from fairtune.reporting.sections import listeners
from fairtune.reporting.sections.providers import LEAST

_LONGEST: Final = 34  # letters of a name beside a mark; the tables have all
_LISTED: Final = 5


def section(
    metrics: Mapping[str, Any], tastes: Mapping[str, Any], *, items: str, min_group: int
) -> Section | None:
    """Show groups by size and quality, and what each plays more than others; None if there are none."""
    described: Sequence[Mapping[str, Any]] = tastes.get("groups", ())
    if not described:
        return None
    measures = branch(metrics, "fairness", "listeners", TASTE)
    exhibit = _exhibit(described, measures, items=items, min_group=min_group)
    return Section(
        name="tastes",
        title="What kinds of listeners there are",
        short="Tastes",
        lead=(
            "The model places listeners who play alike near to one another. Here they are put into groups by "
            "that place, and each group is named by what it plays more than everybody else does."
        ),
        exhibits=(exhibit,) if exhibit else (),
        tables=(
            ("What each group plays more than all others, as shares of listening", _affinities(described)),
        ),
        notes=_notes(tastes),
    )


def _exhibit(
    described: Sequence[Mapping[str, Any]], measures: Mapping[str, Any], *, items: str, min_group: int
) -> Exhibit | None:
    recall = {group.name: group for group in groups(branch(measures, "eo@10"), min_group=min_group)}
    ndcg = {group.name: group for group in groups(branch(measures, "dp_ndcg@10"), min_group=min_group)}
    names = [group["name"] for group in described]
    found = [recall[name] for name in names if name in recall]
    if not found:
        return None
    sizes = {group["name"]: Estimate(float(group["n"])) for group in described}
    factor, unit = numbers.rate_unit(group.rate.value for group in found)
    scaled = {group.name: group.rate.scaled(factor) for group in found}
    panels = (
        _panel("Listeners", sizes, names, numbers.count, colour=OTHER),
        _panel(
            f"Found, {unit}\nplayed later",
            scaled,
            names,
            numbers.to_digits(rate.value for rate in scaled.values()),
        ),
        _panel("nDCG@10", {name: group.rate for name, group in ndcg.items()}, names, numbers.plain),
    )
    reading = listeners.reading(TASTE, found, items)
    title = "Size and quality by taste"
    return Exhibit(
        name="tastes-groups",
        title=title,
        reading=reading,
        picture=plots.intervals(
            panels,
            name="tastes-groups",
            alt=f"{title}: number of listeners, recall and nDCG of each group, with intervals. {reading}",
        ),
        table=_numbers(panels, names, recall, measures),
    )


def _panel(
    title: str, figures: Mapping[str, Estimate], names: Sequence[str], show: Any, *, colour: str = MODEL
) -> Panel:
    marks = tuple(Mark(_short(labels.group(TASTE, name)), figures.get(name)) for name in names)
    return Panel(title=title, marks=marks, show=show, colour=colour)


def _numbers(
    panels: Sequence[Panel], names: Sequence[str], found: Mapping[str, Group], measures: Mapping[str, Any]
) -> Table:
    rows = []
    for at, name in enumerate(names):
        label = labels.group(TASTE, name)
        if name in found and not found[name].compared:
            label += " (not compared)"
        rows.append((label, *(numbers.interval(panel.marks[at].figure, panel.show) for panel in panels)))
    ratios = (estimate(measures, measure, "ratio") for measure in ("eo@10", "dp_ndcg@10"))
    rows.append((LEAST, "", *(numbers.interval(ratio, numbers.tenths) for ratio in ratios)))
    return Table(columns=("group", *(panel.title.replace("\n", " ") for panel in panels)), rows=tuple(rows))


def _affinities(described: Sequence[Mapping[str, Any]]) -> Table:
    typed = any(group["types"] for group in described)
    columns = ("group", "share of listeners", *(("music types",) if typed else ()), "typical artists")
    rows = tuple(
        (
            labels.group(TASTE, group["name"]),
            numbers.percent(group["share"]),
            *((_types(group["types"]),) if typed else ()),
            ", ".join(artist["name"] for artist in group["artists"][:_LISTED]),
        )
        for group in described
    )
    return Table(columns=columns, rows=rows, prose=True)


def _types(affinities: Sequence[Mapping[str, Any]]) -> str:
    """Name the types with how much of the group's listening they are, and of that of all others."""
    return ", ".join(
        f"{its['name']} ({numbers.percent(its['share'])} against {numbers.percent(its['elsewhere'])})"
        for its in affinities[:_LISTED]
        if its["sure"]
    )


def _notes(tastes: Mapping[str, Any]) -> tuple[str, ...]:
    stability = tastes.get("stability", {})
    if not stability:
        return ()
    best = max(stability, key=lambda number: (stability[number], -int(number)))
    numbered = f"{min(stability, key=int)} to {max(stability, key=int)}"
    found_again = (
        f"From {numbered} groups were tried; {best} are found again best when two halves of the listeners "
        f"are grouped apart: they agree by {stability[best]:.2f} (0: as by chance; 1: wholly). "
        "Borders between groups help to read; they are no facts about people."
    )
    made_anew = (
        "Groups are made of what listeners play outside the hidden part, and anew with every fit. So other "
        "revisions of the model have other groups, and aren't compared by them."
    )
    return found_again, made_anew


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1].rstrip(" ,") + "\N{HORIZONTAL ELLIPSIS}"
