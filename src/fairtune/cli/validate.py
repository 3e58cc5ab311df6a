"""`fairtune validate`: a file of the user's own, checked row by row before anything runs."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import click

from fairtune.columns import Table
from fairtune.errors import BadFile, BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fairtune.config.custom_tables import OwnFile
    from fairtune.data.custom.row_checks import Checkup

SHOWN: Final = 20
"""Rows that are shown; all are counted."""
WIDTH: Final = 100


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dataset", help="Take the names of its columns from this data set of params.yaml.")
@click.option(
    "--table",
    type=click.Choice([str(table) for table in Table]),
    help="What FILE holds; interactions, or what --dataset says of it, if not given.",
)
@click.option(
    "--column",
    "named",
    multiple=True,
    metavar="OURS=THEIRS",
    help="A column that FILE calls otherwise: user_id=listener; may be repeated.",
)
@click.option("--log", is_flag=True, help="FILE is a log: a row a play, pairs may repeat.")
def validate(file: Path, *, dataset: str | None, table: str | None, named: Sequence[str], log: bool) -> None:
    """Check FILE (CSV, TSV or Parquet) row by row, as a table of your own; nothing is written.

    FILE may be compressed (.gz, .zst), a folder of parts or a pattern. Exits with 2 if a row is wrong.
    """
    from fairtune.data import look_alikes

    which, columns, is_log = _described(file, dataset, Table(table) if table else None)
    columns |= pairs(named)
    check_names(columns, which)
    wrong = rows = 0
    for checkup in _checkups(file, which, columns, log=log or is_log):
        rows += checkup.rows
        wrong += len(checkup.problems)
        if checkup.problems.empty:
            click.echo(textwrap.fill(checkup.summary(), WIDTH, break_on_hyphens=False))
            for line in look_alikes.of_columns(checkup.good):
                click.echo(textwrap.fill(line, WIDTH, break_on_hyphens=False))
        else:
            show(checkup)
    if wrong:
        counted = f"{wrong:,} of {rows:,} rows {'is' if wrong == 1 else 'are'} wrong"
        raise BadFile(
            f"{file.name}: {counted}: mend what is listed above and check again; nothing was written"
        )


def _checkups(file: Path, table: str, columns: dict[str, str], *, log: bool) -> "Iterator[Checkup]":
    """Check each file that FILE means, by itself; a compressed one is unpacked for it."""
    from fairtune.data.custom import row_checks, source_files

    for part in source_files.find(str(file)):
        if part.compression is None or not part.path.is_file():
            yield row_checks.check(part.path, table, columns, log=log)
            continue
        with TemporaryDirectory() as folder:
            unpacked = Path(folder) / part.plain_name
            part.copy(unpacked, limit=source_files.LARGEST)
            yield row_checks.check(unpacked, table, columns, log=log)


def _described(file: Path, dataset: str | None, table: Table | None) -> tuple[Table, dict[str, str], bool]:
    """Return what params.yaml says of a file: its table, its names of our columns, whether it is a log."""
    if dataset is None:
        return table or Table.INTERACTIONS, {}, False
    from fairtune.config import params

    root = params.project_root()
    tables = params.load(root).dataset(dataset).download.table
    if tables is None:
        raise BadRequest(f"params.yaml: datasets.{dataset}.download has no table: it isn't made of own files")
    for name, described in tables.files.items():
        if table in {None, name} and (root / described.file).resolve() == file.resolve():
            return name, dict(described.columns), _is_log(described)
    which = table or Table.INTERACTIONS
    if which not in tables.files:
        raise BadRequest(f"params.yaml: datasets.{dataset}.download.table has no {which}")
    return which, dict(tables.files[which].columns), _is_log(tables.files[which])


def _is_log(described: "OwnFile") -> bool:
    return bool(getattr(described, "log", False))


def pairs(named: Sequence[str]) -> dict[str, str]:
    """Return the file's name of a column by ours, from values of `--column OURS=THEIRS`."""
    pairs = [name.partition("=") for name in named]
    for ours, sign, theirs in pairs:
        if not (ours and sign and theirs):
            raise BadRequest(f"--column {ours}{sign}{theirs}: write OURS=THEIRS, like user_id=listener")
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


def check_names(columns: dict[str, str], table: str) -> None:
    """Refuse names of columns that a table (or `events`) doesn't have."""
    from fairtune.data.custom.fields import FIELDS

    for ours in columns:
        if ours not in FIELDS[table]:
            raise BadRequest(f"--column {ours}: {table} have no such column: {', '.join(FIELDS[table])}")


def show(checkup: "Checkup") -> None:
    """Print the wrong rows of a file, the first of them one by one, then all by reason."""
    shown = checkup.problems.head(SHOWN)
    rows = [("line", "column", "rule", "found")]
    rows += [(f"{line:,}", *texts) for line, *texts in shown[["line", "column", "rule", "found"]].to_numpy()]
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    for line, column, rule, found in rows:
        click.echo(f"{line:>{widths[0]}}  {column:<{widths[1]}}  {rule:<{widths[2]}}  {found}")
    if len(checkup.problems) > SHOWN:
        click.echo(f"... and {len(checkup.problems) - SHOWN:,} more")
    click.echo("by reason:")
    for reason, count in checkup.by_reason.items():
        click.echo(f"{count:>{max(6, widths[0])},}  {reason}")
