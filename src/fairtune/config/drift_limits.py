"""Section `validate.drift` of params.yaml: how far new data may be from the data of the champion."""

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

Bound = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Limit:
    """Above `warn` the run goes on and says so, above `stop` it ends; null: no such limit."""

    warn: Bound | None = None
    stop: Bound | None = None

    @model_validator(mode="after")
    def _a_warning_comes_first(self) -> Self:
        if self.warn is not None and self.stop is not None and self.warn > self.stop:
            raise ValueError(f"warn, {self.warn:g}, is above stop, {self.stop:g}: no warning would be given")
        return self


def _reachable(limit: Limit) -> Limit:
    for name, bound in (("warn", limit.warn), ("stop", limit.stop)):
        if bound is not None and bound > 1:
            raise ValueError(f"{name}, {bound:g}, is above 1, which this measure never is")
    return limit


Fraction = Annotated[Limit, AfterValidator(_reachable)]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class DriftLimits:
    """A limit a measure, for all columns; what isn't named has none."""

    psi: Limit = Limit()  # ordered bins: population stability index
    js: Fraction = Limit()  # categories: Jensen-Shannon distance, 0..1
    unknown: Fraction = Limit()  # change of the share of unknowns, 0..1
    rows: Limit = Limit()  # change of the number of rows, relative to the champion's
