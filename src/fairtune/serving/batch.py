"""Lists for many listeners at once, written part by part to a file or a table of PostgreSQL.

A row a place of a list, but in JSON lines: there a line is a listener. The lists are those that a single
request gets, item for item and score for score.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fairtune import files
from fairtune.columns import BlockName
from fairtune.errors import BadRequest
from fairtune.serving import batch_table, listener_ids, ranked_rows, requests
from fairtune.serving.recommendation import RecommendationList
from fairtune.serving.recommender import EXPLAINED, Recommender

if TYPE_CHECKING:
    import pyarrow as pa

    Add = Callable[[pa.Table], None]

PARQUET: Final = ".parquet"
CSV: Final = ".csv"
LINES: Final = ".jsonl"
SUFFIXES: Final = (PARQUET, CSV, LINES)
POSTGRESQL: Final = "postgresql://"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What is asked for.

    Attributes
    ----------
    recommender
        Of the model.
    version
        Number of the registered version, which stands in every row.
    listeners
        Ids of listeners; None: everybody.
    n
        Length of a list, 1 and above; lists are shorter where a listener plays nearly everything.
    kind
        Block of the items; None: the target.
    reasons
        Whether rows say why, which takes much longer.
    threads
        Processor threads, 1 and above, which change nothing.
    """

    recommender: Recommender
    version: int
    listeners: Sequence[str] | None = None
    n: int = 10
    kind: str | None = None
    reasons: bool = False
    threads: int = 1

    def __post_init__(self) -> None:
        if self.n < 1:
            raise BadRequest(f"batch: n = {self.n} is out of range: it goes from 1")
        self.recommender.kind(self.kind)

    @property
    def block(self) -> BlockName:
        """Block of the items."""
        return self.recommender.kind(self.kind)

    def rows(self) -> np.ndarray:
        """Return the rows of the listeners; `BadRequest` names the first that the model doesn't know."""
        release = self.recommender.release
        if self.listeners is None:
            return np.arange(len(release.listener_ids))
        return np.array([listener_ids.row_of(release, user) for user in self.listeners], dtype=np.int64)

    def parts(self, rows: np.ndarray) -> int:
        """Return how many parts the rows are worked through in."""
        step = EXPLAINED if self.reasons else ranked_rows.rows_at_once(self.recommender.release, self.block)
        return -(-len(rows) // step)


def write(batch: Batch, target: str, *, table: str, advance: Callable[[], None], rows: np.ndarray) -> int:
    """Write lists; the target appears whole, or stays as it was.

    Parameters
    ----------
    batch
        What is asked for.
    target
        Path of a file that ends in .parquet, .csv or .jsonl, or the URL of a PostgreSQL database.
    table
        Name of the table there.
    advance
        Called after each part.
    rows
        Of the listeners, as `batch.rows()` returns them.

    Returns
    -------
    int
        Number of places that were filled.
    """
    if target.startswith(POSTGRESQL):
        from fairtune.serving import batch_postgresql

        with batch_postgresql.replacing(target, table) as add:
            return _fill(batch, rows, add, advance)
    path = Path(target)
    with files.replacing(path) as temporary:
        if path.suffix == LINES:
            return _write_lines(batch, rows, temporary, advance)
        with _writer(temporary, path.suffix) as add:
            return _fill(batch, rows, add, advance)


def check_target(target: str) -> None:
    """Refuse a target of a kind that there isn't, before anything is computed."""
    if not target.startswith(POSTGRESQL) and Path(target).suffix not in SUFFIXES:
        raise BadRequest(
            f"batch: --output {target}: a file ends in {', '.join(SUFFIXES)}; a database begins with "
            f"{POSTGRESQL}"
        )
    folder = Path(target).parent
    if not target.startswith(POSTGRESQL) and not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise BadRequest(f"batch: --output {target}: the folder {folder} isn't there, or can't be written to")


def _fill(batch: Batch, rows: np.ndarray, add: "Add", advance: Callable[[], None]) -> int:
    filled = 0
    for part in _tables(batch, rows):
        add(part)
        filled += part.num_rows
        advance()
    return filled


def _tables(batch: Batch, rows: np.ndarray) -> "Iterator[pa.Table]":
    if batch.reasons:
        for lists in _explained(batch, rows):
            yield batch_table.of_lists(lists, batch.recommender.release, batch.version)
        return
    release, block = batch.recommender.release, batch.block
    for some, columns, scores in ranked_rows.ranked(release, rows, batch.n, block, threads=batch.threads):
        yield batch_table.of_ranks(release, block, some, columns, scores, batch.version)


def _explained(batch: Batch, rows: np.ndarray) -> Iterator[list[RecommendationList]]:
    release = batch.recommender.release
    for start in range(0, len(rows), EXPLAINED):
        asked = [
            requests.known_listener(release, release.listener_ids[row])
            for row in rows[start : start + EXPLAINED]
        ]
        yield list(batch.recommender.for_all(asked, n=batch.n, kind=batch.kind, strict=False))


def _write_lines(batch: Batch, rows: np.ndarray, path: Path, advance: Callable[[], None]) -> int:
    filled = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for answers in _answers(batch, rows):
            for answer in answers:
                filled += len(answer["recommendations"])
                file.write(json.dumps({**answer, "version": batch.version}, ensure_ascii=False) + "\n")
            advance()
    return filled


def _answers(batch: Batch, rows: np.ndarray) -> Iterator[list[dict[str, Any]]]:
    if batch.reasons:
        for lists in _explained(batch, rows):
            yield [each.as_dict() for each in lists]
        return
    release, block = batch.recommender.release, batch.block
    for some, columns, scores in ranked_rows.ranked(release, rows, batch.n, block, threads=batch.threads):
        yield [
            {"listener": {"user_id": release.listener_ids[row]}, "kind": block, "recommendations": items}
            for row, items in zip(some, batch_table.items(release, block, columns, scores), strict=True)
        ]


@contextmanager
def _writer(path: Path, suffix: str) -> "Iterator[Add]":
    """Open a file that tables are added to."""
    from pyarrow import csv, parquet

    opened: list[Any] = []

    def add(part: "pa.Table") -> None:
        shown = batch_table.harmless(part) if suffix == CSV else part
        if not opened:
            make = csv.CSVWriter if suffix == CSV else parquet.ParquetWriter
            opened.append(make(path, shown.schema))
        opened[0].write_table(shown)

    path.touch()
    try:
        yield add
    finally:
        for writer in opened:
            writer.close()
