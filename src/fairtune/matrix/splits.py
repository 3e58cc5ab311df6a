"""Which listening is learned from, tuned on and tested on.

Every function gives one label a row: TRAIN, VALID or TEST. All rows of a pair share a label wherever time
plays no part, so that no pair is on both sides.

Where new listening came in batches (column `batch`), what is held out now was never learned from before, so
that models of different days can be compared and one can start from another:
- `random`: what came with the data set is drawn as without batches; every later pair is drawn by itself, by a
  number that depends on the seed, the listener and the item alone, and so never moves to another part.
- `given`: rows without a label, which new listening has none of, are drawn like the later pairs of `random`.
- `leave_last`: rows of a later batch are later, whatever their time; a listener's last row moves on to
  validation, then to training, as newer ones come.
- `temporal`: the two times are those of the data that there is, and never earlier than those of any earlier
  batch; what was held out becomes training as time goes on.
"""

import hashlib
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairtune.columns import BATCH, ITEM, SPLIT, TIMESTAMP, USER
from fairtune.config.params import MatrixParams
from fairtune.errors import BadSplit

Labels = NDArray[np.int8]

TRAIN: Final = 0
VALID: Final = 1
TEST: Final = 2
GIVEN: Final = {"train": TRAIN, "valid": VALID, "test": TEST}


def split(interactions: pd.DataFrame, params: MatrixParams, *, seed: int) -> Labels:
    """Label the rows of `interactions` by the split that `params` names; `BadSplit` if the data can't support
    it.
    """
    if params.split == "random":
        return random(interactions, valid_share=params.valid_share, test_share=params.test_share, seed=seed)
    if params.split == "given":
        return given(interactions, valid_share=params.valid_share, test_share=params.test_share, seed=seed)
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

    A listener with one or two pairs keeps them all in training at the usual 70/10/20. Pairs of later batches
    are drawn one by one, see `pair_by_pair`.
    """
    later = _later(interactions)
    if later.any():
        labels = np.empty(len(interactions), dtype=np.int8)
        labels[~later] = random(
            interactions[~later], valid_share=valid_share, test_share=test_share, seed=seed
        )
        labels[later] = pair_by_pair(
            interactions[later], valid_share=valid_share, test_share=test_share, seed=seed
        )
        return labels
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


def pair_by_pair(interactions: pd.DataFrame, *, valid_share: float, test_share: float, seed: int) -> Labels:
    """Draw each pair by itself, whatever else there is: its part follows from the seed, listener and item.

    A uniform number of the pair below `test_share` is the test part, below both shares the validation part.
    """
    listeners, items = _digests(interactions[USER]), _digests(interactions[ITEM])
    drawn = _mixed(listeners ^ np.uint64(seed % 2**64), items) / 2.0**64
    labels = np.where(drawn < test_share, TEST, np.where(drawn < test_share + valid_share, VALID, TRAIN))
    return labels.astype(np.int8)


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
    batch = interactions[BATCH].to_numpy() if BATCH in interactions else np.zeros(len(order), dtype=np.int64)
    position, size = _positions(listeners, -order, -batch)
    labels = np.where(position == 0, TEST, np.where(position == 1, VALID, TRAIN))
    return np.where(size >= len(GIVEN), labels, TRAIN).astype(np.int8)


def temporal(interactions: pd.DataFrame, *, valid_share: float, test_share: float) -> Labels:
    """Cut at two global times, so that the latest `test_share` of rows is the test part."""
    times = interactions[TIMESTAMP]
    batch = interactions[BATCH] if BATCH in interactions else pd.Series(0, index=times.index)
    cuts = [
        times[batch <= number].quantile([1 - valid_share - test_share, 1 - test_share])
        for number in np.sort(batch.unique())
    ]
    to_valid, to_test = (max(cut.iloc[place] for cut in cuts) for place in (0, 1))
    if not times.min() < to_valid < to_test:
        raise BadSplit(
            "matrix.split: 'temporal' finds no two times that cut off the validation and the test part: "
            "too many plays carry the same time stamp; use 'random'"
        )
    return np.where(times >= to_test, TEST, np.where(times >= to_valid, VALID, TRAIN)).astype(np.int8)


def given(
    interactions: pd.DataFrame, *, valid_share: float = 0.1, test_share: float = 0.2, seed: int = 0
) -> Labels:
    """Take the labels of the column `split`; later batches without any are drawn pair by pair."""
    if SPLIT not in interactions:
        raise BadSplit("matrix.split: 'given' needs a column 'split' in the interactions: use 'random'")
    later = _later(interactions) & interactions[SPLIT].isna().to_numpy()
    if later.any():
        labelled = np.empty(len(interactions), dtype=np.int8)
        labelled[~later] = given(interactions[~later])
        labelled[later] = pair_by_pair(
            interactions[later], valid_share=valid_share, test_share=test_share, seed=seed
        )
        return labelled
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


def _later(interactions: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each row came in a batch, and not with the data set."""
    if BATCH not in interactions:
        return np.zeros(len(interactions), dtype=bool)
    return np.asarray(interactions[BATCH] > 0, dtype=bool)


def _digests(ids: pd.Series) -> NDArray[np.uint64]:
    """Give 64 bits of each id, the same for a number as for its digits: shape of `ids`."""
    codes, unique = ids.factorize()
    digests = (hashlib.blake2b(str(each).encode(), digest_size=8).digest() for each in unique)
    return np.asarray(np.frombuffer(b"".join(digests), dtype="<u8")[codes], dtype=np.uint64)


def _mixed(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix two numbers into one by the finaliser of SplitMix64 (Steele, Lea, Flood: OOPSLA 2014), twice."""
    mixed = first
    for more in (np.zeros_like(second), second):
        mixed = (mixed ^ more) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed = mixed ^ (mixed >> np.uint64(31))
    return mixed


def _positions(listeners: NDArray[np.intp], *keys: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rank every row among its listener's rows by `keys`, the last of them first, ascending from 0; with the
    listener's number of rows.
    """
    order = np.lexsort((*keys, listeners))
    counts = np.bincount(listeners)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    position = np.empty(len(listeners), dtype=np.intp)
    position[order] = np.arange(len(listeners)) - starts[listeners[order]]
    return position, counts[listeners]
