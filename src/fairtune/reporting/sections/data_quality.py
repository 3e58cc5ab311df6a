"""Section: what the data is like, and what was checked before a model was built from it."""

from collections.abc import Mapping
from typing import Any, Final

from fairtune.columns import Table as TableName
from fairtune.evaluation.gate.metrics_file import branch
from fairtune.reporting.elements import numbers
from fairtune.reporting.elements.section import Section, Table

_TABLES: Final = {
    TableName.INTERACTIONS: "who played what",
    TableName.ITEMS: "what can be played",
    TableName.USERS: "listeners",
    TableName.ITEM_TYPES: "music types of items",
    TableName.FRIENDS: "friendships",
}
_KNOWN: Final = {"artist_region": "region of the artist", "music_types": "music types"}


def section(validation: Mapping[str, Any], about: Mapping[str, Any]) -> Section | None:
    """Summarise `validation.json` and `about.json`; None if neither says anything."""
    tables = (
        ("Tables and the rules they were checked by", _checks(validation, about)),
        ("Rules that are not kept, none of them serious enough to stop", _failures(validation)),
        ("How much of the music is described", _coverage(about)),
    )
    shown = tuple((caption, table) for caption, table in tables if table.rows)
    if not shown:
        return None
    return Section(
        name="quality",
        title="The data it learned from",
        short="Data",
        lead=_lead(validation),
        tables=shown,
        notes=_notes(about),
    )


def _lead(validation: Mapping[str, Any]) -> str:
    checked = (
        "Before a model is built, every table is checked by rules; breaking a serious one stops the run."
    )
    if "evaluated" in validation:
        kept = validation["evaluated"] - validation["failed"]
        checked += f" Here {numbers.count(kept)} of {numbers.count(validation['evaluated'])} rules are kept."
    return (
        f"{checked} If a model was in use before, its data is compared with this: drift.html, beside this "
        "page, shows how far they are apart."
    )


def _checks(validation: Mapping[str, Any], about: Mapping[str, Any]) -> Table:
    checked, counted = branch(validation, "tables"), branch(about, "rows")
    rows = []
    for name, title in _TABLES.items():
        found = branch(checked, name)
        count = found.get("rows", counted.get(name))
        if count is not None:
            rules = (
                f"{found['evaluated'] - found['failed']} of {found['evaluated']}" if found else "not checked"
            )
            rows.append((f"{title} ({name})", numbers.count(count), rules))
    return Table(("table", "rows", "rules kept"), tuple(rows))


def _failures(validation: Mapping[str, Any]) -> Table:
    rows = tuple(
        (f"{name}: {failure['rule']}", numbers.count(failure["count"]))
        for name, found in branch(validation, "tables").items()
        for failure in found["failures"]
    )
    return Table(("rule", "rows that break it"), rows)


def _coverage(about: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            _KNOWN.get(name, name),
            *(numbers.percent(known[part]) for part in ("items", "interactions", "plays")),
        )
        for name, known in branch(about, "coverage").items()
    )
    return Table(("known", "of items", "of listener-item pairs", "of plays"), rows)


def _notes(about: Mapping[str, Any]) -> tuple[str, ...]:
    facts = {"rows that could not be read, left out": about.get("rejected", 0), **branch(about, "notes")}
    return tuple(
        f"{numbers.sentence(name)}: {numbers.count(number)}." for name, number in facts.items() if number
    )
