"""How much would a listener play this? A ladder of least squares: means, biases, the ALS fit, influencers.

Features of a pair come from listening that the pair is held out from, and from an ALS fit on that. To learn
what they are worth, a tenth of the listening after the other is held out (`out_of_fold`) and the pairs of all
tenths are pooled. So every feature is out of fold, and nothing of a test pair is seen before it is judged.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from fairtune.columns import DEMOGRAPHIC, BlockName, Part
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.ranking import Rows
from fairtune.models.als.model import Als
from fairtune.models.play_prediction import cross_fitting, influencers, pair_features, regression
from fairtune.models.play_prediction.play_statistics import Floats, Pairs, cells, listening
from fairtune.models.play_prediction.regression import Regression

Features = Mapping[str, Floats]

BIAS: Final = "bias"
FULL: Final = "bias_als_influencers"
_BIASES: Final = ("item_bias", "user_bias")
RUNGS: Final[dict[str, tuple[str, ...]]] = {
    "global_mean": (),
    "item_mean": ("item_mean",),
    "user_mean": ("user_mean",),
    BIAS: _BIASES,
    "bias_spread": (*_BIASES, "spread"),
    "bias_als": (*_BIASES, "spread", "als"),
    FULL: (*_BIASES, "spread", "als", "influencer"),
}
"""Features of each rung of the ladder, by the beginning of their name."""
STRAIGHT: Final = frozenset({"global_mean", "item_mean", "user_mean", BIAS})
"""Rungs that are linear in their features: the baselines as published. The others may bend."""


@dataclass(frozen=True)
class PlayPredictor:
    """Regressions that predict play counts.

    Attributes
    ----------
    rungs
        Of the ladder, by name.
    without
        The last rung, less what one influencer says of a pair, by block.
    """

    rungs: Mapping[str, Regression]
    without: Mapping[BlockName, Regression]


def learn(
    matrix: Matrix, part: Part, fit_als: Callable[[Matrix], Als], *, folds: int, seed: int
) -> PlayPredictor:
    """Fit all rungs to pairs of a part, each held out from what its features know.

    Parameters
    ----------
    matrix
        Whose pairs are learned.
    part
        Part of it that is learned.
    fit_als
        Fits the part TRAIN of the matrix it is given; called once for each fold.
    folds
        How many tenths of `part` are held out in turn, 1..10.
    seed
        Of the folds, and of the pairs that nobody plays.

    Returns
    -------
    PlayPredictor
        All rungs, and the last one without each influencer.
    """
    pooled: list[tuple[dict[str, Floats], Floats]] = []
    for held in cross_fitting.held_out(matrix, part, folds=folds, seed=seed):
        pairs = held_out_pairs(held, Part.TRAIN, seed=seed)
        pooled.append((features(held, Part.TRAIN, fit_als(held), pairs), pairs.y))
    y = np.concatenate([plays for _, plays in pooled])
    known = {name: np.concatenate([fold[name] for fold, _ in pooled]) for name in pooled[0][0]}
    return fit(known, y, influencing_blocks(matrix))


def influencing_blocks(matrix: Matrix) -> tuple[BlockName, ...]:
    """Return the blocks that are influencers: not the items themselves, and not who a listener is."""
    return tuple(
        block for block in matrix.blocks if block is not matrix.item_block and block not in DEMOGRAPHIC
    )


def held_out_pairs(matrix: Matrix, part: Part, *, seed: int) -> Pairs:
    """Return the pairs that are held out from a part.

    Parameters
    ----------
    matrix
        Whose pairs they are.
    part
        TRAIN or TRAIN_VALID.
    seed
        Of the pairs that are drawn where plays aren't counted.

    Returns
    -------
    Pairs
        y = ln(1+plays). Where plays aren't counted, y = 1 for them, and as many pairs follow with y = 0,
        drawn uniformly for the same listeners among the items they play in no part.
    """
    rows, items, plays = cells(matrix.held_out(part))
    if matrix.counts:
        return Pairs(rows, items, np.log1p(plays))
    unplayed = _unplayed(matrix.plays(Part.ALL), rows, np.random.default_rng(seed))
    y = np.repeat([1.0, 0.0], len(rows))
    return Pairs(np.concatenate([rows, rows]), np.concatenate([items, unplayed]), y)


def features(matrix: Matrix, part: Part, als: Als, pairs: Pairs) -> dict[str, Floats]:
    """Describe pairs from one part alone.

    Parameters
    ----------
    matrix
        Blocks, shares and friends.
    part
        Whose cells count; it doesn't hold the pairs.
    als
        A fit on that part.
    pairs
        What is described.

    Returns
    -------
    dict
        All features by name, (n_pairs,) each.
    """
    observed = listening(matrix, part)
    return {
        **pair_features.statistics(observed, pairs),
        **pair_features.tastes(observed, als, matrix.item_block, pairs),
        **influencers.influencers(observed, matrix, als, pairs),
    }


def fit(known: Features, y: Floats, influencers: Iterable[BlockName] = ()) -> PlayPredictor:
    """Fit every rung by least squares.

    Parameters
    ----------
    known
        Features of pairs by name, (n,) each.
    y
        What is true of the pairs, (n,).
    influencers
        Blocks without which the last rung is fitted as well.

    Returns
    -------
    PlayPredictor
        The fitted rungs.
    """
    sums = regression.gather(known, _names(known, RUNGS[FULL]), y, bent=True)
    rungs = {
        rung: regression.fit(known, _names(known, beginnings), y, bent=False)
        if rung in STRAIGHT
        else regression.solve(sums, _names(known, beginnings))
        for rung, beginnings in RUNGS.items()
    }
    less = {block: regression.solve(sums, without(sums.features.names, block)) for block in influencers}
    return PlayPredictor(rungs=rungs, without=less)


def without(names: Iterable[str], block: BlockName) -> tuple[str, ...]:
    """Leave out the features of one influencer; the ALS score, which may have learnt from it, stays."""
    return tuple(name for name in names if not name.startswith(f"influencer_{block}_"))


def predict(fitted: Mapping[str, Regression], known: Features, n: int) -> dict[str, Floats]:
    """Predict play counts with each rung.

    Parameters
    ----------
    fitted
        Rungs by name.
    known
        Features of the pairs by name, (n,) each.
    n
        Number of pairs.

    Returns
    -------
    dict
        Predictions of y, (n,) each, by rung.
    """
    return {name: regression.predict(rung, known, n) for name, rung in fitted.items()}


def _names(known: Features, beginnings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in sorted(known) if beginnings and name.startswith(beginnings))


def _unplayed(plays: csr_array, rows: Rows, rng: np.random.Generator) -> Rows:
    """Draw for each of `rows` an item that its listener never played: uniform, by rejection."""
    n_items = plays.shape[1]
    listeners, items, _ = cells(plays)
    played = np.sort(listeners * n_items + items)
    drawn = rng.integers(0, n_items, size=len(rows))
    again = np.arange(len(rows))
    while len(again):
        codes = rows[again] * n_items + drawn[again]
        place = np.minimum(np.searchsorted(played, codes), len(played) - 1)
        again = again[played[place] == codes]
        drawn[again] = rng.integers(0, n_items, size=len(again))
    return drawn
