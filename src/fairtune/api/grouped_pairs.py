"""Frames of ids, as anybody has them, as the arrays that figures are computed from."""

from collections.abc import Hashable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from fairtune.api.lists import RANK, shown
from fairtune.columns import ITEM, SHARE, UNKNOWN, USER
from fairtune.errors import BadRequest
from fairtune.metrics.fairness.provider_parity import Membership
from fairtune.metrics.ranking import NOTHING, Lists

Groups: TypeAlias = Mapping[Hashable, Any] | pd.Series | pd.DataFrame
GROUP: Final = "group"


def pairs(pairs: pd.DataFrame | None, what: str) -> pd.DataFrame | None:
    """Return pairs once each, None as it is; `BadRequest` if a column is missing."""
    if pairs is None:
        return None
    if missing := [name for name in (USER, ITEM) if name not in pairs]:
        there = ", ".join(map(str, pairs.columns))
        raise BadRequest(f"fairness: {what} lacks a column '{missing[0]}'; it has {there}")
    return pairs[[USER, ITEM]].drop_duplicates()


def groupings(given: Groups, key: str, what: str) -> dict[str, pd.DataFrame]:
    """Return for each grouping a frame of id, group, share."""
    if isinstance(given, pd.DataFrame):
        if key not in given:
            there = ", ".join(map(str, given.columns))
            raise BadRequest(f"fairness: {what} lacks a column '{key}'; it has {there}")
        if key == ITEM and {GROUP, SHARE} <= set(given.columns):
            return {GROUP: given[[ITEM, GROUP, SHARE]]}
        named = {str(name): given[[key, name]] for name in given.columns if name != key}
        if not named:
            raise BadRequest(f"fairness: {what} has no column beside '{key}': a grouping is a column")
    else:
        series = given if isinstance(given, pd.Series) else pd.Series(dict(given), dtype="object")
        name = GROUP if series.name is None else str(series.name)
        named = {name: pd.DataFrame({key: series.index, GROUP: series.to_numpy()})}
    tables = {}
    for name, table in named.items():
        if table[key].duplicated().any():
            twice = table[key][table[key].duplicated()].iloc[0]
            raise BadRequest(f"fairness: {what} names {shown(twice)} twice: one row each")
        tables[name] = table.set_axis([key, GROUP], axis=1).assign(**{SHARE: 1.0})
    return tables


def index(columns: "list[pd.Series]") -> pd.Index:
    """Return all ids in order: numbers by size, else by their text."""
    ids = pd.unique(pd.concat([each.astype("object") for each in columns], ignore_index=True))
    numbers = all(isinstance(each, int | np.integer) for each in ids)
    return pd.Index(sorted(ids) if numbers else sorted(ids, key=str), dtype="int64" if numbers else "object")


def array(listed: pd.DataFrame, users: pd.Index, items: pd.Index, k: int) -> Lists:
    """Return ranked lists as numbers of items: (n_listeners, k), `NOTHING` where a list is shorter."""
    ranked = np.full((len(users), k), NOTHING, dtype=np.int32)
    ranked[users.get_indexer(listed[USER]), listed[RANK] - 1] = items.get_indexer(listed[ITEM])
    return ranked


def matrix(pairs: pd.DataFrame | None, users: pd.Index, items: pd.Index) -> csr_array:
    """Mark pairs: (n_listeners, n_items), nothing without any."""
    if pairs is None:
        return csr_array((len(users), len(items)))
    cells = np.ones(len(pairs)), (users.get_indexer(pairs[USER]), items.get_indexer(pairs[ITEM]))
    return csr_array(cells, shape=(len(users), len(items)))


def membership(table: pd.DataFrame, items: pd.Index) -> Membership:
    """Return the groups of all items; what no row says of an item is unknown."""
    labels = table[GROUP].map(lambda value: UNKNOWN if pd.isna(value) else str(value))
    known = sorted(set(labels) - {UNKNOWN})
    names = [*known, UNKNOWN]
    membership = np.zeros((len(items), len(names)))
    at = items.get_indexer(table[ITEM]), pd.Index(names).get_indexer(labels)
    np.add.at(membership, at, table[SHARE].to_numpy(np.float64))
    left = np.round(1 - membership.sum(axis=1), 9)
    if (left < 0).any():
        item = items[int(np.flatnonzero(left < 0)[0])]
        raise BadRequest(f"fairness: the shares of item {shown(item)} sum to more than 1")
    membership[:, -1] += left
    if not membership[:, -1].any():
        return known, membership[:, :-1]
    return names, membership


def labels(table: pd.DataFrame, users: pd.Index) -> list[str]:
    """Return the group of each listener; what no row says of one is unknown."""
    labels = pd.Series(table[GROUP].to_numpy(dtype="object"), index=table[USER]).reindex(users)
    return [UNKNOWN if pd.isna(value) else str(value) for value in labels]
