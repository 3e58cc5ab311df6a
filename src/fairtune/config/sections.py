"""The sections of a data set in `params.yaml`, one a stage: frozen, typed values within their bounds."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic.dataclasses import dataclass

from fairtune.columns import SIDE_BLOCKS, BlockName
from fairtune.config import value_checks
from fairtune.config.alternatives import Alternatives
from fairtune.config.bounded import STRICT, number, text
from fairtune.config.custom_tables import Events, OwnTables
from fairtune.config.drift_limits import DriftLimits
from fairtune.config.reranking_bounds import Constraints

HEADLINE: Final = 10
"""The length of list that the search and the gates judge: always evaluated."""
_Length = Annotated[int, Field(strict=True, ge=1, le=1000)]
Lengths = Annotated[tuple[_Length, ...], AfterValidator(lambda ks: value_checks.lengths(ks, HEADLINE))]
_Age = Annotated[int, Field(strict=True)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Generate:
    """What the generated data set `demo` looks like; the truth that tests know."""

    listeners: int = number("how many", ge=50, le=1_000_000)
    tracks: int = number("how many", ge=100, le=1_000_000)
    regional_bias: float = number("0: no region is favoured; 1: only the favoured one is played", ge=0, le=1)
    taste_strength: float = number(
        "0: everybody plays by popularity; 1: only their own music types", ge=0, le=1
    )


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Download:
    """Stage `download`."""

    timeout: float = number("seconds without a byte before a transfer is tried again", gt=0, le=86_400)
    retries: int = number("of a transfer", ge=0, le=1000)
    generate: Generate | None = text(
        "of `demo` alone: `listeners` (50 to 1,000,000), `tracks` (100 to 1,000,000), `regional_bias` (0: "
        "no region is favoured; 1: only the favoured one is played), `taste_strength` (0: everybody plays "
        "by popularity; 1: only their own music types)",
        default=None,
    )
    table: OwnTables | None = text(
        "[files of your own](../how-to/own-data.md): `item_kind`, `interactions`, `items`, `users`, "
        "`item_types`, `friends`, `licence`; each file has `file` (a file, a folder of parts, a pattern or "
        "a URL; `.gz` and `.zst` are unpacked) and `columns`, `interactions` also `log` or, of listeners' "
        "exports, [`format`](../how-to/own-data.md#exports-of-listeners)",
        default=None,
    )
    events: Events | None = text(
        "[a watched folder](../how-to/new-listening.md#the-watched-folder) with new listening: its path, or "
        "`folder` and `columns`",
        default=None,
    )


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Ingest:
    """Stage `ingest`."""

    max_rejected: int = number("unreadable rows, over all files, before the run stops", ge=0)
    min_items: int = number("a music type is kept if at least so many items carry it", ge=1)
    max_types: int = number("music types of an item, the strongest ones", ge=1)
    regions: Mapping[str, tuple[str, ...]] = text(
        "region and its countries (ISO 3166-1 alpha-2, capital letters); each has one or more, a country "
        "stands once, no region is called `unknown`"
    )
    other_region: str = text("the region of every country not listed; a name of its own, and not `unknown`")

    @model_validator(mode="after")
    def _regions_part_the_countries(self) -> Self:
        value_checks.regions(self.regions, self.other_region)
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Validate:
    """Stage `validate`."""

    max_unknown_region: float = number("the share of items without an artist's region at most", ge=0, le=1)
    row_count_tolerance: float = number("around the publisher's row counts, as a share", ge=0, le=1)
    drift: DriftLimits = text(
        "[how far from the champion's data](../explanation/drift.md#limits): `psi`, `js`, `unknown` and "
        "`rows`, each with `warn` and `stop`, above 0 (`js` and `unknown` to 1), `warn` at most `stop`",
        default=DriftLimits(),
    )


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MatrixParams:
    """Stage `matrix`: the split and the blocks; weights are chosen by `tune`."""

    target: BlockName = text("the block that is ranked, one of `blocks`: `music_type`, `artist` or `track`")
    blocks: tuple[BlockName, ...] = text(
        "[all blocks](../explanation/splits.md), each once, the target included; what the data set counts "
        "plays of must be among them"
    )
    split: Literal["random", "leave_last", "temporal", "given"] = text("how the parts are drawn")
    valid_share: float = number(
        "of each listener's pairs, or of all in time; `given` doesn't ask it", gt=0, lt=0.5
    )
    test_share: float = number("as `valid_share`", gt=0, lt=0.5)
    min_share: float = number("of held-out plays, for a music type to count as truth", ge=0, lt=1)

    @model_validator(mode="after")
    def _the_target_can_be_ranked(self) -> Self:
        if len(set(self.blocks)) < len(self.blocks):
            raise ValueError("blocks: a block is named twice")
        if self.target not in self.blocks or self.target in SIDE_BLOCKS:
            raise ValueError(f"target: '{self.target}' must be one of matrix.blocks that can be ranked")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WarmStart:
    """Fits that start from the champion's factors: quicker, and no longer made from the data alone."""

    iterations: int = number("instead of those of the hyperparameters", ge=1, le=1000)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Train:
    """Stage `train`."""

    folds: int = number("of ten, whose pairs teach the play predictor; each costs a fit", ge=1, le=10)
    alternatives: Alternatives = text(
        "[baselines](../explanation/baselines.md), and the values of their settings to try on the "
        "validation part; models and settings stand below"
    )
    rerank: Constraints | None = text(
        "[bounds on lists of ten](../how-to/what-if.md): `min_share`, `max_dp_disparity`, "
        "`max_eo_disparity`; null: none",
        default=None,
    )
    warm_start: WarmStart | None = text(
        "[`iterations` from the champion's factors](../explanation/champion.md#warm-start); null: every fit "
        "starts afresh, the same to the bit",
        default=None,
    )


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Evaluate:
    """Stage `evaluate`."""

    ks: Lengths = text("lengths of list, 1 to 1,000, each once; 10 is among them")
    fairness_ks: Lengths = text("of `ks`, the ones that groups are compared at; 10 is among them")
    listeners: int = number(
        "lists of so many are judged at the most, a sample stratified by who they are and how they listen; "
        "intervals say what it costs",
        ge=100,
        default=20_000,
    )
    resamples: int = number("of listeners, for [intervals](../explanation/intervals.md)", ge=100, le=100_000)
    min_group: int = number("smaller groups of listeners are pooled as `other`", ge=1)
    min_provider_group: int = number("smaller groups of items are pooled as `other`", ge=1)
    head_share: float = number(
        "of training plays, by the most played items: tier `head`; with `tail_share` at most 1", gt=0, lt=1
    )
    tail_share: float = number("of training plays, by the least played items: tier `tail`", gt=0, lt=1)
    age_bands: Annotated[tuple[_Age, ...], AfterValidator(value_checks.rising)] = text(
        "lower bounds of the bands after the first, 1 to 120, rising"
    )
    countries: int = number("of artists and of listeners: so many by themselves, the rest as `other`", ge=1)
    emerging_listeners: int = number("an artist with at most so many is emerging", ge=0)
    emerging_period: float = number(
        "and so is one first played in the last share of all pairs, where times are known", ge=0, lt=1
    )
    cold_listeners: int = number("items with at most so many in the part fitted are cold", ge=0)

    @model_validator(mode="after")
    def _groups_and_lists_are_there(self) -> Self:
        value_checks.tiers(self.head_share, self.tail_share)
        if missing := set(self.fairness_ks) - set(self.ks):
            raise ValueError(f"fairness_ks: {min(missing)} is not one of ks")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Report:
    """Stage `report`."""

    title: str = text("of the report", min_length=1)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Register:
    """Stage `register`."""

    model: Annotated[str, AfterValidator(value_checks.model_name)] = text(
        "the name in the registry, without `/` and `:`; another one for each data set"
    )
