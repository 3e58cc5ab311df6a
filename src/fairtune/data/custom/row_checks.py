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

ONCE: Final[Mapping[str, tuple[str, ...]]] = {
    Table.INTERACTIONS: (USER, ITEM),
    Table.ITEMS: (ITEM,),
    Table.USERS: (USER,),
    Table.FRIENDS: (USER, FRIEND),
}
"""Columns whose values together come once."""


@dataclass(frozen=True)
class Checkup:
    """What a look at a file gave.

    problems: one row a wrong row of the file, see `delimited.REJECTED`. rows: of the file, right or wrong.
    good: the rows without a problem. unread: columns of the file that the table has no place for.
    """

    file: str
    problems: pd.DataFrame
    rows: int
    good: pd.DataFrame
    unread: tuple[str, ...]

    @property
    def by_reason(self) -> dict[str, int]:
        """Rule -> rows that break it, most first."""
        reasons = (self.problems["column"] + " " + self.problems["rule"]).value_counts(sort=False)
        return dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))

    def summary(self) -> str:
        """Say in one paragraph what the file holds."""
        sentences = [f"{self.rows:,} rows"]
        if USER in self.good and ITEM in self.good:
            sentences.append(f"{self.good[USER].nunique():,} listeners, {self.good[ITEM].nunique():,} items")
        if PLAYS in self.good:
            plays = self.good[PLAYS]
            sentences.append(f"plays from {plays.min():,} to {plays.max():,}, {plays.sum():,} in all")
        elif ITEM in self.good and USER in self.good:
            sentences.append("no column of plays: played or not is all there is")
        if TIMESTAMP in self.good:
            times = self.good[TIMESTAMP]
            sentences.append(f"from {times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}")
        if SPLIT in self.good:
            parts = self.good[SPLIT].value_counts()
            sentences.append("split " + ", ".join(f"{parts.get(part, 0):,} {part}" for part in PARTS))
        told = f"{self.file}: fine: {'; '.join(sentences)}. Read: {', '.join(self.good.columns)}"
        return f"{told}; not read: {', '.join(self.unread)}." if self.unread else f"{told}."


def check(path: Path, table: str, named: Mapping[str, str]) -> Checkup:
    """Look at every row of a file as `table`; `BadFile` if it can't be read as a table at all.

    named: our columns -> theirs, where they differ. Of a row with several problems the first is told.
    """
    header = text_columns.header(path)
    found = table_reader.columns(path, table, named, header=header)
    read = table_reader.read(path, table, found)
    wrong = [read.rejected, *_too_few(path.name, read.rows), *_repeated(path.name, table, read.rows)]
    problems = pd.concat(wrong, ignore_index=True).drop_duplicates("line").sort_values("line")
    return Checkup(
        file=path.name,
        problems=problems.reset_index(drop=True),
        rows=len(read.rows) + len(read.rejected),
        good=read.rows[~read.rows.index.isin(problems["line"])],
        unread=tuple(name for name in header if name not in found.values()),
    )


def _too_few(file: str, rows: pd.DataFrame) -> list[pd.DataFrame]:
    if PLAYS not in rows:
        return []
    few = rows[PLAYS][rows[PLAYS] < 1]
    return [wrong_rows(file, PLAYS, "is at least 1", few.astype("str"))]


def _repeated(file: str, table: str, rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Tell every row that says again what an earlier one said, and which that is."""
    if table not in ONCE:
        return []
    key = list(ONCE[table])
    again = rows[rows.duplicated(key)]
    lines = rows.index.to_series().groupby([rows[column] for column in key]).transform("first")
    found = again[key].astype("str").agg(", ".join, axis=1) if len(again) else pd.Series(dtype="str")
    told = found + " as in line " + lines[again.index].astype("str")
    rule = "come together once" if len(key) > 1 else "comes once"
    return [wrong_rows(file, ", ".join(key), rule, told)]


def wrong_rows(file: str, column: str, rule: str, found: pd.Series) -> pd.DataFrame:
    """Give the rows of a file, by line, whose `column` breaks `rule`; see `delimited.REJECTED`."""
    values = {"file": file, "line": found.index, "column": column, "rule": rule, "found": found.to_numpy()}
    return pd.DataFrame(values, columns=list(REJECTED)).astype({"line": "int64"})
