"""The champion's settings as a file: what stage `tune` keeps instead of searching.

A search on slightly other data may settle elsewhere between accuracy and fairness, and a candidate from
there is seldom as good as the champion in every figure. Whoever retrains every night keeps the settings, and
searches when there is time to look at what comes out.
"""

from dataclasses import asdict, dataclass, replace
from typing import Final

from fairtune import files
from fairtune.config.hyperparameters import Hyperparameters, hyperparameters
from fairtune.config.paths import Paths
from fairtune.config.search_space import Tune

KEPT_FROM: Final = "kept_from"
"""In best.json: the version whose settings were kept; not there after a search."""
GIVEN: Final = 2
"""The library's defaults and the settings that are kept: there is nothing else to try."""


@dataclass(frozen=True)
class Kept:
    """Settings to keep, and the version of the champion that has them."""

    settings: Hyperparameters
    version: int


def write(paths: Paths, kept: Kept | None) -> None:
    """Write what stage `tune` is to keep; an empty file for None: it searches."""
    content = {} if kept is None else {"version": kept.version, "hyperparameters": asdict(kept.settings)}
    files.write_json(paths.champion_settings, content)


def read(paths: Paths) -> Kept | None:
    """Return the settings to keep; None if stage `tune` is to search."""
    path = paths.champion_settings
    content = files.read_json(path) if path.exists() else {}
    return Kept(hyperparameters(content["hyperparameters"]), content["version"]) if content else None


def instead_of_search(tune: Tune, settings: Hyperparameters) -> Tune:
    """Return a search that tries `settings` alone beside the library's defaults.

    Iterations are as many as any trial may have: how many are taken is chosen by the data.
    """
    return replace(tune, trials=GIVEN, start=replace(settings, iterations=tune.start.iterations), space={})
