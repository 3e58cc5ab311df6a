"""Looking items up: by name, by id, and by what is like them."""

from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.service import problems
from fairtune.service.snapshot import Snapshot
from fairtune.serving.item_types import types_of
from fairtune.serving.release import Release
from fairtune.serving.spelling import fold, spelling

NAMED = (BlockName.ARTIST, BlockName.TRACK, BlockName.MUSIC_TYPE)


def search(snapshot: Snapshot, query: str, *, n: int, kind: BlockName | None = None) -> list[dict[str, Any]]:
    """Find items by name, without regard to accents and case.

    First those spelled exactly so, then those that differ in case, then those that differ in accents, then
    those that begin so, then those with a word that does; within each the most played first.

    Parameters
    ----------
    snapshot
        The model.
    query
        A name, or the beginning of a word of one.
    n
        How many at most.
    kind
        Of the items; None: of all kinds.

    Returns
    -------
    list
        Descriptions of items.
    """
    wanted = fold(query)
    if not wanted:
        return []
    release = snapshot.release
    kinds = [block for block in NAMED if block in release.kinds] if kind is None else [kind]
    matches: list[tuple[int, int, BlockName, int]] = []
    for block in kinds:
        items = release.columns(block)
        for column, name in enumerate(_folded(release, block)):
            if wanted not in name:
                continue
            order = _order(wanted, name, query, items.names[column])
            if order is not None:
                matches.append((order, -int(items.listeners[column]), block, column))
    matches.sort(key=lambda match: (*match[:2], kinds.index(match[2]), match[3]))
    return [summary(snapshot, block, column) for _, _, block, column in matches[:n]]


def summary(snapshot: Snapshot, block: BlockName, column: int) -> dict[str, Any]:
    """Return what is known of an item at a glance."""
    items = snapshot.release.columns(block)
    listeners = int(items.listeners[column])
    return {
        "item_id": items.ids[column],
        "kind": block,
        "name": items.names[column],
        "artist": items.artists[column] if items.artists else None,
        "region": snapshot.regions(block)[column],
        "listeners": listeners,
        "emerging": listeners < snapshot.recommender.emerging_below(block),
    }


def describe(snapshot: Snapshot, block: BlockName, column: int) -> dict[str, Any]:
    """Return a summary of an item with its music types, the largest share first."""
    release = snapshot.release
    types: list[dict[str, Any]] = []
    if BlockName.MUSIC_TYPE in release.blocks and block is not BlockName.MUSIC_TYPE:
        names = release.columns(BlockName.MUSIC_TYPE).names
        own, shares = types_of(release, block).row(column)
        order = (-shares).argsort(kind="stable").tolist()
        types = [{"name": names[own[cell]], "share": round(float(shares[cell]), 6)} for cell in order]
    return {**summary(snapshot, block, column), "music_types": types}


def similar(snapshot: Snapshot, block: BlockName, column: int, n: int) -> list[dict[str, Any]]:
    """Return the items whose factors point most nearly the same way, with the cosine as `similarity`."""
    directions = snapshot.release.once(
        f"directions of {block}", lambda: _directions(snapshot.release.factors(block))
    )
    cosines = directions @ directions[column]
    cosines[column] = -np.inf
    cosines[~directions.any(axis=1)] = -np.inf
    best = (-cosines).argsort(kind="stable").tolist()
    return [
        {**summary(snapshot, block, other), "similarity": round(float(cosines[other]), 6)}
        for other in islice((other for other in best if np.isfinite(cosines[other])), n)
    ]


def column(snapshot: Snapshot, block: BlockName, item_id: str) -> int:
    """Return the column of an item; `Problem` if there is no such id, with some that there are."""
    found = snapshot.column_of(block, item_id)
    if found is None:
        ids = snapshot.release.columns(block).ids
        spoken = block.replace("_", " ")
        examples = ", ".join(str(each) for each in ids[:3])
        raise problems.unknown_item(
            f"unknown {spoken} id '{item_id}': {snapshot.release.dataset} has {len(ids):,} {spoken}s, for "
            f"example {examples}; /v1/items?query=NAME finds ids by name"
        )
    return found


def _order(wanted: str, folded: str, query: str, name: str) -> int | None:
    """Return how well a name fits, 0 the best; None if only the inside of a word does."""
    if folded == wanted:
        asked, spelled = spelling(query), spelling(name)
        return 0 if spelled == asked else 1 if spelled.casefold() == asked.casefold() else 2
    if folded.startswith(wanted):
        return 3
    return 4 if f" {wanted}" in folded else None


def _folded(release: Release, block: BlockName) -> list[str]:
    return release.once(
        f"folded names of {block}", lambda: [fold(name) for name in release.columns(block).names]
    )


def _directions(factors: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(factors, axis=1, keepdims=True)
    return np.asarray(factors / np.where(lengths > 0, lengths, 1))
