"""`fairtune repeat`: the pipeline under several seeds, and what its figures are on average."""

import json
import os
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import click

from fairtune import console
from fairtune.config.paths import Paths
from fairtune.errors import NotThere

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = ("figure", "mean", "standard deviation", "each seed")


@click.command()
@click.option("--dataset", required=True, help="A data set of params.yaml.")
@click.option("--seeds", type=click.IntRange(1, 100), default=3, show_default=True, help="How many splits.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def repeat(dataset: str, *, seeds: int, as_json: bool) -> None:
    """Split, search, fit and judge a data set anew with several seeds, and average the figures.

    The first seed is that of params.yaml, the next ones follow it. The result is also written to
    reports/benchmarks/DATASET-repeated.json.
    """
    from fairtune import files
    from fairtune.config import params
    from fairtune.experiments import repeated_splits

    root = params.project_root()
    os.chdir(root)
    everything, paths = params.load(root), Paths(dataset)
    chosen = everything.dataset(dataset)
    if not paths.about.exists():
        raise NotThere(f"repeat: {paths.tables} is missing: run `dvc repro validate@{dataset}` first")
    numbers = list(range(everything.seed, everything.seed + seeds))
    with redirect_stdout(sys.stderr):  # what stages print is no part of the result
        figures = [figure.to_json() for figure in repeated_splits.run(chosen, paths, seeds=numbers)]
    values = {figure["figure"]: figure["values"] for figure in figures}
    result = {
        "dataset": dataset,
        "seeds": numbers,
        "figures": figures,
        "advantage": {
            name: ratios
            for name in chosen.train.alternatives
            if (ratios := repeated_splits.advantage(values, name))
        },
    }
    files.write_json(paths.repeated, result)
    if as_json:
        click.echo(json.dumps(result, indent=2, sort_keys=True))
    else:
        _show(result)


def _show(result: "Mapping[str, Any]") -> None:
    seeds = ", ".join(map(str, result["seeds"]))
    rows = [
        (figure["figure"], *(_number(figure[key]) for key in ("mean", "std")), _listed(figure["values"]))
        for figure in result["figures"]
    ]
    for model, ratios in sorted(result["advantage"].items()):
        mean = sum(ratios) / len(ratios)
        rows.append((f"nDCG@10 of als / of {model}", _number(mean), "", _listed(ratios)))
    columns = [console.Column(head, no_wrap=True) for head in HEAD]
    shown = console.table(f"{result['dataset']}, seeds {seeds}", columns, rows, look="ruled")
    console.stdout(piped_width=console.PIPED_WIDTH).print(shown)


def _listed(values: "list[float | None]") -> str:
    return "  ".join(_number(value) for value in values)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
