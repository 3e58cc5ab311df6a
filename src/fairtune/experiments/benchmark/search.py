"""The search of a benchmark: one goal, accuracy on the validation part."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from fairtune.config.hyperparameters import Hyperparameters
from fairtune.config.search_space import Tune
from fairtune.tuning import space

if TYPE_CHECKING:
    from optuna import Trial

STARTUP: Final = 8
"""Trials drawn at random before the sampler learns from what it has seen."""


def ranked(
    judge: Callable[[Hyperparameters], float],
    tune: Tune,
    *,
    seed: int,
    finished: Callable[[], None] = lambda: None,
) -> list[tuple[Hyperparameters, float]]:
    """Search for the hyperparameters that are judged best.

    The first trial is at `tune.start`, the next ones there but for the number of factors, if that is free.

    Parameters
    ----------
    judge
        Measures hyperparameters; higher is better.
    tune
        Where the search begins, what it may choose, and how many trials it has.
    seed
        Of the sampler: the same arguments give the same trials.
    finished
        Called after each trial.

    Returns
    -------
    list[tuple[Hyperparameters, float]]
        The hyperparameters of each trial and what `judge` says of them, the highest first.

    References
    ----------
    The sampler is the tree-structured Parzen estimator: Bergstra, Bardenet, Bengio and Kégl, "Algorithms for
    hyper-parameter optimization", NeurIPS 2011.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP)
    )
    for values in _first(tune):
        study.enqueue_trial(values)
    tried: dict[int, Hyperparameters] = {}

    def objective(trial: "Trial") -> float:
        tried[trial.number] = space.suggest(trial, tune)
        value = judge(tried[trial.number])
        finished()
        return value

    study.optimize(objective, n_trials=tune.trials)
    scores = {trial.number: trial.value for trial in study.trials if trial.value is not None}
    best = sorted(scores, key=lambda number: (-scores[number], number))
    return [(tried[number], scores[number]) for number in best]


def _first(tune: Tune) -> list[dict[str, float]]:
    weights = {f"block_weights.{block}": weight for block, weight in tune.start.block_weights.items()}
    values = {**vars(tune.start), **weights}
    start = {name: values[name] for name in tune.space}
    free = tune.space.get("factors", ())
    others = free if isinstance(free, tuple) else ()
    return [start, *({**start, "factors": n} for n in others if n != tune.start.factors)]
