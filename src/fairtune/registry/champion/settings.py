"""The settings of the champion, for a run that learns from new listening by them instead of searching anew.

A search on slightly other data may settle elsewhere between accuracy and fairness, and a candidate from
there is seldom as good as the champion in every figure. Whoever retrains every night keeps the settings, and
searches when there is time to look at what comes out.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pydantic import ValidationError

from fairtune import files
from fairtune.config.params import Hyperparameters, Tune, hyperparameters
from fairtune.config.paths import Paths
from fairtune.errors import RegistryFailed
from fairtune.registry.client import connection, versions

FILE: Final = "best.json"
VARIABLE: Final = "FAIRTUNE_KEEP_SETTINGS"
"""Environment variable: "1" has stage `tune` keep the champion's settings, as the flow does."""
KEPT_FROM: Final = "kept_from"
"""In best.json: the version whose settings were kept; not there after a search."""
GIVEN: Final = 2
"""The library's defaults and the settings that are kept: there is nothing else to try."""


@contextmanager
def keeping(paths: Paths, *, search: bool) -> Iterator[None]:
    """Have stage `tune` keep the settings while the block runs; or `search`, also where they were kept."""
    before = os.environ.get(VARIABLE)
    if search:
        forget(paths)
    os.environ[VARIABLE] = "0" if search else "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def forget(paths: Paths) -> None:
    """Remove a choice that was kept instead of searched for, so that stage `tune` runs again."""
    if paths.best.exists() and KEPT_FROM in files.read_json(paths.best):
        paths.best.unlink()


def kept(model: str, *, root: Path) -> tuple[Hyperparameters, int] | None:
    """Give the settings of `model`'s champion, and its version, if they are to be kept.

    None where nobody asks for that, and where there is no champion or none that tells its settings.
    `RegistryFailed` if the registry can't be asked, or what it keeps is damaged.
    """
    if os.environ.get(VARIABLE) != "1" or not connection.exists(root):
        return None
    with connection.connected(root) as client, TemporaryDirectory() as folder:
        champion = versions.version(client, model, versions.CHAMPION)
        if champion is None:
            return None
        path = versions.fetch(client, champion, FILE, Path(folder))
        if path is None:
            return None
        try:
            return hyperparameters(files.read_json(path)["hyperparameters"]), champion.number
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise RegistryFailed(
                f"{FILE} of the champion, version {champion.number} of {model}, is damaged "
                f"({type(error).__name__}): restore it among the registry's artifacts, or search anew"
            ) from error


def instead_of_search(tune: Tune, settings: Hyperparameters) -> Tune:
    """Give a search that tries `settings` alone beside the library's defaults.

    Rounds are as many as any trial may have: how many are taken is chosen by the data.
    """
    return replace(tune, trials=GIVEN, start=replace(settings, iterations=tune.start.iterations), space={})
