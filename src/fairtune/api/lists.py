"""Ranked lists as recommenders return them, read into one frame: user_id, item_id, rank."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from fairtune.columns import ITEM, USER
from fairtune.errors import BadRanking, BadRequest

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANK: Final = "rank"
SCORE: Final = "score"
ALSO_CALLED: Final = {
    USER: (USER, "user", "listener", "listener_id", "userid", "user_id:token"),
    ITEM: (ITEM, "item", "itemid", "track_id", "artist_id", "item_id:token"),
    RANK: (RANK, "position"),
    SCORE: (SCORE, "prediction", "score:float"),
}
"""Our column -> names that it has in the frames of other libraries."""
LOWEST: Final = float(np.finfo(np.float32).min)
"""The score by which `implicit` marks places that it could not fill."""


def read_lists(
    lists: Any,
    *,
    listeners: Sequence[Any] | None = None,
    items: Sequence[Any] | None = None,
    columns: dict[str, str] | None = None,
) -> pd.DataFrame:
    """Read ranked lists of any recommender.

    Parameters
    ----------
    lists
        One of:

        - a frame with a row a place: listener, item, and rank (1 is the best) or score (higher is better).
          The columns are found by the names that fairtune, RecTools, LensKit and RecBole give them.
        - an object with `to_df()`, such as LensKit's `ItemListCollection`.
        - `(ids, scores)` as `implicit` returns them, or `(scores, ids)` as RecBole does: two arrays
          (n_listeners, k), best first. The one of integers has the ids.
        - one array of ids, (n_listeners, k), best first, -1 where a list is shorter.
    listeners
        For arrays, who each row is of, n_listeners; by default rows are numbered from 0.
    items
        For arrays, the item of each number (`items[i]` is item i); by default the numbers themselves.
    columns
        For frames, our name -> theirs, for names that aren't known: {"user_id": "who", "item_id": "what"}.

    Returns
    -------
    DataFrame
        user_id, item_id, rank (from 1 in each list, without gaps), sorted by listener and rank.

    Raises
    ------
    BadRanking
        A list names an item twice, or has a rank twice.

    Notes
    -----
    `BadRequest` if a column is missing, or arrays don't fit together: the message says which.
    """
    if not isinstance(lists, pd.DataFrame) and hasattr(lists, "to_df"):
        lists = lists.to_df()
    if isinstance(lists, pd.DataFrame):
        table = _of_frame(lists, columns or {})
    else:
        table = _of_arrays(lists, listeners, items)
    twice = table.duplicated([USER, ITEM])
    if twice.any():
        first = table[twice].iloc[0]
        raise BadRanking(
            f"lists: item {shown(first[ITEM])} is twice in the list of listener {shown(first[USER])}: a list "
            "holds each item once"
        )
    return table


def shown(value: Any) -> str:
    """Return an id as Python writes it, whatever array it comes from."""
    return repr(value.item() if isinstance(value, np.generic) else value)


def _of_frame(frame: pd.DataFrame, named: dict[str, str]) -> pd.DataFrame:
    columns = {ours: _column(frame, ours, named) for ours in ALSO_CALLED}
    for needed in (USER, ITEM):
        if columns[needed] is None:
            raise _missing(frame, needed, f"a column of {needed}")
    if columns[RANK] is None and columns[SCORE] is None:
        raise _missing(frame, RANK, "a rank or a score")
    table = pd.DataFrame({USER: frame[columns[USER]], ITEM: frame[columns[ITEM]]}).reset_index(drop=True)
    by = RANK if columns[RANK] is not None else SCORE
    order = pd.to_numeric(frame[columns[by]], errors="coerce").reset_index(drop=True)
    if table.isna().any(axis=None) or order.isna().any():
        row = int(np.flatnonzero(table.isna().any(axis=1) | order.isna())[0])
        raise BadRequest(f"lists: row {row} has no {USER}, {ITEM} or {by}: leave rows without one out")
    table["order"] = order if by == RANK else -order
    if by == RANK and (twice := table.duplicated([USER, "order"])).any():
        first = table[twice].iloc[0]
        raise BadRanking(f"lists: listener {shown(first[USER])} has rank {first['order']} twice")
    table = table.sort_values([USER, "order", ITEM], kind="stable", ignore_index=True)
    return _ranked(table[[USER, ITEM]])


def _column(frame: pd.DataFrame, ours: str, named: dict[str, str]) -> Any:
    if ours in named:
        if named[ours] not in frame:
            raise _missing(frame, ours, f"a column '{named[ours]}' (for {ours})")
        return named[ours]
    by_name = {str(name).casefold(): name for name in frame.columns}
    return next((by_name[name] for name in ALSO_CALLED[ours] if name in by_name), None)


def _missing(frame: pd.DataFrame, ours: str, what: str) -> BadRequest:
    there = ", ".join(map(str, frame.columns))
    return BadRequest(f"lists: the frame lacks {what}; it has {there}: say columns={{'{ours}': ...}}")


def _of_arrays(lists: Any, listeners: Sequence[Any] | None, items: Sequence[Any] | None) -> pd.DataFrame:
    ids, scores = _ids_and_scores(lists)
    if ids.ndim != 2:  # noqa: PLR2004 - listeners by places
        raise BadRequest(f"lists: the array of ids has shape {ids.shape}, expected (n_listeners, k)")
    who = np.arange(len(ids)) if listeners is None else np.asarray(listeners)
    if len(who) != len(ids):
        raise BadRequest(f"lists: {len(ids)} lists, but {len(who)} listeners are named")
    filled = ids >= 0
    if scores is not None:
        if scores.shape != ids.shape:
            raise BadRequest(f"lists: ids have shape {ids.shape}, scores {scores.shape}")
        filled &= np.isfinite(scores) & (scores > LOWEST)
    what = ids[filled]
    if items is not None:
        known = np.asarray(items)
        if len(what) and what.max() >= len(known):
            raise BadRequest(f"lists: item number {what.max()}, but only {len(known)} items are named")
        what = known[what]
    table = pd.DataFrame({USER: np.repeat(who, filled.sum(axis=1)), ITEM: what})
    return _ranked(table.sort_values(USER, kind="stable", ignore_index=True))


def _ids_and_scores(lists: Any) -> "tuple[NDArray[Any], NDArray[Any] | None]":
    if not isinstance(lists, tuple):
        return _integers(np.asarray(lists)), None
    arrays = [np.asarray(each) for each in lists]
    if len(arrays) != 2:  # noqa: PLR2004 - ids and scores
        raise BadRequest(f"lists: a tuple of {len(arrays)}, expected (ids, scores) or (scores, ids)")
    first, second = arrays
    if np.issubdtype(first.dtype, np.integer):
        return first, second
    return _integers(second), first


def _integers(ids: "NDArray[Any]") -> "NDArray[Any]":
    if not np.issubdtype(ids.dtype, np.integer):
        raise BadRequest(f"lists: ids are of type {ids.dtype}, expected integers, or a frame with columns")
    return ids


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{RANK: table.groupby(USER, sort=False).cumcount() + 1})
