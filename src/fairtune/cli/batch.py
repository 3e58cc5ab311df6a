"""`fairtune batch`: lists for everybody, or for some, to a file or a database."""

import os
from pathlib import Path

import click

from fairtune.errors import BadRequest


@click.command()
@click.option("--dataset", required=True, help="Data set of params.yaml whose champion recommends.")
@click.option(
    "--output", required=True, help="File that ends in .parquet, .csv or .jsonl; or postgresql://..."
)
@click.option("--table", default="fairtune_lists", show_default=True, help="Table of the database.")
@click.option("--listeners", type=click.Path(path_type=Path), help="File with an id a line; all without it.")
@click.option("-n", "n", type=int, default=10, show_default=True, help="Length of a list.")
@click.option("--kind", help="What to recommend: artist, track or music_type; the target if not given.")
@click.option("--reasons", is_flag=True, help="Say why, which takes longer.")
def batch(
    *, dataset: str, output: str, table: str, listeners: Path | None, n: int, kind: str | None, reasons: bool
) -> None:
    """Write the lists of many listeners: those that the champion gives them one by one."""
    from fairtune.api.champion import load_champion
    from fairtune.console import steps
    from fairtune.serving import batch as lists

    lists.check_target(output)
    asked = None if listeners is None else _read(listeners)
    champion = load_champion(dataset)
    wanted = lists.Batch(
        recommender=champion.recommender,
        version=champion.version,
        listeners=asked,
        n=n,
        kind=kind,
        reasons=reasons,
        threads=os.cpu_count() or 1,
    )
    rows = wanted.rows()
    with steps("batch", total=wanted.parts(rows)) as advance:
        filled = lists.write(wanted, output, table=table, advance=advance, rows=rows)
    where = output if not output.startswith(lists.POSTGRESQL) else f"table {table}"
    click.echo(
        f"{champion.model} version {champion.version}: {len(rows):,} lists, {filled:,} places: {where}"
    )


def _read(file: Path) -> list[str]:
    """Return the ids in a file, one a line; blank lines are left out."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise BadRequest(f"--listeners {file} can't be read: {reason}") from error
    ids = [line.strip() for line in lines if line.strip()]
    if not ids:
        raise BadRequest(f"--listeners {file} names nobody: it has an id a line")
    return ids
