"""What a run of the pipeline came to: figures, gates, champion and where the report is."""

import os
import sys
from collections.abc import Mapping, Sequence

from fairtune import store, summary
from fairtune.gates import Verdict
from fairtune.paths import Paths
from fairtune.stages import gate


def show(paths: Paths, *, gates: bool) -> None:
    """Print the headline figures, the gates if wanted, the champion, and the path of the report."""
    verdict, figures = _verdict(paths), summary.figures(store.read_json(paths.metrics))
    _print_table(summary.FIGURES_HEAD, figures, title=f"{paths.dataset}: figures on the test part")
    if gates:
        gate.show(verdict, title=f"{paths.dataset}: gates")
    print(f"gates:    {len(verdict.gates) - len(verdict.failed)} of {len(verdict.gates)} passed")
    if verdict.passed and paths.registration.exists():
        receipt = store.read_json(paths.registration)
        print(f"champion: {receipt['model']} version {receipt['version']}")
    print(f"report:   {paths.report}")


def pages(paths: Paths) -> Mapping[str, str]:
    """Give verdict, figures and comparison as Markdown, a text each; none before there is a verdict."""
    if not (paths.verdict.exists() and paths.metrics.exists()):
        return {}
    report = f"The whole story: `{paths.report.resolve()}`"
    gates = summary.markdown(summary.GATES_HEAD, summary.gates(_verdict(paths)))
    figures = summary.markdown(summary.FIGURES_HEAD, summary.figures(store.read_json(paths.metrics)))
    told = {"verdict": f"{gates}\n\n{report}", "metrics": figures}
    if paths.comparison_page.exists():
        told["comparison"] = paths.comparison_page.read_text(encoding="utf-8")
    return told


def why_refused(paths: Paths, *, otherwise: str) -> str:
    """Give the reasons of the failed gates as one line, or why the champion stays, or `otherwise`."""
    if not paths.verdict.exists():
        return otherwise
    failed = _verdict(paths).failed
    if not failed and paths.comparison.exists():
        judged = store.read_json(paths.comparison)
        return otherwise if judged["passed"] else f"the champion stays: {judged['summary']}"
    return " ".join(f"{gate.name}: {gate.reason}" for gate in failed) or otherwise


def forget_lost_registration(paths: Paths) -> None:
    """Remove the receipt of a registration that the registry no longer holds, so that it happens again.

    For the default registry a look at its file is enough; a server is asked.
    """
    if not paths.registration.exists():
        return
    if os.environ.get("MLFLOW_TRACKING_URI"):
        from fairtune import registry

        receipt = registry.Receipt.from_json(store.read_json(paths.registration))
        held = registry.holds(receipt, root=paths.root)
    else:
        held = (paths.root / "mlflow.db").exists()
    if not held:
        paths.registration.unlink()


def _verdict(paths: Paths) -> Verdict:
    return Verdict.from_json(store.read_json(paths.verdict))


def _print_table(head: Sequence[str], rows: summary.Rows, *, title: str) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else gate.PIPED_WIDTH)
    table = Table(title=title, title_justify="left", box=SIMPLE)
    for column in head:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    console.print(table)
