"""`fairtune benchmark`: our models beside published ones, or on a split of the user's own."""

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from fairtune.errors import BadRequest
from fairtune.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Mapping

PIPED_WIDTH = 150  # columns, where no terminal says how wide it is


@click.command()
@click.argument("name")
@click.option(
    "--seeds", type=click.IntRange(1, 100), default=5, show_default=True, help="Splits and fits to average."
)
@click.option(
    "--trials", type=click.IntRange(1, 1000), default=24, show_default=True, help="Trials of each search."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a Markdown table.")
def benchmark(name: str, *, seeds: int, trials: int, as_json: bool, as_markdown: bool) -> None:
    """Compare our models with published ones, or with one another on a given split.

    NAME is recbole-lastfm, the social recommendation table of RecBole-GNN, or a data set of params.yaml whose
    interactions have a `split` column. The result is also written to reports/benchmarks/NAME.json.
    """
    from fairtune import params, store
    from fairtune.benchmark import protocol, race
    from fairtune.progress import steps

    if as_json and as_markdown:
        raise BadRequest("benchmark: give --json or --markdown, not both")
    root = params.project_root()
    os.chdir(root)
    chosen = protocol.named(name, params.load(root))
    first = chosen.split(0)
    total = race.fits(len(first.blocks), seeds=seeds, trials=trials)
    with steps("benchmark", total=total) as finished:
        entries = race.run(
            chosen.split, seeds=range(seeds), trials=trials, threads=os.cpu_count() or 1, finished=finished
        )
    result = {
        "benchmark": name,
        "target": str(first.target),
        "listeners": len(first.listeners),
        "items": len(first.columns[first.target]),
        "seeds": seeds,
        "trials": trials,
        "published": [row.to_json() for row in chosen.published],
        "ours": [entry.to_json() for entry in entries],
    }
    store.write_json(Paths(name).benchmark, result)
    if as_json:
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        _show(result, as_markdown=as_markdown)


def _show(result: "Mapping[str, Any]", *, as_markdown: bool) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    from fairtune.benchmark import table

    if as_markdown:
        click.echo(table.markdown(result))
        return
    shown = Table(title=result["benchmark"], title_justify="left", box=SIMPLE, caption=table.caption(result))
    for column in table.HEAD:
        shown.add_column(column, no_wrap=True)
    for row in table.rows(result):
        shown.add_row(*row)
    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(shown)
