"""Which listening is learned from, tuned on and tested on.

Every function gives one label a row: TRAIN, VALID or TEST. All rows of a pair share a label wherever time
plays no part, so that no pair is on both sides.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairtune.columns import ITEM, SPLIT, TIMESTAMP, USER
from fairtune.errors import BadSplit
from fairtune.params import Matrix

Labels = NDArray[np.int8]

TRAIN: Final = 0
VALID: Final = 1
TEST: Final = 2
GIVEN: Final = {"train": TRAIN, "valid": VALID, "test": TEST}


def split(interactions: pd.DataFrame, params: Matrix, *, seed: int) -> Labels:
    """Label the rows of `interactions` by the split that `params` names; `BadSplit` if the data can't support
    it.
    """
    if params.split == "random":
        return random(interactions, valid_share=params.valid_share, test_share=params.test_share, seed=seed)
    if params.split == "given":
        return given(interactions)
    if TIMESTAMP not in interactions:
        raise BadSplit(
            f"matrix.split: '{params.split}' needs a time stamp on every play and this data set has none: "
            "use 'random' or 'given'"
        )
    if params.split == "leave_last":
        return leave_last(interactions)
    return temporal(interactions, valid_share=params.valid_share, test_share=params.test_share)


def random(interactions: pd.DataFrame, *, valid_share: float, test_share: float, seed: int) -> Labels:
    """Draw each listener's pairs apart: shares rounded to the nearest pair, the rest is training.

    A listener with one or two pairs keeps them all in training at the usual 70/10/20.
    """
    pairs = interactions[[USER, ITEM]].drop_duplicates()
    listeners = pairs[USER].factorize()[0]
    drawn = np.random.default_rng(seed).random(len(pairs))
    position, size = _positions(listeners, drawn)
    tested = np.floor(size * test_share + 0.5)
    validated = np.floor(size * valid_share + 0.5)
    labels = np.where(position < tested, TEST, np.where(position < tested + validated, VALID, TRAIN))
    if len(pairs) == len(interactions):
        return labels.astype(np.int8)
    labelled = interactions[[USER, ITEM]].merge(pairs.assign(label=labels), on=[USER, ITEM], how="left")
    return np.asarray(labelled["label"], dtype=np.int8)


def by_ratio(interactions: pd.DataFrame, *, valid_share: float, test_share: float, seed: int) -> Labels:
    """Draw each listener's rows apart as RecBole's ratio split does (`_calcu_split_ids`, version 1.1.1).

    Shares are rounded down. Where that leaves nothing, one row is given to the test part, then one to the
    validation part, as long as training keeps one: from three rows on a listener is in every part.
    """
    listeners = interactions[USER].factorize()[0]
    drawn = np.random.default_rng(seed).random(len(interactions))
    position, size = _positions(listeners, drawn)
    tested = np.where(size > 1, np.maximum(np.floor(size * test_share), 1), 0)
    validated = np.where(size - tested > 1, np.maximum(np.floor(size * valid_share), 1), 0)
    labels = np.where(position < tested, TEST, np.where(position < tested + validated, VALID, TRAIN))
    return labels.astype(np.int8)


def leave_last(interactions: pd.DataFrame) -> Labels:
    """Test on each listener's last row and tune on the one before; with fewer than three rows all is
    training.
    """
    listeners = interactions[USER].factorize()[0]
    order = interactions[TIMESTAMP].to_numpy().astype("datetime64[s]").astype(np.int64)
    position, size = _positions(listeners, -order)
    labels = np.where(position == 0, TEST, np.where(position == 1, VALID, TRAIN))
    return np.where(size >= len(GIVEN), labels, TRAIN).astype(np.int8)


def temporal(interactions: pd.DataFrame, *, valid_share: float, test_share: float) -> Labels:
    """Cut at two global times, so that the latest `test_share` of rows is the test part."""
    times = interactions[TIMESTAMP]
    to_valid, to_test = times.quantile([1 - valid_share - test_share, 1 - test_share])
    if not times.min() < to_valid < to_test:
        raise BadSplit(
            "matrix.split: 'temporal' finds no two times that cut off the validation and the test part: "
            "too many plays carry the same time stamp; use 'random'"
        )
    return np.where(times >= to_test, TEST, np.where(times >= to_valid, VALID, TRAIN)).astype(np.int8)


def given(interactions: pd.DataFrame) -> Labels:
    """Take the labels of the column `split`."""
    if SPLIT not in interactions:
        raise BadSplit("matrix.split: 'given' needs a column 'split' in the interactions: use 'random'")
    labels = interactions[SPLIT].map(GIVEN)
    if labels.isna().any():
        wrong = sorted(interactions.loc[labels.isna(), SPLIT].astype(str).unique())[:3]
        raise BadSplit(
            f"matrix.split: column 'split' holds {', '.join(map(repr, wrong))}; "
            f"it may hold {', '.join(GIVEN)}"
        )
    missing = [name for name, label in GIVEN.items() if not (labels == label).any()]
    if missing:
        raise BadSplit(f"matrix.split: column 'split' names no row '{missing[0]}': every part needs some")
    return np.asarray(labels, dtype=np.int8)


def _positions(
    listeners: NDArray[np.intp], key: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rank every row among its listener's rows by `key`, ascending from 0; with the listener's number of
    rows.
    """
    order = np.lexsort((key, listeners))
    counts = np.bincount(listeners)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    position = np.empty(len(listeners), dtype=np.intp)
    position[order] = np.arange(len(listeners)) - starts[listeners[order]]
    return position, counts[listeners]
