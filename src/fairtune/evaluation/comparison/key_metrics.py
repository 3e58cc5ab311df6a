"""The figures that evaluations are compared by: where they stand, which way is better, what they can be."""

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

from fairtune.columns import TASTE
from fairtune.evaluation.gate.metrics_file import Metrics, Path, names

ACCURACY: Final = ("ndcg@10", "recall@10", "precision@10")
FULL_PREDICTOR: Final = "bias_als_influencers"


class Headline(NamedTuple):
    """A figure that evaluations are compared by.

    Attributes
    ----------
    path
        Where it stands in metrics.json.
    higher_is_better
        Whether a larger figure is a better one.
    low
        The least that the figure can be.
    high
        The most that it can be.
    """

    path: Path
    higher_is_better: bool
    low: float
    high: float


def headlines(base: Metrics, now: Metrics) -> Iterator[Headline]:
    """Yield the headline figures that either side may have, of the target and of the blocks beside it."""
    for figure in ACCURACY:
        yield Headline(("ranking", "als", figure), True, 0, 1)
    yield Headline(("rmse", "skill"), True, -math.inf, 1)
    for scale in ("log_plays", "preference"):
        yield Headline(("rmse", scale, FULL_PREDICTOR), False, 0, math.inf)
    yield from _of_providers((), base, now)
    listeners = ("fairness", "listeners")
    for grouping in _either(base, now, listeners):
        if grouping == TASTE:  # a fit makes its own taste groups: those of two fits hold different people
            continue
        yield Headline((*listeners, grouping, "eo@10", "ratio"), True, 0, 1)
    for block in _either(base, now, ("also",)):
        yield Headline(("also", block, "ranking", "als", ACCURACY[0]), True, 0, 1)
        yield from _of_providers(("also", block), base, now)


def _of_providers(block: Path, base: Metrics, now: Metrics) -> Iterator[Headline]:
    providers = (*block, "fairness", "providers")
    for grouping in _either(base, now, providers):
        for parity in ("dp@10", "eo@10"):
            yield Headline((*providers, grouping, parity, "disparity"), False, 0, math.inf)


def _either(base: Metrics, now: Metrics, path: Path) -> list[str]:
    return sorted({*names(base, path), *names(now, path)})
