"""The entry that is registered, and the receipt that a registration leaves."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from fairtune.registry.client import provenance
from fairtune.registry.registration.compared_models import ComparedModel
from fairtune.registry.registration.trials import Trial


@dataclass(frozen=True)
class Receipt:
    """What a registration leaves behind: no clock and no run number, so that repeating it writes the same.

    Attributes
    ----------
    model
        Name in the registry.
    version
        Number of the version.
    digest
        Digest of its release.
    promoted
        Whether the version became champion then.
    reason
        Why it didn't; empty if it did.
    """

    model: str
    version: int
    digest: str
    promoted: bool = True
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "reason" or value}

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Self:
        promoted = json.get("promoted", True)
        return cls(json["model"], json["version"], json["digest"], promoted, json.get("reason", ""))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is registered.

    Attributes
    ----------
    model
        Name in the registry.
    release
        Folder of the released model.
    metrics
        metrics.json, nested.
    passed
        The verdict.
    files
        Files and folders that are kept with the run, by their path there.
    tags
        Of the version, beside those that say where it comes from.
    shipped
        Files that go with the model itself.
    description
        A line or two for whoever looks at the version.
    trials
        Of the search that found it.
    compared
        The models that it was judged beside, and itself.
    digest
        Digest of `release`, computed from it.
    """

    model: str
    release: Path
    metrics: Mapping[str, Any]
    passed: bool
    files: Mapping[str, Path] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    shipped: tuple[Path, ...] = ()
    description: str = ""
    trials: tuple[Trial, ...] = ()
    compared: tuple[ComparedModel, ...] = ()
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", provenance.digest(self.release))
