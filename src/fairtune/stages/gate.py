"""Stage `gate`: print the verdict; a broken limit ends the run with exit code 1."""

import sys

from fairtune import store
from fairtune.errors import LimitBroken
from fairtune.gates import GateResult, Verdict
from fairtune.params import DatasetParams
from fairtune.paths import Paths

PIPED_WIDTH = 150  # columns, where no terminal says how wide it is


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:  # noqa: ARG001 - one form
    verdict = Verdict.from_json(store.read_json(paths.verdict))
    show(verdict, title=f"Verdict on {paths.dataset}")
    paths.passed.unlink(missing_ok=True)  # of an earlier verdict
    if not verdict.passed:
        names = "; ".join(gate.name for gate in verdict.failed)
        raise LimitBroken(
            f"{len(verdict.failed)} of {len(verdict.gates)} gates failed: {names}. "
            f"Nothing will be registered; see {paths.report}"
        )
    store.write_json(paths.passed, {"gates": len(verdict.gates), "passed": True})
    print(f"{len(verdict.gates)} of {len(verdict.gates)} gates passed")


def show(verdict: Verdict, *, title: str) -> None:
    """Print one row a gate: result, name, figure, interval, limit, reason."""
    from rich.box import ASCII2, ROUNDED
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    terminal = sys.stdout.isatty()
    table = Table(title=title, title_justify="left", box=ROUNDED if terminal else ASCII2, show_lines=True)
    for column in ("", "gate"):
        table.add_column(column, no_wrap=column == "")
    for column in ("figure", "95 % interval", "limit"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("reason")
    for gate in verdict.gates:
        mark = "[green]pass[/]" if gate.passed else "[bold red]FAIL[/]"
        table.add_row(
            mark,
            escape(gate.name),
            _number(gate.value),
            _interval(gate),
            _number(gate.limit),
            escape(gate.reason),
        )
    Console(file=sys.stdout, width=None if terminal else PIPED_WIDTH).print(table)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(gate: GateResult) -> str:
    return "-" if gate.low is None or gate.high is None else f"{gate.low:.3f} to {gate.high:.3f}"
