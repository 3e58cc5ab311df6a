"""`fairtune taste-groups`: who a model's listeners are by taste, and how well each group is served."""

import json
from typing import Any

import click

from fairtune import console
from fairtune.config.paths import Paths
from fairtune.errors import NotThere

QUALITY = ("ndcg@10", "recall@10")
ARTISTS = 4
TYPES = 3


@click.command("taste-groups")
@click.option("--dataset", required=True, help="Data set of params.yaml whose listeners are shown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def taste_groups(*, dataset: str, as_json: bool) -> None:
    """Show listeners grouped by taste: size, music types, artists, and how good their lists are."""
    from fairtune import files
    from fairtune.config import params

    root = params.project_root()
    params.load(root).dataset(dataset)
    paths = Paths(dataset, root)
    if not (paths.taste_groups.is_file() and paths.metrics.is_file()):
        raise NotThere(f"{dataset}: no taste groups yet: run `dvc repro evaluate@{dataset}`")
    tastes = joined(files.read_json(paths.taste_groups), files.read_json(paths.metrics))
    if as_json:
        click.echo(json.dumps({"dataset": dataset, **tastes}, indent=2, ensure_ascii=False))
    elif tastes["groups"]:
        _show(dataset, tastes["groups"])
    else:
        click.echo(f"{dataset}: too few listeners for two groups of {tastes['min_group']}")


def joined(tastes: dict[str, Any], metrics: dict[str, Any]) -> dict[str, Any]:
    """Put the figures of `QUALITY` from metrics.json beside every group of taste_groups.json.

    A group without figures (nobody in it has anything held out) has null.
    """
    figures = metrics.get("ranking_of_listeners", {}).get("taste", {})
    groups = [
        {**group, **{name: figures.get(group["name"], {}).get(name) for name in QUALITY}}
        for group in tastes["groups"]
    ]
    return {**tastes, "groups": groups}


def _show(dataset: str, groups: list[dict[str, Any]]) -> None:
    from rich.text import Text

    columns = (
        console.Column("group, and what it plays more than others", fold=True),
        console.Column("listeners", right=True),
        *(console.Column(name.replace("ndcg", "nDCG"), no_wrap=True) for name in QUALITY),
    )
    rows: list[list[str | Text]] = []
    for group in groups:
        cell = Text(group["name"])
        types = [each["name"] for each in group["types"] if each["sure"]][:TYPES]
        artists = [each["name"] for each in group["artists"]][:ARTISTS]
        for names in (types, artists):
            if listed := ", ".join(names):
                cell.append(f"\n  {listed}", style="dim")
        rows.append([cell, f"{group['n']:,}", *(_interval(group[name]) for name in QUALITY)])
    terminal = console.stdout()
    terminal.print(console.table(Text(f"{dataset}: listeners by taste"), columns, rows))
    terminal.print("figures: on the test part, 95 % interval", style="dim", highlight=False)


def _interval(figure: dict[str, float | None] | None) -> str:
    if figure is None or figure["value"] is None:
        return "-"
    return f"{figure['value']:.3f} ({figure['low']:.3f}-{figure['high']:.3f})"
