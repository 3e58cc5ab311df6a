"""What is wrong in a user's file, row by row, before anything runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from fairtune.columns import FRIEND, ITEM, PLAYS, SPLIT, TIMESTAMP, USER, Table
from fairtune.data.custom import table_reader, text_columns
from fairtune.data.custom.fields import PARTS
from fairtune.data.sources.delimited import REJECTED
from fairtune.errors import BadFile

ONCE: Final[Mapping[str, tuple[str, ...]]] = {
    Table.INTERACTIONS: (USER, ITEM),
    Table.ITEMS: (ITEM,),
    Table.USERS: (USER,),
    Table.FRIENDS: (USER, FRIEND),
}
"""Columns whose values together come once."""


@dataclass(frozen=True)
class Checkup:
    """What checking a file found.

    Attributes
    ----------
    file
        Name of the file.
    problems
        One row a wrong row of the file, see `delimited.REJECTED`.
    rows
        Rows of the file, right or wrong.
    good
        The rows without a problem.
    unread
        Columns of the file that the table has no place for.
    log
        The file is a log of plays.
    """

    file: str
    problems: pd.DataFrame
    rows: int
    good: pd.DataFrame
    unread: tuple[str, ...]
    log: bool = False

    @property
    def by_reason(self) -> dict[str, int]:
        """Rule -> rows that break it, most first."""
        reasons = (self.problems["column"] + " " + self.problems["rule"]).value_counts(sort=False)
        return dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))

    def listed(self, most: int) -> str:
        """Describe the first wrong rows, at most so many, and count the others."""
        first = self.problems[["line", "column", "rule", "found"]].head(most).itertuples(index=False)
        described = "; ".join(
            f"line {line}: {column} {rule}, found {found}" for line, column, rule, found in first
        )
        others = len(self.problems) - most
        return f"{described}; and {others:,} more" if others > 0 else described

    def summary(self) -> str:
        """Describe in one paragraph what the file holds."""
        sentences = [f"{self.rows:,} rows"]
        if USER in self.good and ITEM in self.good:
            sentences.append(f"{self.good[USER].nunique():,} listeners, {self.good[ITEM].nunique():,} items")
        if self.log:
            pairs = len(self.good) - int(self.good.duplicated([USER, ITEM]).sum())
            sentences.append(f"a log of plays, {pairs:,} pairs of listener and item")
        if PLAYS in self.good:
            plays = self.good[PLAYS]
            sentences.append(f"plays from {plays.min():,} to {plays.max():,}, {plays.sum():,} in all")
        elif ITEM in self.good and USER in self.good and not self.log:
            sentences.append("no column of plays: played or not is all there is")
        if TIMESTAMP in self.good:
            times = self.good[TIMESTAMP]
            sentences.append(f"from {times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}")
        if SPLIT in self.good:
            parts = self.good[SPLIT].value_counts()
            sentences.append("split " + ", ".join(f"{parts.get(part, 0):,} {part}" for part in PARTS))
        summary = f"{self.file}: fine: {'; '.join(sentences)}. Read: {', '.join(self.good.columns)}"
        return f"{summary}; not read: {', '.join(self.unread)}." if self.unread else f"{summary}."


LOG: Final = 0.05
"""A file of interactions with times is a log if so large a share of its rows repeats a pair."""


def check(path: Path, table: str, named: Mapping[str, str], *, log: bool = False) -> Checkup:
    """Check every row of a file; `BadFile` if it can't be read as a table at all, or is an untold log.

    Parameters
    ----------
    path
        The file.
    table
        The table that it holds: a canonical one, or `events`.
    named
        Our columns -> theirs, where they differ.
    log
        The file is a log of plays, in which a pair may come more than once.

    Returns
    -------
    Checkup
        The problems, of a row with several the first, and the good rows.
    """
    header = text_columns.header(path)
    columns = table_reader.columns(path, table, named, header=header)
    read = table_reader.read(path, table, columns)
    if table == Table.INTERACTIONS and not log:
        refuse_log(path.name, read.rows)
    repeated = [] if log else _repeated(path.name, table, read.rows)
    wrong = [read.rejected, *_too_few(path.name, read.rows), *repeated]
    problems = pd.concat(wrong, ignore_index=True).drop_duplicates("line").sort_values("line")
    return Checkup(
        file=path.name,
        problems=problems.reset_index(drop=True),
        rows=len(read.rows) + len(read.rejected),
        good=read.rows[~read.rows.index.isin(problems["line"])],
        unread=tuple(name for name in header if name not in columns.values()),
        log=log,
    )


def refuse_log(file: str, rows: pd.DataFrame) -> None:
    """Refuse interactions that are a log of plays, if nobody called them one: no single row of it is wrong.

    Parameters
    ----------
    file
        Name of the file.
    rows
        Its rows: user_id, item_id; a log has times, and no counts of plays but 1.

    Raises
    ------
    BadFile
        Too many rows repeat a pair.
    """
    if TIMESTAMP not in rows or (PLAYS in rows and (rows[PLAYS] != 1).any()):
        return
    repeats = int(rows.duplicated([USER, ITEM]).sum())
    if repeats >= max(1, LOG * len(rows)):
        raise BadFile(
            f"{file}: this is a log of plays: {repeats:,} of {len(rows):,} rows repeat a pair of listener "
            "and item: say `log: true` beside its file in params.yaml (--log to check it), and they are "
            "summed"
        )


def _too_few(file: str, rows: pd.DataFrame) -> list[pd.DataFrame]:
    if PLAYS not in rows:
        return []
    few = rows[PLAYS][rows[PLAYS] < 1]
    return [wrong_rows(file, PLAYS, "is at least 1", few.astype("str"))]


def _repeated(file: str, table: str, rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Return every row that repeats an earlier one, and which that is."""
    if table not in ONCE:
        return []
    key = list(ONCE[table])
    repeats = rows[rows.duplicated(key)]
    lines = rows.index.to_series().groupby([rows[column] for column in key]).transform("first")
    values = repeats[key].astype("str").agg(", ".join, axis=1) if len(repeats) else pd.Series(dtype="str")
    repeated = values + " as in line " + lines[repeats.index].astype("str")
    rule = "come together once" if len(key) > 1 else "comes once"
    return [wrong_rows(file, ", ".join(key), rule, repeated)]


def wrong_rows(file: str, column: str, rule: str, found: pd.Series) -> pd.DataFrame:
    """Return wrong rows in the form of `delimited.REJECTED`.

    Parameters
    ----------
    file
        Name of the file.
    column
        The column that breaks the rule.
    rule
        The rule, to be read after the column's name.
    found
        What stands in the column instead, by line.

    Returns
    -------
    DataFrame
        A row for each of them.
    """
    values = {"file": file, "line": found.index, "column": column, "rule": rule, "found": found.to_numpy()}
    return pd.DataFrame(values, columns=list(REJECTED)).astype({"line": "int64"})
