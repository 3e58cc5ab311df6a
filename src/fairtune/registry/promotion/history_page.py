"""`history.html`: who made which version champion, when and why, as one page for people who write no code."""

from typing import TYPE_CHECKING, Any

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.registry.client import connection
from fairtune.registry.client.actor import who
from fairtune.registry.promotion import history
from fairtune.reporting.elements import template

if TYPE_CHECKING:
    from fairtune.registry.promotion.history import ModelHistory, Row


def write(described: "ModelHistory", paths: Paths) -> None:
    """Write the page; the same history gives the same text."""
    files.write_text(paths.history, render(described, dataset=paths.dataset))


def renew(model: str, paths: Paths) -> None:
    """Write the page of a model from the registry, if there is one."""
    if not connection.exists(paths.root):
        return
    with connection.connected(paths.root) as client:
        write(history.describe(client, model, who=who(paths.root)), paths)


def render(described: "ModelHistory", *, dataset: str) -> str:
    return template.fill("history.html.j2", page=_content(described, dataset))


def _content(described: "ModelHistory", dataset: str) -> dict[str, Any]:
    rows = described.rows()
    last = described.history.last
    number = described.history.standing.champion
    by = next((row for row in rows if last is not None and row.number == last.number), None)
    forced = by is not None and by.forced
    return {
        "title": f"Who is champion of {dataset}, and why",
        "kicker": f"History of {described.model}, as the registry keeps it",
        "calm": not forced and not described.notes,
        "status": "No version is champion" if number is None else f"Version {number} is champion",
        "headline": _headline(by),
        "aliases": [
            {"alias": alias, "number": number} for alias, number in sorted(described.aliases.items())
        ],
        "notes": described.notes,
        "events": [_event(row) for row in reversed(rows)],
        "footer": (
            "Written by fairtune. Each event is a version of "
            f"{described.model}.moves in the registry; numbers give the order, and times are those of the "
            "machine that acted."
        ),
    }


def _headline(by: "Row | None") -> str:
    if by is None:
        return "No move was recorded yet."
    return f"The last move that counts is number {by.number}: {by.what} ({_arrow(by)}) by {by.who}: {by.why}."


def _event(row: "Row") -> dict[str, Any]:
    return {
        "calm": row.counts and not row.forced and not row.refused,
        "title": f"{row.number}. {_arrow(row)}",
        "word": row.what,
        "sentences": [f"{row.who}: {row.why}", *row.checks],
        "when": row.when.removesuffix("Z").replace("T", " "),
    }


def _arrow(row: "Row") -> str:
    return row.versions.replace("->", "\N{RIGHTWARDS ARROW}")
