"""The answer to a what-if question as rows of text, for tables at the terminal and on pages."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fairtune.reporting.elements import labels, numbers

Row = tuple[str, ...]
LABELS: Final = {
    "ndcg@10": "nDCG@10",
    "recall@10": "recall@10",
    "hit@10": "hit rate@10",
    "novelty@10": "novelty@10, bits",
    "diversity@10": "diversity@10",
    "coverage@10": "coverage@10",
    "gini@10": "Gini@10",
}
MEASURES: Final = {"dp": "DP disparity", "eo": "EO disparity"}
BOUNDS: Final = ("validation: before", "after", "test: before", "after", "kept on test")
FIGURES: Final = ("before", "after", "change")
GROUPS: Final = ("of the places: before", "after", "of what is played next, found: before", "after")


def bounds(asked: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """Yield a row for each bound: what is asked, and columns `BOUNDS`."""
    for one in asked:
        values = (_number(one[part][when]) for part in ("validation", "test") for when in ("before", "after"))
        yield (one["asked"], *values, "yes" if one["kept_on_test"] else "no")


def figures(by_name: Mapping[str, Mapping[str, Any]]) -> Iterator[Row]:
    """Yield a row for each figure of all lists: its name, and columns `FIGURES`."""
    for name, figure in by_name.items():
        measure, _, grouping = name.partition(".")
        label = LABELS.get(name) or f"{MEASURES[measure]}, {labels.grouping(grouping)}"
        change = figure["change"]
        around = "" if change["low"] in (None, change["high"]) else _interval(change)
        values = (_number(figure[when]["value"]) for when in ("before", "after"))
        yield (label, *values, numbers.signed(change["value"]) + around)


def groups(providers: Mapping[str, Mapping[str, Any]]) -> Iterator[Row]:
    """Yield a row for each group of items: its name, and columns `GROUPS`."""
    for kind, by_name in providers.items():
        for name, group in by_name.items():
            values = (
                _share(group[what][when]["value"])
                for what in ("places", "found")
                for when in ("before", "after")
            )
            yield (f"{labels.grouping(kind)}: {labels.group(kind, name)}", *values)


def _number(value: float | None) -> str:
    return "-" if value is None else numbers.plain(value)


def _share(value: float | None) -> str:
    return "-" if value is None else numbers.tenths(value)


def _interval(change: Mapping[str, float]) -> str:
    return f" ({numbers.signed(change['low'])} to {numbers.signed(change['high'])})"
