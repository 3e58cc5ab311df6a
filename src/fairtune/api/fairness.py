"""Demographic parity and equal opportunity, with intervals, of any recommender's lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from fairtune.api import frames, grouped_pairs
from fairtune.api.grouped_pairs import GROUP, Groups
from fairtune.api.lists import RANK, read_lists
from fairtune.columns import ITEM, USER
from fairtune.errors import BadRequest
from fairtune.metrics import accuracy, beyond_accuracy
from fairtune.metrics.bootstrap import Bootstrap
from fairtune.metrics.fairness import listener_parity, provider_parity
from fairtune.metrics.fairness.provider_parity import Membership
from fairtune.metrics.ranking import Lists

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Fairness:
    """How groups of items and of listeners fare in ranked lists.

    Attributes
    ----------
    groups
        A row a group: of ("items" or "listeners"), grouping, measure ("dp@10", "eo@10", ...), group, its rate
        (value, low, high: a 95 % interval by resampling listeners; NaN where there is none), n (items, or
        listeners who count), and for groups of items share_catalogue, share_listening, share_recommended.
    spreads
        How far the groups lie apart, a row a measure: of, grouping, measure, spread (difference: 0 is parity;
        ratio of the lowest to the highest rate: 1 is parity; disparity: standard deviation over mean, 0 is
        parity), value, low, high.
    metrics
        The same as nested mappings, as in metrics.json: {"providers": ..., "listeners": ...}.
    n_listeners
        Listeners that were judged.
    """

    groups: pd.DataFrame
    spreads: pd.DataFrame
    metrics: dict[str, Any]
    n_listeners: int

    def __str__(self) -> str:
        """Return the spreads as a table of text."""
        return f"{self._title}\n{self.spreads.to_string(index=False, float_format='{:.4f}'.format)}"

    def _repr_html_(self) -> str:
        return frames.html(self._title, {"How far apart": self.spreads, "Groups": self.groups})

    def plot(self, measure: str | None = None, *, grouping: str | None = None) -> "Axes":
        """Draw the rates of the groups with their intervals, as bars.

        Parameters
        ----------
        measure
            "dp@10", "eo@10", ...; by default the first there is.
        grouping
            Which grouping; by default the first that has the measure.

        Returns
        -------
        Axes
            Of matplotlib, drawn by pandas.

        Raises
        ------
        BadRequest
            There is no such measure or grouping.
        """
        chosen = self.groups
        for column, wanted in (("measure", measure), ("grouping", grouping)):
            there = list(dict.fromkeys(chosen[column]))
            if not there or (wanted is not None and wanted not in there):
                raise BadRequest(f"plot: no {column} {wanted!r}; there are: {', '.join(there)}")
            chosen = chosen[chosen[column] == (there[0] if wanted is None else wanted)]
        chosen = chosen[chosen["value"].notna()].iloc[::-1]
        around = np.nan_to_num([chosen["value"] - chosen["low"], chosen["high"] - chosen["value"]])
        first = chosen.iloc[0]
        axes: Axes = chosen.plot.barh(x=GROUP, y="value", xerr=around, legend=False, capsize=3)
        axes.set_xlabel(f"{first['measure']} rate, with 95 % intervals")
        axes.set_ylabel(first["grouping"])
        return axes

    @property
    def _title(self) -> str:
        return f"Fairness of the lists of {self.n_listeners:,} listeners"


def fairness(
    lists: Any,
    *,
    item_groups: Groups | None = None,
    listener_groups: Groups | None = None,
    truth: pd.DataFrame | None = None,
    known: pd.DataFrame | None = None,
    k: int = 10,
    min_item_group: int = 0,
    min_listener_group: int = 0,
    resamples: int = 1000,
    seed: int = 0,
    **reading: Any,
) -> Fairness:
    """Measure demographic parity (DP) and equal opportunity (EO) of ranked lists, whoever made them.

    Parameters
    ----------
    lists
        Lists in any form that `read_lists` takes: a frame of user_id, item_id and rank or score, or arrays.
    item_groups
        The group of each item: a mapping or Series from item to group; or a frame of item_id and a column a
        grouping; or, where an item belongs to several groups in part, a frame of item_id, group, share. The
        items that are named make the catalogue. Null: unknown, shown and never compared.
    listener_groups
        The group of each listener, likewise (without shares).
    truth
        Rows of user_id, item_id: what listeners turned out to play. Without it there is no EO.
    known
        Rows of user_id, item_id: what they played before and so can't be recommended; it lowers what a group
        of items could get. By default nothing.
    k
        Places of a list that count, 1 and above.
    min_item_group
        Groups of fewer items are pooled as `other`; 0: none is.
    min_listener_group
        Groups of fewer listeners are pooled as `other`.
    resamples
        Of the listeners, for the intervals; 0: no intervals.
    seed
        Of the resamples.
    **reading
        What `read_lists` takes besides: listeners, items, columns.

    Returns
    -------
    Fairness
        For groups of items DP, P(recommended | group): places they get for each chance (a listener and an
        item not known), and EO, P(recommended | group, will be played), for each item of the truth. For
        groups of listeners EO, their mean recall, dp_ndcg, their mean nDCG, and dp_<grouping>.<group>, the
        mean share of a group of items in their lists.

    Raises
    ------
    BadRequest
        Neither kind of groups is given, or a frame lacks a column.

    References
    ----------
    Zhu, Wang and Caverlee, "Measuring and mitigating item under-recommendation bias in personalized ranking
    systems", SIGIR 2020. On pairs of a listener and an item the two rates are fairlearn's selection rate and
    true positive rate.
    """
    if item_groups is None and listener_groups is None:
        raise BadRequest("fairness: say item_groups, listener_groups, or both")
    if k < 1:
        raise BadRequest(f"fairness: k = {k} is out of range: it goes from 1")
    listed = read_lists(lists, **reading)
    listed = listed[listed[RANK] <= k]
    truth, known = grouped_pairs.pairs(truth, "truth"), grouped_pairs.pairs(known, "known")
    of_items = {} if item_groups is None else grouped_pairs.groupings(item_groups, ITEM, "item_groups")
    of_listeners = (
        {} if listener_groups is None else grouped_pairs.groupings(listener_groups, USER, "listener_groups")
    )
    given = [listed, *(pairs for pairs in (truth, known) if pairs is not None)]
    users = grouped_pairs.index([pairs[USER] for pairs in given])
    items = grouped_pairs.index(
        [*(pairs[ITEM] for pairs in given), *(each[ITEM] for each in of_items.values())]
    )
    ranked = grouped_pairs.array(listed, users, items, k)
    bootstrap = Bootstrap(n_listeners=len(users), resamples=resamples, seed=seed)
    wanted, before = grouped_pairs.matrix(truth, users, items), grouped_pairs.matrix(known, users, items)
    members = {name: grouped_pairs.membership(table, items) for name, table in of_items.items()}
    providers = _of_providers(ranked, wanted, before, members, k, bootstrap, min_item_group)
    figures = _of_each(ranked, wanted, members, k)
    listeners = {
        name: _of_listeners(figures, grouped_pairs.labels(table, users), bootstrap, min_listener_group)
        for name, table in of_listeners.items()
    }
    metrics = {"providers": providers, "listeners": listeners}
    if truth is None:
        metrics = _without_truth(metrics)
    return _collected(metrics, len(users))


def _without_truth(metrics: dict[str, Any]) -> dict[str, Any]:
    return {
        side: {
            name: {measure: each for measure, each in parities.items() if not measure.startswith("eo@")}
            for name, parities in groupings.items()
        }
        for side, groupings in metrics.items()
    }


def _of_providers(
    ranked: Lists,
    truth: csr_array,
    known: csr_array,
    members: Mapping[str, Membership],
    k: int,
    bootstrap: Bootstrap,
    min_group: int,
) -> dict[str, Any]:
    if not members:
        return {}
    chances = provider_parity.chances(truth, known, members, bootstrap=bootstrap, min_group=min_group)
    return provider_parity.compare(ranked, chances, [k])


def _of_each(ranked: Lists, truth: csr_array, members: Mapping[str, Membership], k: int) -> dict[str, Any]:
    """Measure each listener's list: by the name of the comparison between groups, (n_listeners,)."""
    figures: dict[str, Any] = {}
    if truth.nnz:
        accuracies = accuracy.per_listener(ranked, truth, [k])
        figures |= {f"eo@{k}": accuracies[f"recall@{k}"], f"dp_ndcg@{k}": accuracies[f"ndcg@{k}"]}
    for grouping, (names, membership) in members.items():
        inside = beyond_accuracy.shares(ranked, np.asarray(membership), k)
        figures |= {f"dp_{grouping}.{name}@{k}": inside[:, at] for at, name in enumerate(names)}
    return figures


def _of_listeners(
    figures: Mapping[str, Any], labels: list[str], bootstrap: Bootstrap, min_group: int
) -> dict[str, Any]:
    by_group = listener_parity.grouped(figures, labels, bootstrap=bootstrap, min_group=min_group)
    return listener_parity.compare(by_group, {name: name for name in figures})


def _collected(metrics: dict[str, Any], n_listeners: int) -> Fairness:
    groups, spreads = [], []
    for side, key in (("items", "providers"), ("listeners", "listeners")):
        for name, parities in metrics[key].items():
            groups += frames.groups(parities, of=side, grouping=name)
            spreads += frames.spreads(parities, of=side, grouping=name)
    return Fairness(
        groups=frames.floats(pd.DataFrame(groups)),
        spreads=frames.floats(pd.DataFrame(spreads)),
        metrics=metrics,
        n_listeners=n_listeners,
    )
