"""`tune.limits` of params.yaml: what the choice among the trials keeps, spelled as in `gate`."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from fairtune.config.gate_limits import Limits, Share
from fairtune.config.reranking_bounds import Above

REGION: Final = "region"
"""The grouping of items that the search looks at."""
EVERY: Final = "every"
"""All groupings of listeners that anything is known of: the search keeps the lowest of their ratios."""
FORMER: Final = {
    "dp": ("max_dp_disparity", REGION),
    "eo": ("max_eo_disparity", REGION),
    "served": ("min_eo_ratio", EVERY),
}
"""What the limits were called, and the limit and grouping that each one is now."""


def _only(grouping: str, why: str) -> Callable[[Limits], Limits]:
    def check(limits: Limits) -> Limits:
        for written in limits:
            if written != grouping:
                raise ValueError(f"'{written}' is not looked at by the search, {why}: there is {grouping}")
        return limits

    return check


_between_regions = AfterValidator(_only(REGION, "which compares items by one grouping"))
_between_listeners = AfterValidator(_only(EVERY, "which keeps the lowest ratio of all groupings"))


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class TuneLimits:
    """Limits on lists of ten on the validation part; one that is not named does not hold.

    max_dp_disparity, max_eo_disparity: `region` -> disparity between artist regions, at most.
    min_eo_ratio: `every` -> the EO ratio of listeners in each of their groupings, at least.
    """

    max_dp_disparity: Annotated[Mapping[str, Above], _between_regions] = Field(default_factory=dict)
    max_eo_disparity: Annotated[Mapping[str, Above], _between_regions] = Field(default_factory=dict)
    min_eo_ratio: Annotated[Mapping[str, Share], _between_listeners] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _in_the_spelling_of_the_gate(cls, written: Any) -> Any:
        for former, (limit, grouping) in FORMER.items():
            if isinstance(written, Mapping) and former in written:
                value = "..." if written[former] is None else written[former]
                raise ValueError(
                    f"'{former}' is spelled as in section gate now: write {limit}: {{{grouping}: {value}}}"
                )
        return written

    @property
    def dp(self) -> float | None:
        """DP disparity between artist regions, at most; None: no limit."""
        return self.max_dp_disparity.get(REGION)

    @property
    def eo(self) -> float | None:
        """EO disparity between artist regions, at most; None: no limit."""
        return self.max_eo_disparity.get(REGION)

    @property
    def served(self) -> float | None:
        """The lowest EO ratio of all groupings of listeners, at least; None: no limit."""
        return self.min_eo_ratio.get(EVERY)
