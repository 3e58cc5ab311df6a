"""`fairtune promote`, `rollback` and `history`: which version is champion, who decided it, and why."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairtune import console
from fairtune.config.paths import Paths
from fairtune.errors import BadRequest

if TYPE_CHECKING:
    from fairtune.registry.client.models import Model
    from fairtune.registry.promotion.history import ModelHistory, Row

REASON = "Why: it stands in the history."
DATASET = "Data set of params.yaml; may be left out where only one is registered."


@click.command()
@click.argument("version", type=click.IntRange(min=1))
@click.option("--dataset", help=DATASET)
@click.option("--force", is_flag=True, help="Past verdict, comparison and withdrawal; needs --reason.")
@click.option("--reason", default="", help=REASON)
def promote(version: int, *, dataset: str | None, force: bool, reason: str) -> None:
    """Make VERSION of a registered model the champion.

    It must have passed its limits and compare well with the present champion, unless it is forced; it must
    load and predict in any case. Exits with 1 if it is refused.
    """
    from fairtune.config import params
    from fairtune.registry.client import models as registered_models
    from fairtune.registry.comparison import champion
    from fairtune.registry.promotion import forced_banner, promote
    from fairtune.registry.registration import smoke_test

    if force and not reason.strip():
        raise BadRequest('--force needs --reason "...": it stands in the history')
    root = params.project_root()
    everything = params.load(root)
    with registered_models.at(root, everything, dataset) as model:
        event = promote.promote(
            model.client,
            model.version(version),
            promote.Mover(who=model.who, why=reason.strip() or "promoted by hand", forced=force),
            trial=smoke_test.try_stored,
            judge=lambda client, candidate: champion.against_champion(
                client, candidate, everything.dataset(model.dataset), Paths(model.dataset, root)
            ),
        )
        if event is None:
            click.echo(f"{model.name} version {version} is champion already")
            return
        if event.forced:
            forced_banner.put(model.client, model.version(version), event)
        _write_page(model, root)
        before = f"; version {event.before} was, and is `previous` now" if event.before else ""
        click.echo(f"{model.name} version {version} is champion{before}")


@click.command()
@click.option("--reason", required=True, help=REASON)
@click.option("--dataset", help=DATASET)
@click.option("--to", type=click.IntRange(min=1), help="An earlier champion; default: the one before.")
def rollback(*, reason: str, dataset: str | None, to: int | None) -> None:
    """Make the champion before the present one champion again.

    The version that is left is withdrawn: it becomes champion again only by force. A second rollback goes one
    champion further back.
    """
    from fairtune.config import params
    from fairtune.registry.client import models as registered_models
    from fairtune.registry.promotion import promote
    from fairtune.registry.registration import smoke_test

    if not reason.strip():
        raise BadRequest("--reason is empty: say why, it stands in the history")
    root = params.project_root()
    with registered_models.at(root, params.load(root), dataset) as model:
        by = promote.Mover(who=model.who, why=reason.strip())
        event = promote.rollback(model.client, model.name, by, trial=smoke_test.try_stored, to=to)
        _write_page(model, root)
        left = f"; version {event.before} is withdrawn" if event.before else ""
        click.echo(f"{model.name} version {event.to} is champion again{left}")


@click.command()
@click.option("--dataset", help="Data set of params.yaml; default: all that are registered.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option("--html", "as_page", is_flag=True, help="Write reports/<data set>/history.html instead.")
def history(*, dataset: str | None, as_json: bool, as_page: bool) -> None:
    """Show which version was champion when: who moved it, when, from what to what, and why."""
    from fairtune.config import params
    from fairtune.registry.client import models as registered_models
    from fairtune.registry.promotion import history as histories

    root = params.project_root()
    with registered_models.all_at(root, params.load(root), dataset) as models:
        described = {
            each.dataset: histories.describe(each.client, each.name, who=each.who) for each in models
        }
        if as_page:
            for each in models:
                click.echo(str(_write_page(each, root)))
            return
    if as_json:
        shown = [{"dataset": name, **each.to_json()} for name, each in described.items()]
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    if not described:
        click.echo("nothing is registered yet: `fairtune run DATASET` does that")
    for name, model_history in described.items():
        _show(name, model_history)


def _write_page(model: "Model", root: Path) -> Path:
    from fairtune.registry.promotion import history as histories
    from fairtune.registry.promotion import history_page

    paths = Paths(model.dataset, root)
    history_page.write(histories.describe(model.client, model.name, who=model.who), paths)
    return paths.history


def _show(dataset: str, described: "ModelHistory") -> None:
    from rich.text import Text

    columns = [
        console.Column(head, no_wrap=head != "what") for head in ("no.", "when (UTC)", "what", "version")
    ]
    story = console.Column("by whom, why, and what was checked", fold=True)
    title = Text(f"{dataset}: history of {described.model}")
    shown = console.table(title, (*columns, story), [_cells(row) for row in described.rows()], look="ruled")
    console.stdout(piped_width=console.NARROW).print(shown)
    if not described.history.events:
        click.echo("no moves yet")
    aliases = ", ".join(f"{alias} {number}" for alias, number in sorted(described.aliases.items()))
    click.echo(f"aliases now: {aliases or 'none'}")
    for note in described.notes:
        click.echo(f"note: {note}")
    click.echo()


def _cells(row: "Row") -> tuple[str, ...]:
    when = row.when.removesuffix("Z").replace("T", " ")
    story = "\n".join((row.who, row.why, *(f"- {check}" for check in row.checks)))
    return (str(row.number), when, row.what, row.versions, story)
