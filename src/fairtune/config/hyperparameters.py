"""One point of the search: what a fit of `als` needs besides the matrix and a seed."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from fairtune.columns import BlockName
from fairtune.config.bounded import STRICT, number, text

Scaling = Literal["binary", "log", "bm25"]
BlockWeight = Annotated[float, Field(strict=True, ge=0, le=1e6)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Hyperparameters:
    """One point of the search."""

    factors: int = number("of alternating least squares", ge=1, le=2048)
    regularization: float = number("of alternating least squares", ge=0, le=1e9)
    regularization_exponent: float = number(
        "how much the penalty of a column [grows with its cells](../explanation/weights.md#the-fit); 0: not "
        "at all",
        default=0,
        ge=0,
        le=1,
    )
    iterations: int = number("of alternating least squares", ge=1, le=1000)
    alpha: float = number(
        "confidence `c = 1 + alpha * w`, [see weights](../explanation/weights.md)", gt=0, le=1e6
    )
    beta: float = number("balance of popularity", ge=0, le=2)
    gamma: float = number("balance of provider groups", ge=0, le=4)
    delta: float = number("balance of listener groups", default=0, ge=0, le=2)
    provider_balance: Literal["region", "country", "tier", "artist_gender"] = text(
        "what `gamma` balances", default="region"
    )
    listener_balance: Literal["listener", "region", "country", "gender", "age_band"] = text(
        "what `delta` balances; `listener`: everybody is a group of their own. The data must know somebody's",
        default="listener",
    )
    scaling: Scaling = text("of plays")
    block_weights: Mapping[BlockName, BlockWeight] = text(
        "by block of `matrix.blocks`, 0 to 1,000,000; those not named weigh 1, and so does the target"
    )
    block_scalings: Mapping[BlockName, Scaling] = text(
        "a scaling of its own, by block of `matrix.blocks`", default_factory=dict
    )
    share: float = number(
        "of [the neighbours](../explanation/neighbours.md) in the score; 0: none", default=0, ge=0, lt=1
    )
    neighbours: int = number("weights that each item of the target keeps", default=200, ge=1, le=1_000_000)
    neighbour_regularization: float = number(
        "penalty of their ridge regression; where cosine similarity takes its place, the shrinkage",
        default=100,
        gt=0,
        le=1e9,
    )
    neighbour_beta: float = number("balance of popularity, as `beta` in the factors", default=0, ge=0, le=2)
    neighbour_gamma: float = number(
        "balance of provider groups, as `gamma` in the factors", default=0, ge=0, le=4
    )
    neighbour_scaling: Literal["binary", "log"] = text("of plays", default="log")
    neighbour_inputs: Literal["target", "items"] = text(
        "what they are looked for among: items of the `target`, or `items` of all blocks", default="target"
    )


def hyperparameters(raw: Mapping[str, object]) -> Hyperparameters:
    """Check one point of the search, as it stands in a JSON file or comes from a search space."""
    return TypeAdapter(Hyperparameters).validate_python(raw)
