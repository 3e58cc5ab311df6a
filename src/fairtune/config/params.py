"""`params.yaml`, read once into frozen, typed values that reject unknown keys."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Self, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from fairtune.config import gate_limits, search_space, value_checks, yaml12
from fairtune.config.bounded import STRICT, number, text
from fairtune.config.custom_tables import Events, Watched
from fairtune.config.gate_limits import Gate
from fairtune.config.search_space import Tune
from fairtune.config.sections import (
    Download,
    Evaluate,
    Ingest,
    MatrixParams,
    Register,
    Report,
    Train,
    Validate,
)
from fairtune.errors import BadParams, BadRequest, NotThere

FILE = "params.yaml"


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
    def _sections_fit_together(self) -> Self:
        regions = (*self.ingest.regions, self.ingest.other_region)
        search_space.check_blocks(self.tune, self.matrix.blocks)
        gate_limits.check(
            self.gate,
            alternatives=tuple(self.train.alternatives),
            target=self.matrix.target,
            blocks=self.matrix.blocks,
            regions=regions,
        )
        if self.train.rerank is not None:
            gate_limits.check_regions("train.rerank.min_share", self.train.rerank.min_share, regions)
        return self


def _apart(datasets: Mapping[str, DatasetParams]) -> Mapping[str, DatasetParams]:
    value_checks.names(datasets)
    value_checks.registered_apart({name: each.register.model for name, each in datasets.items()})
    return datasets


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Params:
    """The whole of `params.yaml`."""

    seed: int = number(
        "of the split, the fits, the search and the resamples", ge=0, le=value_checks.LARGEST_SEED
    )
    shared: Mapping[str, object] = text(
        "values that data sets take by YAML anchors; nothing else reads it", default_factory=dict
    )
    datasets: Annotated[Mapping[str, DatasetParams], AfterValidator(_apart)] = text(
        "a name (letters, digits, `-` and `_`), and below it the sections that follow"
    )

    def dataset(self, name: str) -> DatasetParams:
        """Return the parameters of one data set; `BadRequest` says which there are."""
        if name not in self.datasets:
            raise BadRequest(f"{FILE}: no data set '{name}'; there are: {', '.join(sorted(self.datasets))}")
        return self.datasets[name]


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
    written = yaml12.read(path, file=FILE) if path.is_file() else ""
    value = yaml12.parse(written, file=FILE)
    keys = ("datasets", dataset, "download", "events")
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    try:
        return None if value is None else TypeAdapter[Watched](Events).validate_python(value)
    except ValidationError as error:
        raise _refused(error, written, *keys) from error


def load(root: Path | None = None) -> Params:
    """Read and check `params.yaml`; `BadParams` names the first key that is wrong, and its line."""
    written = yaml12.read((root or project_root()) / FILE, file=FILE)
    value = yaml12.parse(written, file=FILE)
    if not isinstance(value, Mapping):
        found = "nothing" if value is None else f"a {type(value).__name__}"
        raise BadParams(f"{FILE}: line 1: a mapping with seed and datasets is expected, but there is {found}")
    try:
        return TypeAdapter(Params).validate_python(value)
    except ValidationError as error:
        raise _refused(error, written) from error


def _refused(error: ValidationError, written: str, *below: str) -> BadParams:
    """Name the first key that is wrong, its line, and its place, below which it was looked for."""
    first = error.errors()[0]
    message = first["msg"].removeprefix("Value error, ")
    line, where = yaml12.place(written, (*below, *first["loc"]), message.partition(": ")[0])
    there = _keys(where[:-1]) if first["type"] == "unexpected_keyword_argument" else ()
    if there:
        message = f"there is no such key; there are: {', '.join(there)}"
    more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return BadParams(f"{FILE}: line {line}: {'.'.join(where)}: {message}{more}")


def _keys(path: Sequence[str]) -> tuple[str, ...]:
    """Return the keys of the section at a place of the file; none where there is no section."""
    kind: Any = Params
    for step in path:
        if is_dataclass(kind):
            kind = _section(get_type_hints(kind, include_extras=True).get(step))
        else:
            kind = _section(get_args(kind)[-1]) if get_args(kind) else None
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def _section(annotation: Any) -> Any:
    """Return the section or mapping that an annotation allows beside null and values alone."""
    if get_origin(annotation) is Annotated:
        return _section(get_args(annotation)[0])
    if is_dataclass(annotation) or get_origin(annotation) is Mapping:
        return annotation
    return next((found for each in get_args(annotation) if (found := _section(each)) is not None), None)
