"""What a run of the pipeline came to: figures, gates, champion and where the report is."""

import os
from collections.abc import Sequence

from fairtune import store, summary
from fairtune.gates import Verdict
from fairtune.paths import Paths


def show(paths: Paths, *, gates: bool) -> None:
    """Print the headline figures, the gates if wanted, the champion, and the path of the report."""
    metrics, verdict = store.read_json(paths.metrics), Verdict.from_json(store.read_json(paths.verdict))
    _print_table(
        summary.FIGURES_HEAD, summary.figures(metrics), title=f"{paths.dataset}: figures on the test part"
    )
    if gates:
        _print_table(summary.GATES_HEAD, summary.gates(verdict), title=f"{paths.dataset}: gates")
    passed = len(verdict.gates) - len(verdict.failed)
    print(f"gates:    {passed} of {len(verdict.gates)} passed")
    if verdict.passed and paths.registration.exists():
        receipt = store.read_json(paths.registration)
        print(f"champion: {receipt['model']} version {receipt['version']}")
    print(f"report:   {paths.report}")


def forget_lost_registration(paths: Paths) -> None:
    """Remove the receipt of a registration whose registry is gone, so that it happens again."""
    if not os.environ.get("MLFLOW_TRACKING_URI") and not (paths.root / "mlflow.db").exists():
        paths.registration.unlink(missing_ok=True)


def _print_table(head: Sequence[str], rows: summary.Rows, *, title: str) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=title, title_justify="left", box=SIMPLE)
    for column in head:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    console.print(table)
