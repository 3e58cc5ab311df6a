"""`params.yaml`, read once into frozen, typed values that reject unknown keys."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from fairtune.columns import BlockName
from fairtune.config import gate_limits, value_checks, yaml12
from fairtune.config.custom_tables import Events, OwnTables, Watched
from fairtune.config.drift_limits import DriftLimits
from fairtune.config.gate_limits import Gate
from fairtune.config.reranking_bounds import Constraints
from fairtune.config.tune_limits import TuneLimits
from fairtune.errors import BadParams, BadRequest, NotThere

STRICT = ConfigDict(extra="forbid")
FILE = "params.yaml"
HEADLINE: Final = 10
"""The length of list that the search and the gates judge: always evaluated."""


Lengths = Annotated[tuple[int, ...], AfterValidator(lambda ks: value_checks.lengths(ks, HEADLINE))]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Generate:
    """What the generated data set `demo` looks like; the truth that tests know."""

    listeners: int = Field(ge=50)
    tracks: int = Field(ge=100)
    regional_bias: float = Field(ge=0, le=1)  # 0: no region is favoured; 1: only the favoured one is played
    taste_strength: float = Field(ge=0, le=1)  # 0: everybody plays by popularity; 1: only the own music types


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Download:
    """Stage `download`."""

    timeout: float = Field(gt=0)  # seconds without a byte before a transfer is tried again
    retries: int = Field(ge=0)
    generate: Generate | None = None  # data set `demo` only
    table: OwnTables | None = None  # files of the user's own
    events: Events | None = None  # folder with new listening


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Ingest:
    """Stage `ingest`."""

    max_rejected: int = Field(ge=0)  # unreadable rows, over all files, before the run stops
    min_items: int = Field(ge=1)  # a music type is kept if at least so many items carry it
    max_types: int = Field(ge=1)  # music types of an item, the strongest ones
    regions: Mapping[str, tuple[str, ...]]  # region -> ISO 3166-1 alpha-2 countries
    other_region: str  # region of every country not listed

    @model_validator(mode="after")
    def _regions_part_the_countries(self) -> Self:
        value_checks.regions(self.regions, self.other_region)
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Validate:
    """Stage `validate`."""

    max_unknown_region: float = Field(ge=0, le=1)  # share of items without an artist region
    row_count_tolerance: float = Field(ge=0, le=1)  # around the publisher's row counts
    drift: DriftLimits = DriftLimits()  # from the data of the champion


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MatrixParams:
    """Stage `matrix`: the split and the blocks; weights are chosen by `tune`."""

    target: BlockName
    blocks: tuple[BlockName, ...]  # target included
    split: Literal["random", "leave_last", "temporal", "given"]
    valid_share: float = Field(gt=0, lt=0.5)
    test_share: float = Field(gt=0, lt=0.5)
    min_share: float = Field(ge=0, lt=1)  # of held-out plays, for a music type to count as truth


Scaling = Literal["binary", "log", "bm25"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Hyperparameters:
    """One point of the search: what an ALS fit needs besides the matrix and a seed."""

    factors: int = Field(ge=1, le=2048)
    regularization: float = Field(ge=0)
    regularization_exponent: float = Field(default=0, ge=0, le=1)  # of columns' cells: see models/als/solver
    iterations: int = Field(ge=1)
    alpha: float = Field(gt=0)  # confidence c = 1 + alpha * w
    beta: float = Field(ge=0, le=2)  # popularity balance
    gamma: float = Field(ge=0, le=4)  # balance between provider groups
    delta: float = Field(default=0, ge=0, le=2)  # balance between listener groups
    provider_balance: Literal["region", "country", "tier", "artist_gender"] = "region"  # what gamma balances
    listener_balance: Literal["listener", "region", "country", "gender", "age_band"] = "listener"
    # what delta balances; `listener`: everybody is a group of their own
    scaling: Scaling  # s(plays)
    block_weights: Mapping[BlockName, float]  # the target's is 1
    block_scalings: Mapping[BlockName, Scaling] = Field(default_factory=dict)  # s of a block of its own
    share: float = Field(default=0, ge=0, lt=1)  # of the neighbours in the score; 0: factors alone
    neighbours: int = Field(default=200, ge=1)  # weights that each column of the target keeps
    neighbour_regularization: float = Field(default=100, gt=0)
    neighbour_beta: float = Field(default=0, ge=0, le=2)  # popularity balance of the neighbours
    neighbour_gamma: float = Field(default=0, ge=0, le=4)  # balance between provider groups, likewise
    neighbour_scaling: Literal["binary", "log"] = "log"
    neighbour_inputs: Literal["target", "items"] = "target"  # what they look at; `items`: all blocks of items


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Range:
    """A numeric search range, both ends included."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Tune:
    """Stage `tune`."""

    trials: int = Field(ge=1)
    start: Hyperparameters  # trial 1, and the values of whatever `space` leaves out
    space: Mapping[str, Range | tuple[int | float | str, ...]]  # "beta", "block_weights.artist", ...
    minutes: float | None = Field(default=None, gt=0)  # no new trial after so long: not reproducible
    storage: str | None = None  # URL of a database that several machines share; null: a file of its own
    listeners: int = Field(default=20_000, ge=1)  # that a fit is judged by at the most: a sample of more
    limits: TuneLimits = TuneLimits()  # choice rule: highest nDCG@10 among trials within them

    @model_validator(mode="after")
    def _every_trial_can_be_fitted(self) -> Self:
        value_checks.space(self.space)
        value_checks.domain(self.space, asdict(self.start), hyperparameters)
        return self


Setting = Annotated[int | float, Field(ge=0, allow_inf_nan=False)]
Grid = Mapping[str, Annotated[tuple[Setting, ...], Field(min_length=1)]]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WarmStart:
    """Fits that start from the champion's factors: quicker, and no longer made from the data alone."""

    iterations: int = Field(ge=1)  # instead of those of the hyperparameters


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Train:
    """Stage `train`."""

    folds: int = Field(ge=1, le=10)  # of ten, whose pairs teach the play predictor; each costs a fit
    alternatives: Mapping[str, Grid]  # name -> its settings -> the values that `tune` tries of each
    rerank: Constraints | None = None  # what lists of ten of the target are re-ranked to keep
    warm_start: WarmStart | None = None  # null: every fit starts afresh, the same to the bit


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Evaluate:
    """Stage `evaluate`."""

    ks: Lengths  # lengths of list
    fairness_ks: Lengths  # of them, those judged by group
    resamples: int = Field(ge=100)
    min_group: int = Field(ge=1)  # listeners; smaller groups are pooled as `other`
    min_provider_group: int = Field(ge=1)  # items, the same
    head_share: float = Field(gt=0, lt=1)  # of training plays by the most played items: tier `head`
    tail_share: float = Field(gt=0, lt=1)  # of training plays by the least played items: tier `tail`
    age_bands: Annotated[
        tuple[int, ...], AfterValidator(value_checks.rising)
    ]  # lower bounds of the bands after the first
    countries: int = Field(ge=1)  # of artists, of listeners: the largest; the rest is `other`
    emerging_listeners: int = Field(ge=0)  # an artist with at most so many is emerging
    emerging_period: float = Field(ge=0, lt=1)  # and so is one first played in the last share of all pairs
    cold_listeners: int = Field(ge=0)  # an item with at most so many in the part fitted is cold

    @model_validator(mode="after")
    def _groups_and_lists_are_there(self) -> Self:
        value_checks.tiers(self.head_share, self.tail_share)
        if missing := set(self.fairness_ks) - set(self.ks):
            raise ValueError(f"fairness_ks: {min(missing)} is not one of ks")
        return self


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Report:
    """Stage `report`."""

    title: str


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Register:
    """Stage `register`."""

    model: str  # name in the registry


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DatasetParams:
    """Every knob of one data set, a section a stage."""

    download: Download
    ingest: Ingest
    validate: Validate
    matrix: MatrixParams
    tune: Tune
    train: Train
    evaluate: Evaluate
    report: Report
    gate: Gate
    register: Register

    @model_validator(mode="after")
    def _gate_judges_what_is_evaluated(self) -> Self:
        gate_limits.check(
            self.gate,
            alternatives=tuple(self.train.alternatives),
            target=self.matrix.target,
            blocks=self.matrix.blocks,
        )
        return self


def _apart(datasets: Mapping[str, DatasetParams]) -> Mapping[str, DatasetParams]:
    value_checks.names(datasets)
    value_checks.registered_apart({name: each.register.model for name, each in datasets.items()})
    return datasets


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Params:
    """The whole of `params.yaml`."""

    seed: int = Field(ge=0, le=value_checks.LARGEST_SEED)
    datasets: Annotated[Mapping[str, DatasetParams], AfterValidator(_apart)]
    shared: Mapping[str, object] = Field(default_factory=dict)  # YAML anchors only, nothing reads it

    def dataset(self, name: str) -> DatasetParams:
        """Return the parameters of one data set; `BadRequest` says which there are."""
        if name not in self.datasets:
            raise BadRequest(f"{FILE}: no data set '{name}'; there are: {', '.join(sorted(self.datasets))}")
        return self.datasets[name]


def hyperparameters(raw: Mapping[str, object]) -> Hyperparameters:
    """Check one point of the search, as it stands in a JSON file or comes from a search space."""
    return TypeAdapter(Hyperparameters).validate_python(raw)


def project_root(start: Path | None = None) -> Path:
    """Find the nearest folder at or above `start` (default: here) that holds `params.yaml`."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder
    raise NotThere(f"no {FILE} in {here} or above it: run fairtune inside a fairtune project")


def watched(dataset: str, root: Path | None = None) -> Watched | None:
    """Return the folder with new listening of a data set; nothing else of `params.yaml` is looked at."""
    path = (root or Path()) / FILE
    value = _parsed(path) if path.is_file() else None
    keys = ("datasets", dataset, "download", "events")
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    try:
        return None if value is None else TypeAdapter[Watched](Events).validate_python(value)
    except ValidationError as error:
        raise _refused(error, *keys) from error


def load(root: Path | None = None) -> Params:
    """Read and check `params.yaml`; `BadParams` names the first key that is wrong."""
    try:
        return TypeAdapter(Params).validate_python(_parsed((root or project_root()) / FILE))
    except ValidationError as error:
        raise _refused(error) from error


def _parsed(path: Path) -> object:
    return yaml12.parse(path.read_text(encoding="utf-8"), file=FILE)


def _refused(error: ValidationError, *below: str) -> BadParams:
    """Name the first key that is wrong, and its place, below which it was looked for."""
    first = error.errors()[0]
    where = ".".join(str(step) for step in (*below, *first["loc"]))
    more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return BadParams(f"{FILE}: {where}: {first['msg'].removeprefix('Value error, ')}{more}")
