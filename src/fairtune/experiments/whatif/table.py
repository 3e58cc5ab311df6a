"""`fairtune whatif` for people: tables before and after, and who loses."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairtune import console
from fairtune.experiments.whatif import losers
from fairtune.reporting.elements import labels, numbers

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


def show(result: Mapping[str, Any]) -> None:
    """Print what was asked for, the figures, the groups, and the losers."""
    terminal = console.stdout(piped_width=console.NARROW)
    terminal.print(Text(f"{result['dataset']}: what if {result['question']}?"), style="bold", highlight=False)
    terminal.print(_asked(result["bounds"]))
    terminal.print(_figures(result["figures"]))
    terminal.print(_groups(result["providers"]))
    losing = losers.sentences(result, result["target"])
    _print(terminal, "\nWho loses:" if losing else "\nNobody loses by more than chance.")
    for sentence in losing:
        _print(terminal, f"  {sentence}")
    _print(
        terminal,
        "The multipliers were chosen on the validation part, with the fit on train; all other figures are of "
        "the test part, with the fit on train and validation. Changes with the 95 % interval of the paired "
        "difference.",
    )
    _print(terminal, f"Picture: {result['picture']}")


def _print(terminal: Console, line: str) -> None:
    terminal.print(Text(line), highlight=False)


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    columns = [console.Column(column, right=number > 0, fold=True) for number, column in enumerate(head)]
    return console.table(title, columns, rows)


def _asked(bounds: Sequence[Mapping[str, Any]]) -> Table:
    rows = [
        (
            one["asked"],
            *(_number(one["validation"][when]) for when in ("before", "after")),
            *(_number(one["test"][when]) for when in ("before", "after")),
            "yes" if one["kept_on_test"] else "no",
        )
        for one in bounds
    ]
    head = ("", "validation: before", "after", "test: before", "after", "kept on test")
    return _table("\nAsked for", head, rows)


def _figures(figures: Mapping[str, Mapping[str, Any]]) -> Table:
    rows = []
    for name, figure in figures.items():
        measure, _, grouping = name.partition(".")
        label = LABELS.get(name) or f"{MEASURES[measure]}, {labels.grouping(grouping)}"
        change = figure["change"]
        around = "" if change["low"] in (None, change["high"]) else _interval(change)
        moved = numbers.signed(change["value"]) + around
        rows.append((label, *(_number(figure[when]["value"]) for when in ("before", "after")), moved))
    return _table("\nFigures", ("", "before", "after", "change"), rows)


def _groups(providers: Mapping[str, Mapping[str, Any]]) -> Table:
    rows = []
    for kind, groups in providers.items():
        for name, group in groups.items():
            rows.append(
                (
                    f"{labels.grouping(kind)}: {labels.group(kind, name)}",
                    *(_share(group["places"][when]["value"]) for when in ("before", "after")),
                    *(_share(group["found"][when]["value"]) for when in ("before", "after")),
                )
            )
    head = ("", "of the places: before", "after", "of what is played next, found: before", "after")
    return _table("\nGroups of items", head, rows)


def _number(value: float | None) -> str:
    return "-" if value is None else numbers.plain(value)


def _share(value: float | None) -> str:
    return "-" if value is None else numbers.tenths(value)


def _interval(change: Mapping[str, float]) -> str:
    return f" ({numbers.signed(change['low'])} to {numbers.signed(change['high'])})"
