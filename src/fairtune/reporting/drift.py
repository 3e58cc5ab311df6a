"""The page about drift: whether new data is like the champion's, for people who write no code."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from fairtune.errors import percent
from fairtune.reporting.charts import plots
from fairtune.reporting.charts.svg import MODEL, SOFT
from fairtune.reporting.elements import numbers, template
from fairtune.reporting.elements.estimates import Estimate
from fairtune.reporting.elements.section import Exhibit, Section, Table
from fairtune.validation.drift import messages, sampling_noise
from fairtune.validation.drift.detection import ColumnDrift, Drift, Moved, State
from fairtune.validation.drift.measures import NAMES, Measure

PICTURES: Final = 6
"""Columns with a picture, those furthest beyond their limits, or closest to them."""
_NAMED: Final = 3
"""Values named in one sentence."""

_TITLES: Final = {
    ("plays", "pairs"): "How often somebody plays an item",
    ("items per listener", "listeners"): "How many items a listener plays",
    ("listeners per item", "items"): "How many listeners an item has",
    ("age", "listeners"): "Age of the listeners",
    ("signup", "listeners"): "When listeners signed up",
    ("time", "pairs"): "When something was played",
}
_OF: Final = {
    "pairs": "listener-item pairs",
    "plays": "plays",
    "listeners": "listeners",
    "items": "items",
    "rows": "rows",
}
_STATES: Final = {State.STOP: "stops the run", State.WARNING: "warning", State.FINE: "within its limits"}
_MEASURES: Final = (
    (
        "Population stability index (PSI): for amounts, counted in bins. Below 0.1 is usually taken as no "
        "change to speak of, above 0.25 as a shift."
    ),
    (
        "Jensen-Shannon distance: for names such as artists or countries. 0 says that all shares are equal, "
        "1 that nothing is left of what there was. The 200 largest of either side are compared one by one, "
        "the others as one."
    ),
    "Unknown: how far the share of which something isn't known has moved.",
    "Rows: how much longer or shorter a table has become, as a share of what it was.",
    (
        "Chance: two samples of the very same listeners differ too, the more so the fewer they are and the "
        "more some of them play. How far is measured by dividing the listeners into halves at random; in "
        f"{100 * sampling_noise.LEVEL:.0f} of 100 cases it is at most the figure given. The limits are on "
        "what lies beyond that."
    ),
)


class _Light(NamedTuple):
    state: str
    title: str
    word: str
    sentence: str
    figure: str
    limit: str


def render(drift: Drift, *, dataset: str) -> str:
    """Write the page; the same drift gives the same text."""
    return template.fill("drift.html.j2", page=_content(drift, dataset))


def _content(drift: Drift, dataset: str) -> dict[str, Any]:
    beyond = [column for column in drift.columns if column.state is not State.FINE]
    sections = (_pictures(drift), _all(drift))
    return {
        "title": f"Is the new data of {dataset} like the champion's?",
        "kicker": f"Tables of {dataset} and of its champion, version {drift.version} of {drift.model}",
        "state": str(drift.state),
        "status": _status(drift),
        "headline": _headline(drift),
        "lights": [_light(column) for column in beyond],
        "sections": [section for section in sections if section],
        "footer": "Written by fairtune. Every number on this page comes from drift.json beside it.",
    }


def _status(drift: Drift) -> str:
    count = len(drift.those(drift.state))
    those = f"{count} column is" if count == 1 else f"{count} columns are"
    match drift.state:
        case State.STOP:
            return f"Stopped: {those} too far from the champion's"
        case State.WARNING:
            return f"Goes on with a warning: {those} further from the champion's than usual"
    return "Like the champion's: no column is beyond a limit"


def _headline(drift: Drift) -> str:
    match drift.state:
        case State.STOP:
            return (
                "Nothing was trained on this data, and the champion stays in use. If something went wrong on "
                "the way, repair it, or withdraw it (fairtune ingest-events --withdraw), and run again. If "
                "the world has changed, raise the limit that is named below in params.yaml and run again: "
                "later data is compared with the next champion's."
            )
        case State.WARNING:
            return (
                "A model is trained on this data and judged as always. "
                "Look whether what moved was to be expected."
            )
    return "What listeners play, and who they are, is much the same as when the champion was trained."


def _title(column: ColumnDrift) -> str:
    if column.measure is Measure.ROWS:
        return f"Rows of the table {column.column}"
    if column.measure is Measure.UNKNOWN:
        return f"Unknown: {column.column}, of {_OF.get(column.of, column.of)}"
    titled = _TITLES.get((column.column, column.of))
    return titled or f"{numbers.sentence(column.column)}, as shares of {_OF.get(column.of, column.of)}"


def _light(column: ColumnDrift) -> _Light:
    key = f"validate.drift.{column.measure}.{'stop' if column.state is State.STOP else 'warn'}"
    return _Light(
        str(column.state),
        _title(column),
        _STATES[column.state],
        "; ".join(_moved(column, value) for value in column.moved[:_NAMED]),
        messages.number(column.distance),
        f"limit {messages.number(messages.limit(column))} ({key})",
    )


def _moved(column: ColumnDrift, value: Moved) -> str:
    return messages.moved(column, value).replace("->", "\N{RIGHTWARDS ARROW}")


def _pictures(drift: Drift) -> Section | None:
    moved = [column for column in drift.columns if any(value.before != value.after for value in column.moved)]
    shares = [column for column in moved if column.measure in (Measure.PSI, Measure.JS)][:PICTURES]
    unknown = [column for column in moved if column.measure is Measure.UNKNOWN][:PICTURES]
    exhibits = [_exhibit(column, f"moved-{position}") for position, column in enumerate(shares)]
    if unknown:
        exhibits.append(_unknown(unknown))
    if not exhibits:
        return None
    return Section(
        name="moved",
        title="What moved most",
        short="What moved",
        lead=(
            "Shares when the champion was trained, and now: "
            "of each column the values that most of its distance comes from."
        ),
        exhibits=tuple(exhibits),
    )


def _exhibit(column: ColumnDrift, name: str) -> Exhibit:
    reading = (
        f"{numbers.sentence(NAMES[column.measure])} {messages.number(column.raw)}, beyond chance "
        f"{messages.number(column.distance)}: {_STATES[column.state]}. "
        f"Most of it comes from {_moved(column, column.moved[0])}."
    )
    return _beside([(value.value, value) for value in column.moved], name, _title(column), reading)


def _unknown(columns: Sequence[ColumnDrift]) -> Exhibit:
    """Show the shares of unknowns of several columns in one picture."""
    named = [(f"{numbers.sentence(column.column)}, of {column.of}", column.moved[0]) for column in columns]
    column = columns[0]
    reading = (
        f"Furthest from what it was: {messages.name(column)}, {_moved(column, column.moved[0])}, "
        f"{_STATES[column.state]}."
    )
    return _beside(named, "moved-unknown", "Of how much something isn't known", reading)


def _beside(values: Sequence[tuple[str, Moved]], name: str, title: str, reading: str) -> Exhibit:
    """Draw shares before and now, a bunch of two bars for each value."""
    before = tuple(Estimate(value.before) for _, value in values)
    after = tuple(Estimate(value.after) for _, value in values)
    return Exhibit(
        name=name,
        title=title,
        reading=reading,
        picture=plots.bars(
            [_short(label) for label, _ in values],
            [plots.Bar("the champion's data", SOFT, before), plots.Bar("now", MODEL, after)],
            show=numbers.tenths,
            name=name,
            alt=f"{title}: bars of shares in the champion's data and now, for {len(values)} values.",
        ),
        table=Table(
            ("", "the champion's data", "now"),
            tuple((label, percent(value.before), percent(value.after)) for label, value in values),
        ),
    )


def _all(drift: Drift) -> Section:
    """List every column with its distance, what chance explains of it, and its limits."""
    rows = tuple(
        (
            _title(column),
            messages.number(column.raw),
            messages.number(column.chance),
            "too few to tell" if column.distance is None else messages.number(column.distance),
            messages.number(column.warn),
            messages.number(column.stop),
            _STATES[column.state],
        )
        for column in drift.columns
    )
    return Section(
        name="columns",
        title="All columns",
        short="All columns",
        lead="The columns that are closest to their limits, or beyond them, come first.",
        tables=(
            (
                "",
                Table(
                    ("column", "apart", "by chance", "beyond chance", "warning above", "stop above", "state"),
                    rows,
                ),
            ),
        ),
        notes=_MEASURES,
        notes_title="How to read this",
    )


def _short(label: str) -> str:
    """Keep labels beside bars short; the table below has them in full."""
    longest = 28
    return label if len(label) <= longest else f"{label[: longest - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"
