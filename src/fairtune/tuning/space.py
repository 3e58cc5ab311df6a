"""Where the search may look: ranges and choices by name, and a start that lies inside."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from fairtune.config.params import Hyperparameters, Range, Tune, hyperparameters
from fairtune.errors import BadParams
from fairtune.metrics.rounding import significant

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.distributions import BaseDistribution

WHOLE: Final = ("factors", "iterations")
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


OF_BLOCKS: Final[Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "block_weights": lambda _: 1.0,
    "block_scalings": lambda point: point["scaling"],
}
"""What each block has a value of, and what it is where none is given."""


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


def start_values(tune: Tune) -> dict[str, Any]:
    """Return the start as values of the searched names."""
    point = asdict(tune.start)
    values = {}
    for name in tune.space:
        head, _, block = name.partition(".")
        values[name] = point[head].get(block, OF_BLOCKS[head](point)) if block else point[head]
    return values


def check(tune: Tune) -> None:
    """Check that the space has known names only, and holds its own start.

    Parameters
    ----------
    tune
        Holds space and start.

    Raises
    ------
    BadParams
        A name is unknown, or the start lies outside.
    """
    allowed = set(asdict(tune.start)) - set(OF_BLOCKS)
    for name, dimension in tune.space.items():
        if name not in allowed and not name.startswith(tuple(f"{head}." for head in OF_BLOCKS)):
            tunable = ", ".join([*sorted(allowed), *(f"{head}.<block>" for head in OF_BLOCKS)])
            raise BadParams(f"tune.space: '{name}' is nothing to tune; there are: {tunable}")
        value = start_values(tune)[name]
        inside = (
            dimension.low <= value <= dimension.high if isinstance(dimension, Range) else value in dimension
        )
        if not inside:
            raise BadParams(f"tune.space.{name}: the start value {value} lies outside of it")
