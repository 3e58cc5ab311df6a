"""`fairtune whatif` for people: tables before and after, and who loses."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairtune import console
from fairtune.experiments.whatif import losers, rows


def show(result: Mapping[str, Any]) -> None:
    """Print what was asked for, the figures, the groups, and the losers."""
    terminal = console.stdout(piped_width=console.NARROW)
    terminal.print(Text(f"{result['dataset']}: what if {result['question']}?"), style="bold", highlight=False)
    terminal.print(_table("\nAsked for", rows.BOUNDS, rows.bounds(result["bounds"])))
    terminal.print(_table("\nFigures", rows.FIGURES, rows.figures(result["figures"])))
    terminal.print(_table("\nGroups of items", rows.GROUPS, rows.groups(result["providers"])))
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


def _table(title: str, head: Sequence[str], lines: Iterable[Sequence[str]]) -> Table:
    """Return a table whose first column names the row."""
    columns = [
        console.Column(column, right=number > 0, fold=True) for number, column in enumerate(("", *head))
    ]
    return console.table(title, columns, list(lines))
