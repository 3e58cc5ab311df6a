"""Which listening is learned from, tuned on and tested on.

Every function labels each row: TRAIN, VALID or TEST. All rows of a pair share a label wherever time plays no
part, so that no pair is on both sides.

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

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairtune.columns import BATCH, ITEM, SPLIT, TIMESTAMP, USER
from fairtune.config.sections import MatrixParams
from fairtune.errors import BadSplit
from fairtune.matrix import pair_hashing

Labels = NDArray[np.int8]

TRAIN: Final = 0
VALID: Final = 1
TEST: Final = 2
GIVEN: Final = {"train": TRAIN, "valid": VALID, "test": TEST}


def split(interactions: pd.DataFrame, params: MatrixParams, *, seed: int) -> Labels:
    """Label the rows of the interactions by the split that `params` names.

    Parameters
    ----------
    interactions
        The canonical table.
    params
        Name of the split, and shares of the validation and the test part.
    seed
        Of what is drawn.

    Returns
    -------
    Labels
        Shape (n_rows,).

    Raises
    ------
    BadSplit
        The data can't support the split.
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

    Parameters
    ----------
    interactions
        The canonical table.
    valid_share
        Share of each listener's pairs, 0..1.
    test_share
        Share of each listener's pairs, 0..1.
    seed
        Of the draw.

    Returns
    -------
    Labels
        Shape (n_rows,).
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
    """Draw each pair by itself: its part follows from the seed, the listener and the item alone.

    A uniform number of the pair below `test_share` is the test part, below both shares the validation part.

    Parameters
    ----------
    interactions
        The canonical table.
    valid_share
        Expected share of the pairs, 0..1.
    test_share
        Expected share of the pairs, 0..1.
    seed
        Of the draw.

    Returns
    -------
    Labels
        Shape (n_rows,).
    """
    drawn = pair_hashing.uniform(interactions[USER], interactions[ITEM], seed=seed)
    labels = np.where(drawn < test_share, TEST, np.where(drawn < test_share + valid_share, VALID, TRAIN))
    return labels.astype(np.int8)


def by_ratio(interactions: pd.DataFrame, *, valid_share: float, test_share: float, seed: int) -> Labels:
    """Draw each listener's rows apart as RecBole's ratio split does (`_calcu_split_ids`, version 1.1.1).

    Shares are rounded down. Where that leaves nothing, one row is given to the test part, then one to the
    validation part, as long as training keeps one: from three rows on a listener is in every part.

    Parameters
    ----------
    interactions
        The canonical table.
    valid_share
        Share of each listener's rows, 0..1.
    test_share
        Share of each listener's rows, 0..1.
    seed
        Of the draw.

    Returns
    -------
    Labels
        Shape (n_rows,).
    """
    listeners = interactions[USER].factorize()[0]
    drawn = np.random.default_rng(seed).random(len(interactions))
    position, size = _positions(listeners, drawn)
    tested = np.where(size > 1, np.maximum(np.floor(size * test_share), 1), 0)
    validated = np.where(size - tested > 1, np.maximum(np.floor(size * valid_share), 1), 0)
    labels = np.where(position < tested, TEST, np.where(position < tested + validated, VALID, TRAIN))
    return labels.astype(np.int8)


def leave_last(interactions: pd.DataFrame) -> Labels:
    """Test on each listener's last row and tune on the one before.

    Parameters
    ----------
    interactions
        The canonical table, with time stamps.

    Returns
    -------
    Labels
        Shape (n_rows,); all is training for a listener with fewer than three rows.
    """
    listeners = interactions[USER].factorize()[0]
    order = interactions[TIMESTAMP].to_numpy().astype("datetime64[s]").astype(np.int64)
    batch = interactions[BATCH].to_numpy() if BATCH in interactions else np.zeros(len(order), dtype=np.int64)
    position, size = _positions(listeners, -order, -batch)
    labels = np.where(position == 0, TEST, np.where(position == 1, VALID, TRAIN))
    return np.where(size >= len(GIVEN), labels, TRAIN).astype(np.int8)


def temporal(interactions: pd.DataFrame, *, valid_share: float, test_share: float) -> Labels:
    """Cut at two global times, so that the latest rows are the test part.

    Parameters
    ----------
    interactions
        The canonical table, with time stamps.
    valid_share
        Share of the rows between the two times, 0..1.
    test_share
        Share of the rows from the second time on, 0..1.

    Returns
    -------
    Labels
        Shape (n_rows,).

    Raises
    ------
    BadSplit
        Too many rows carry the same time stamp for two different times.
    """
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
    """Take the labels of the column `split`; later batches without any are drawn pair by pair.

    Parameters
    ----------
    interactions
        The canonical table, with a column `split`: train, valid or test.
    valid_share
        Expected share of the later pairs, 0..1.
    test_share
        Expected share of the later pairs, 0..1.
    seed
        Of the draw of the later pairs.

    Returns
    -------
    Labels
        Shape (n_rows,).

    Raises
    ------
    BadSplit
        The column is missing, holds another label, or leaves a part empty.
    """
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
    """Mark the rows that came in a batch, and not with the data set."""
    if BATCH not in interactions:
        return np.zeros(len(interactions), dtype=bool)
    return np.asarray(interactions[BATCH] > 0, dtype=bool)


def _positions(listeners: NDArray[np.intp], *keys: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rank every row among its listener's rows, ascending from 0, and count the listener's rows.

    The last of `keys` counts first.
    """
    order = np.lexsort((*keys, listeners))
    counts = np.bincount(listeners)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    position = np.empty(len(listeners), dtype=np.intp)
    position[order] = np.arange(len(listeners)) - starts[listeners[order]]
    return position, counts[listeners]
