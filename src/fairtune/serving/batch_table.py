"""Lists of many listeners as a table: a row a place."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fairtune.columns import ARTIST, ITEM, NAME, USER, BlockName
from fairtune.serving.recommendation import RecommendationList
from fairtune.serving.release import Release

if TYPE_CHECKING:
    import pyarrow as pa

DIGITS: Final = 6  # of a score, as in every other answer
FORMULA: Final = r"^[=+\-@\t\r]"
"""What a cell begins with that a spreadsheet would compute."""
TEXTS: Final = (NAME, ARTIST, "why")


def of_ranks(
    release: Release,
    block: BlockName,
    rows: np.ndarray,
    columns: np.ndarray,
    scores: np.ndarray,
    version: int,
) -> "pa.Table":
    """Tabulate what `Recommender.ranked` yields: user_id, rank, item_id, name, artist, score, version."""
    import pyarrow as pa

    place, rank = np.nonzero(columns >= 0)
    at = columns[columns >= 0]
    described = release.columns(block)
    users = _taken(release.listener_ids, rows[place])
    nobody = pa.nulls(len(at), pa.string())
    return pa.table(
        {
            USER: users,
            "rank": pa.array((rank + 1).astype(np.int32)),
            ITEM: _taken(described.ids, at),
            NAME: _taken(described.names, at),
            ARTIST: nobody if described.artists is None else _taken(described.artists, at).cast(pa.string()),
            "score": pa.array(np.round(scores[columns >= 0].astype(np.float64), DIGITS)),
            "version": pa.array(np.full(len(at), version, dtype=np.int64)),
        }
    )


def of_lists(lists: Iterable[RecommendationList], release: Release, version: int) -> "pa.Table":
    """Tabulate lists with reasons: the columns of `of_ranks`, then why."""
    import pyarrow as pa

    rows = [(each.listener["user_id"], item) for each in lists for item in each.items]
    of_id = {USER: _type(release.listener_ids), ITEM: _type([item.item_id for _, item in rows[:1]])}
    return pa.table(
        {
            USER: pa.array([user for user, _ in rows], of_id[USER]),
            "rank": pa.array([item.rank for _, item in rows], pa.int32()),
            ITEM: pa.array([item.item_id for _, item in rows], of_id[ITEM]),
            NAME: pa.array([item.name for _, item in rows], pa.string()),
            ARTIST: pa.array([item.artist for _, item in rows], pa.string()),
            "score": pa.array([round(item.score, DIGITS) for _, item in rows], pa.float64()),
            "version": pa.array([version] * len(rows), pa.int64()),
            "why": pa.array([item.why for _, item in rows], pa.string()),
        }
    )


def items(
    release: Release, block: BlockName, columns: np.ndarray, scores: np.ndarray
) -> Iterator[list[dict[str, Any]]]:
    """Describe the items of each list."""
    described = release.columns(block)
    for its_columns, its_scores in zip(columns.tolist(), scores.tolist(), strict=True):
        yield [
            {
                "rank": rank,
                ITEM: described.ids[column],
                NAME: described.names[column],
                ARTIST: described.artists[column] if described.artists else None,
                "score": round(score, DIGITS),
            }
            for rank, (column, score) in enumerate(zip(its_columns, its_scores, strict=True), 1)
            if column >= 0
        ]


def harmless(table: "pa.Table") -> "pa.Table":
    """Put an apostrophe before texts that a spreadsheet would compute."""
    from pyarrow import compute

    for position, name in enumerate(table.column_names):
        if name in (*TEXTS, USER, ITEM) and str(table.schema.field(name).type) == "string":
            cells = table[name]
            formula = compute.match_substring_regex(cells, FORMULA)
            marked = compute.binary_join_element_wise("'", cells, "")
            table = table.set_column(position, name, compute.if_else(formula, marked, cells))
    return table


def _taken(values: Any, at: np.ndarray) -> "pa.Array":
    import pyarrow as pa

    return pa.array(values).take(pa.array(at))


def _type(ids: Any) -> "pa.DataType":
    import pyarrow as pa

    return pa.int64() if ids and isinstance(ids[0], int) else pa.string()
