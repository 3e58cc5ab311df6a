"""Draws from the search space: what Optuna proposes, as hyperparameters."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final

from fairtune.config.hyperparameters import Hyperparameters, hyperparameters
from fairtune.config.search_space import OF_BLOCKS, Range, Tune
from fairtune.metrics.rounding import significant

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.distributions import BaseDistribution

WHOLE: Final = tuple(field.name for field in fields(Hyperparameters) if field.type is int)
"""Names whose values are whole numbers."""


def distributions(tune: Tune) -> "dict[str, BaseDistribution]":
    """Return the searched names as Optuna describes them."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    described: dict[str, BaseDistribution] = {}
    for name, dimension in sorted(tune.space.items()):
        if not isinstance(dimension, Range):
            described[name] = CategoricalDistribution(dimension)
        elif name in WHOLE:
            described[name] = IntDistribution(int(dimension.low), int(dimension.high), log=dimension.log)
        else:
            described[name] = FloatDistribution(dimension.low, dimension.high, log=dimension.log)
    return described


def suggest(trial: "Trial", tune: Tune) -> Hyperparameters:
    """Draw hyperparameters: what the space names, and the start for the rest."""
    values: dict[str, Any] = {}
    for name, dimension in sorted(tune.space.items()):
        if not isinstance(dimension, Range):
            values[name] = trial.suggest_categorical(name, dimension)
        elif name in WHOLE:
            values[name] = trial.suggest_int(name, int(dimension.low), int(dimension.high), log=dimension.log)
        else:
            proposed = trial.suggest_float(name, dimension.low, dimension.high, log=dimension.log)
            values[name] = _rounded(proposed, dimension)
    return _point(tune.start, values)


def _rounded(proposed: float, inside: Range) -> float:
    """Round to significant digits: the last of a proposal depend on how a machine takes logarithms."""
    return min(max(significant(proposed), inside.low), inside.high)


def _point(start: Hyperparameters, values: Mapping[str, Any]) -> Hyperparameters:
    point = asdict(start)
    of_blocks = {name: dict(point[name]) for name in OF_BLOCKS}
    for name, value in values.items():
        head, _, block = name.partition(".")
        if block:
            of_blocks[head][block] = value
        else:
            point[head] = value
    return hyperparameters({**point, **of_blocks})
