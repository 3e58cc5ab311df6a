"""`fairtune ingest-events`: new listening of a data set, checked as a whole and then taken in."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairtune.errors import BadFile, BadRequest

if TYPE_CHECKING:
    from fairtune.config.params import DatasetParams
    from fairtune.config.paths import Paths


@click.command("ingest-events")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--dataset", required=True, help="The data set that FILE has new listening of.")
@click.option(
    "--column",
    "named",
    multiple=True,
    metavar="OURS=THEIRS",
    help="A column that FILE calls otherwise: user_id=listener; may be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Only tell what would be taken in.")
@click.option(
    "--withdraw", type=click.IntRange(min=1), metavar="BATCH", help="Take a batch back, without FILE."
)
@click.option("--reason", help="Why it is withdrawn; kept with the data.")
def ingest_events(
    file: Path | None,
    *,
    dataset: str,
    named: Sequence[str],
    dry_run: bool,
    withdraw: int | None,
    reason: str | None,
) -> None:
    """Take in FILE (CSV, TSV or Parquet), new listening of a data set: user_id, item_id, timestamp, plays.

    Exits with 2 if a row is wrong, and then nothing is taken in. What came before is dropped and counted.
    """
    if (file is None) == (withdraw is None):
        raise BadRequest("ingest-events: give either a FILE to take in or a batch to --withdraw")
    from fairtune import processes
    from fairtune.config import params
    from fairtune.config.paths import Paths
    from fairtune.data.events import store as event_store

    root = params.project_root()
    chosen, paths = params.load(root).dataset(dataset), Paths(dataset, root)
    with processes.exclusive(paths.events_lock, doing=f"taking in events of {dataset}", wait=_waiting):
        if not dry_run:
            event_store.unite(paths)
        if withdraw is not None:
            if not (reason or "").strip():
                raise BadRequest("--withdraw: say why by --reason, it is kept with the data")
            gone = event_store.withdraw(paths.events, withdraw, reason=str(reason).strip())
            click.echo(f"withdrawn: {', '.join(path.name for path in gone)}")
            click.echo(f"`fairtune run {dataset}` does without")
        elif file is not None:
            _take_in(file, chosen, paths, named, dry_run=dry_run)


def _take_in(
    file: Path, chosen: "DatasetParams", paths: "Paths", named: Sequence[str], *, dry_run: bool
) -> None:
    from fairtune.cli import validate
    from fairtune.columns import EVENTS
    from fairtune.data.events import store as event_store

    explicit = validate.pairs(named)
    validate.check_names(explicit, EVENTS)
    watched, table = chosen.download.events, chosen.download.table
    known = event_store.known(paths)
    try:
        (taken,) = event_store.look(
            [file],
            known,
            paths,
            explicit={**(watched.columns if watched else {}), **explicit},
            usual=table.interactions.columns if table else {},
            way_out="",
        )
    except event_store.WrongRows as error:
        validate.show(error.checkup)
        wrong, rows = len(error.checkup.problems), error.checkup.rows
        count = f"{wrong:,} of {rows:,} rows {'is' if wrong == 1 else 'are'} wrong"
        raise BadFile(
            f"{file.name}: {count}: mend what is listed above and ingest it again; nothing was taken in"
        ) from error
    if event_store.was_withdrawn(paths.events, taken.sha256):
        raise BadRequest(f"{file.name}: the batch that was made of this file was withdrawn: mend it first")
    click.echo(taken.summary())
    if dry_run:
        click.echo("dry run: nothing was taken in")
        return
    for batch in event_store.append([taken], paths.events):
        click.echo(f"batch {taken.batch}: {batch.relative_to(paths.root)}")
        click.echo(f"`fairtune run {paths.dataset}` learns from it")


def _waiting(holder: str) -> None:
    click.echo(f"waiting for {holder} to end", err=True)
