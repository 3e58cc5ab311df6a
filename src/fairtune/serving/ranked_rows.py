"""Lists for many rows of a release at once, by matrix products."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.serving import item_neighbours
from fairtune.serving.release import Release
from fairtune.serving.top_k import best

CELLS: Final = 4_000_000  # scores that are held at once, by each thread
AHEAD: Final = 4  # parts a thread that are ranked before the first of them is taken

Rows = NDArray[np.int64]
Columns = NDArray[np.int64]
Scores = NDArray[np.float32]


def ranked(
    release: Release, rows: Rows, n: int, block: BlockName, *, filter_known: bool = True, threads: int = 1
) -> Iterator[tuple[Rows, Columns, Scores]]:
    """Rank for rows of a release, a part of them at a time.

    Parameters
    ----------
    release
        The model.
    rows
        Of listeners, (m,).
    n
        Length of a list, 0 and above.
    block
        Of the items.
    filter_known
        Leave out what a listener plays.
    threads
        Parts that are ranked at the same time, 1 and above; they change nothing in the result.

    Yields
    ------
    tuple[Rows, Columns, Scores]
        The rows of the part, (k,); their columns, best first, -1 where none is left, (k, n); and the scores
        of these, (k, n).
    """
    step = rows_at_once(release, block)
    parts = [rows[start : start + step] for start in range(0, len(rows), step)]
    with ThreadPoolExecutor(max_workers=threads) as pool:  # numpy lets go of the interpreter lock
        for start in range(0, len(parts), AHEAD * threads):
            some = parts[start : start + AHEAD * threads]
            lists = pool.map(lambda part: _best(release, part, n, block, filter_known=filter_known), some)
            yield from ((part, *found) for part, found in zip(some, lists, strict=True))


def rows_at_once(release: Release, block: BlockName) -> int:
    """Return how many rows make a part."""
    return max(1, CELLS // release.width(block))


def _best(
    release: Release, rows: Rows, n: int, block: BlockName, *, filter_known: bool
) -> tuple[Columns, Scores]:
    known = np.zeros((len(rows), release.width(block)), dtype=bool)
    if filter_known:
        plays = release.plays(block).take(rows)
        known[plays.row_of_cell, plays.indices] = True
    scores = release.scores(release.listener_factors[rows].astype(np.float64), block)
    beside = item_neighbours.of(release, block)
    if beside is not None:
        scores = (scores + beside.scores_of(release, rows)).astype(np.float32)
    columns = best(scores, known, n)
    return columns, np.take_along_axis(scores, np.maximum(columns, 0), axis=1)
