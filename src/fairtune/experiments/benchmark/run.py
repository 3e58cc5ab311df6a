"""Every model under one protocol: tuned once, then fitted and judged for every seed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from fairtune.columns import Part
from fairtune.config.hyperparameters import Hyperparameters
from fairtune.experiments.benchmark import search
from fairtune.experiments.benchmark.models import ALTERNATIVES, Factorisation, factorisations
from fairtune.experiments.benchmark.published import EMBEDDING, FIGURES, K
from fairtune.matrix.matrix import Matrix
from fairtune.metrics import accuracy, ranking
from fairtune.metrics.ranking import Rows
from fairtune.metrics.rounding import significant
from fairtune.models.als import model as als
from fairtune.models.base import Scores
from fairtune.models.baselines.catalogue import alternative
from fairtune.models.neighbours.model import Learned

GOAL: Final = f"ndcg@{K}"
"""What the searches raise on the validation part, as those of the published models did."""

FINALISTS: Final = 6
"""How many of the best hyperparameters of a search on the first seed the other seeds judge too."""

Figures = Mapping[str, float]
Splits = Callable[[int], Matrix]


@dataclass(frozen=True)
class Draw:
    """The split of a seed.

    Attributes
    ----------
    matrix
        The listening.
    learned
        Neighbours of its training part.
    """

    matrix: Matrix
    learned: Learned

    @classmethod
    def of(cls, matrix: Matrix, threads: int) -> "Draw":
        """Return the split that `matrix` is, with nothing learned yet."""
        return cls(matrix, Learned(Part.TRAIN, threads))


@dataclass(frozen=True)
class Entry:
    """A row of ours.

    Attributes
    ----------
    model
        Name of the model.
    free
        Whether the search chose the number of factors.
    hyperparameters
        What the search chose; None where nothing is tuned.
    by_seed
        Figures of each seed.
    """

    model: str
    free: bool
    hyperparameters: Hyperparameters | None
    by_seed: tuple[Figures, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the row with mean and sample standard deviation over the seeds (null for a single one)."""
        values = {name: np.array([figures[name] for figures in self.by_seed]) for name in FIGURES}
        several = len(self.by_seed) > 1
        return {
            "model": self.model,
            "free": self.free,
            "factors": None if self.hyperparameters is None else self.hyperparameters.factors,
            "hyperparameters": None if self.hyperparameters is None else asdict(self.hyperparameters),
            "mean": {name: significant(column.mean()) for name, column in values.items()},
            "std": {
                name: significant(column.std(ddof=1)) if several else None for name, column in values.items()
            },
        }


def fits(blocks: int, *, seeds: int, trials: int) -> int:
    """Count the fits of `run`, which a progress bar needs.

    Parameters
    ----------
    blocks
        Of the matrix.
    seeds
        How many splits are judged.
    trials
        Of each search.

    Returns
    -------
    int
        How often `finished` is called.
    """
    searches = 2 * (2 if blocks == 1 else 3)
    finals = min(FINALISTS, trials) * (seeds - 1)
    return searches * (trials + finals) + (searches + len(ALTERNATIVES)) * seeds


def run(
    split: Splits,
    *,
    seeds: Sequence[int],
    trials: int,
    threads: int,
    finished: Callable[[], None] = lambda: None,
) -> tuple[Entry, ...]:
    """Tune on validation parts; fit on training and judge on the test part of each seed.

    A search looks at the validation part of the first seed, and its best hyperparameters are judged on those
    of all seeds: the highest mean wins, for the best of many on one split is partly luck.

    Parameters
    ----------
    split
        Builds the matrix of a seed.
    seeds
        At least one; the first is the one that is searched.
    trials
        Of each search, 1 and above.
    threads
        Used to fit and rank, 1 and above.
    finished
        Called after each fit.

    Returns
    -------
    tuple[Entry, ...]
        Every factorisation is there twice: with `EMBEDDING` factors, like the published models, and, at the
        end, with as many as a second search, which starts where the first ended, prefers.
    """
    draws = {seed: Draw.of(split(seed), threads) for seed in seeds}
    first = draws[seeds[0]].matrix
    entries = [
        Entry(name, False, None, tuple(_alternative(draws, name, threads, finished))) for name in ALTERNATIVES
    ]
    for factorisation in factorisations(first, EMBEDDING):
        hyperparameters = None
        for free in (False, True):
            hyperparameters = _tuned(draws, factorisation, hyperparameters, trials, threads, finished)
            figures = tuple(_factorised(draws, factorisation, hyperparameters, threads, finished))
            entries.append(Entry(factorisation.name, free, hyperparameters, figures))
    return tuple(sorted(entries, key=lambda entry: entry.free))


def judged(matrix: Matrix, part: Part, scores: Callable[[Rows], Scores], *, threads: int) -> Figures:
    """Measure lists on what is held out from a part, with all of that part masked as known.

    For TRAIN that is the validation part. For TRAIN_VALID it is the test part: as in RecBole's test phase,
    validation items count as known, though the model was fitted on training alone.

    Parameters
    ----------
    matrix
        The listening.
    part
        TRAIN or TRAIN_VALID.
    scores
        Of all columns of the target for some rows of listeners, shape (rows, n_columns).
    threads
        Used to rank, 1 and above.

    Returns
    -------
    Figures
        Means over the listeners with truth, by name.
    """
    known, truth = matrix.block(matrix.target, part), matrix.truth(matrix.target, part)
    lists = ranking.rank(scores, known, K, threads=threads)
    figures = accuracy.per_listener(lists, truth, [K])
    return {name: float(np.nanmean(figures[name])) for name in FIGURES}


def _tuned(
    draws: Mapping[int, Draw],
    factorisation: Factorisation,
    reached: Hyperparameters | None,
    trials: int,
    threads: int,
    finished: Callable[[], None],
) -> Hyperparameters:
    def judge(hyperparameters: Hyperparameters, seed: int) -> float:
        scores = _fitted(draws[seed], factorisation, hyperparameters, seed, threads)
        return judged(draws[seed].matrix, Part.TRAIN, scores, threads=threads)[GOAL]

    first, *others = draws
    ranked = search.ranked(
        lambda hyperparameters: judge(hyperparameters, first),
        factorisation.search(trials, reached),
        seed=first,
        finished=finished,
    )
    means = []
    for hyperparameters, of_first in ranked[:FINALISTS]:
        values = [of_first]
        for seed in others:
            values.append(judge(hyperparameters, seed))
            finished()
        means.append(float(np.mean(values)))
    return ranked[int(np.argmax(means))][0]


def _factorised(
    draws: Mapping[int, Draw],
    factorisation: Factorisation,
    hyperparameters: Hyperparameters,
    threads: int,
    finished: Callable[[], None],
) -> Iterator[Figures]:
    for seed, draw in draws.items():
        scores = _fitted(draw, factorisation, hyperparameters, seed, threads)
        yield judged(draw.matrix, Part.TRAIN_VALID, scores, threads=threads)
        finished()


def _alternative(
    draws: Mapping[int, Draw], name: str, threads: int, finished: Callable[[], None]
) -> Iterator[Figures]:
    for seed, draw in draws.items():
        model = alternative(name, {}).fit(draw.matrix, Part.TRAIN, seed=seed, threads=threads)
        yield judged(draw.matrix, Part.TRAIN_VALID, model.scores, threads=threads)
        finished()


def _fitted(
    draw: Draw, factorisation: Factorisation, hyperparameters: Hyperparameters, seed: int, threads: int
) -> Callable[[Rows], Scores]:
    seen = replace(draw.matrix, blocks=factorisation.blocks)
    neighbours = draw.learned.of(seen, hyperparameters)
    model = als.fit(seen, Part.TRAIN, hyperparameters, seed=seed, threads=threads, neighbours=neighbours)
    return lambda rows: model.scores(rows, seen.target)
