"""Section `tune` of params.yaml: where the search may look, from a start that lies inside."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, Self

from pydantic import ConfigDict, StrictFloat, StrictInt, StrictStr, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from fairtune.columns import BlockName
from fairtune.config.bounded import STRICT, number, text
from fairtune.config.hyperparameters import Hyperparameters, hyperparameters
from fairtune.config.tune_limits import TuneLimits


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Range:
    """A numeric search range, both ends included."""

    low: float = number("the lowest value")
    high: float = number("the highest value")
    log: bool = text("the search draws its logarithm", default=False)


Dimension = Range | tuple[StrictInt | StrictFloat | StrictStr, ...]
OF_BLOCKS: Final[Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "block_weights": lambda _: 1.0,
    "block_scalings": lambda point: point["scaling"],
}
"""What each block has a value of, and what it is where none is given."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Tune:
    """Stage `tune`."""

    trials: int = number("of [the search](../explanation/search.md)", ge=1, le=100_000)
    start: Hyperparameters = text(
        "trial 1, and the values of whatever `space` leaves out; its names stand below"
    )
    space: Mapping[str, Dimension] = text(
        "for a name of `start` (`block_weights.artist` for one block), a list of values, or `low`, `high` "
        "and `log`: all of them values that `start` may have, that of `start` among them, and `low` above 0 "
        "with `log`"
    )
    minutes: float | None = number(
        "no new trial after so long; not reproducible. null: no such budget", default=None, gt=0, le=100_000
    )
    storage: str | None = text(
        "URL of a database that [several machines](../how-to/tune-on-several-machines.md) share; null: a "
        "file of its own",
        default=None,
        pattern="^[a-z][a-z0-9+]*://",
    )
    listeners: int = number(
        "a fit that has ended is judged by so many listeners at the most, a sample stratified by region, "
        "gender and age band",
        default=20_000,
        ge=1,
        le=10**9,
    )
    limits: TuneLimits = text(
        "what the choice has to keep on the validation part, in [the spelling of the gate](limits.md): "
        "`max_dp_disparity` and `max_eo_disparity` of `region`, the grouping of items that the search looks "
        "at; `min_eo_ratio` of `every`, the lowest ratio of all groupings of listeners that anything is "
        "known of. What isn't named has no limit",
        default=TuneLimits(),
    )

    @model_validator(mode="after")
    def _every_trial_can_be_fitted(self) -> Self:
        start = start_values(self)
        for name, dimension in self.space.items():
            _check_dimension(name, dimension, asdict(self.start), start[name])
        return self


def start_values(tune: Tune) -> dict[str, Any]:
    """Return the start as values of the searched names; `ValueError` for a name that can't be searched."""
    point = asdict(tune.start)
    values = {}
    for name in tune.space:
        head, _, block = name.partition(".")
        if head not in point or bool(block) != (head in OF_BLOCKS):
            tunable = sorted(set(point) - set(OF_BLOCKS)) + [f"{head}.<block>" for head in OF_BLOCKS]
            raise ValueError(f"space.{name}: is nothing to tune; there are: {', '.join(tunable)}")
        values[name] = point[head].get(block, OF_BLOCKS[head](point)) if block else point[head]
    return values


def _check_dimension(name: str, dimension: Dimension, point: Mapping[str, Any], start: Any) -> None:
    """Refuse a dimension of which some trial could draw what no fit accepts, or that leaves the start out."""
    if isinstance(dimension, Range):
        if not (math.isfinite(dimension.low) and math.isfinite(dimension.high)):
            raise ValueError(f"space.{name}: low and high are finite numbers")
        if dimension.low > dimension.high:
            raise ValueError(f"space.{name}: low {dimension.low:g} is above high {dimension.high:g}")
        if dimension.log and dimension.low <= 0:
            raise ValueError(
                f"space.{name}: low {dimension.low:g} has no logarithm: begin above 0, or leave out log"
            )
    elif not dimension:
        raise ValueError(f"space.{name}: no values: list one or more, or leave the name out")
    elif len(set(dimension)) < len(dimension):
        raise ValueError(f"space.{name}: {list(dimension)}: a value stands twice")
    head, _, block = name.partition(".")
    for value in _ends(dimension):
        try:
            hyperparameters({**point, head: {**point[head], block: value} if block else value})
        except ValidationError as error:
            first = error.errors()[0]["msg"]
            raise ValueError(f"space.{name}: {value} is out of range: {first}") from error
    inside = dimension.low <= start <= dimension.high if isinstance(dimension, Range) else start in dimension
    if not inside:
        raise ValueError(f"space.{name}: the start value {start} lies outside of it")


def _ends(dimension: Dimension) -> Iterator[int | float | str]:
    if isinstance(dimension, tuple):
        yield from dimension
    else:
        for end in (dimension.low, dimension.high):
            yield int(end) if end == int(end) else end


def check_blocks(tune: Tune, blocks: Sequence[BlockName]) -> None:
    """Check that weights and scalings are of blocks that the matrix has.

    Parameters
    ----------
    tune
        Start and space.
    blocks
        `matrix.blocks`.

    Raises
    ------
    ValueError
        A block isn't there.
    """
    start = [f"start.{head}.{block}" for head in OF_BLOCKS for block in getattr(tune.start, head)]
    searched = [f"space.{name}" for name in tune.space if "." in name]
    for where in (*start, *searched):
        block = where.rpartition(".")[2]
        if block not in blocks:
            raise ValueError(f"tune.{where}: the matrix has no block '{block}', but: {', '.join(blocks)}")
