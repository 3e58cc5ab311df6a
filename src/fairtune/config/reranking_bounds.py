"""What re-ranked lists are to keep: `train.rerank` of params.yaml, and the options of `fairtune whatif`."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from fairtune.config.gate_limits import Place, Share, between_providers, of_provider_groups

Above = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]


def _of_the_target(limits: Mapping[str, float]) -> Mapping[str, float]:
    for written in limits:
        if Place.parse(written).block is not None:
            raise ValueError(f"'{written}': only the lists of the target are re-ranked")
    return limits


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Constraints:
    """Bounds on the lists of the target, by provider grouping.

    min_share: <grouping>.<group> -> share of the places of all lists, above 0. max_dp_disparity,
    max_eo_disparity: grouping -> standard deviation over mean of the groups' rates, above 0: exact parity
    can't be had with whole items.
    """

    min_share: Annotated[
        Mapping[str, Share], AfterValidator(of_provider_groups), AfterValidator(_of_the_target)
    ] = Field(default_factory=dict)
    max_dp_disparity: Annotated[
        Mapping[str, Above], AfterValidator(between_providers), AfterValidator(_of_the_target)
    ] = Field(default_factory=dict)
    max_eo_disparity: Annotated[
        Mapping[str, Above], AfterValidator(between_providers), AfterValidator(_of_the_target)
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _something_is_asked_for(self) -> Self:
        if not (self.min_share or self.max_dp_disparity or self.max_eo_disparity):
            raise ValueError("nothing to keep: name min_share, max_dp_disparity or max_eo_disparity")
        return self

    @property
    def groupings(self) -> tuple[str, ...]:
        """Names of the groupings that any bound is about, in order."""
        named = {Place.parse(written).grouping for written in self.min_share}
        return tuple(sorted(named | set(self.max_dp_disparity) | set(self.max_eo_disparity)))
