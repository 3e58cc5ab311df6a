"""`fairtune benchmark`: our models beside published ones, or on a split of the user's own."""

import json
import os
from typing import TYPE_CHECKING, Any

import click

from fairtune import console
from fairtune.config.paths import Paths
from fairtune.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    from fairtune import files
    from fairtune.config import params
    from fairtune.experiments.benchmark import protocol, run

    if as_json and as_markdown:
        raise BadRequest("benchmark: give --json or --markdown, not both")
    root = params.project_root()
    os.chdir(root)
    chosen = protocol.named(name, params.load(root))
    first = chosen.split(0)
    total = run.fits(len(first.blocks), seeds=seeds, trials=trials)
    with console.steps("benchmark", total=total) as finished:
        entries = run.run(
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
    files.write_json(Paths(name).benchmark, result)
    if as_json:
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        _show(result, as_markdown=as_markdown)


def _show(result: "Mapping[str, Any]", *, as_markdown: bool) -> None:
    from fairtune.experiments.benchmark import table

    if as_markdown:
        click.echo(table.markdown(result))
        return
    columns = [console.Column(head, no_wrap=True) for head in table.HEAD]
    caption = table.caption(result)
    shown = console.table(result["benchmark"], columns, table.rows(result), look="ruled", caption=caption)
    console.stdout(piped_width=console.PIPED_WIDTH).print(shown)
