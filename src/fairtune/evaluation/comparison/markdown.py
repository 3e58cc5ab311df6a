"""A comparison as Markdown: text that reads well at a terminal and in a pull request."""

from collections.abc import Sequence

from fairtune.evaluation.comparison.compare import Change, Comparison

HEAD = ("figure", "better", "before", "now", "change", "its interval", "judgement")


def markdown(comparison: Comparison) -> str:
    """Return the table, the note and the reasons of regressions, with a blank line between."""
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
