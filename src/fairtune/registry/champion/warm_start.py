"""Where fits start if `train.warm_start` is on: from the champion's factors, wherever that is sound."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fairtune.columns import Part
from fairtune.config.params import DatasetParams, Hyperparameters
from fairtune.config.paths import Paths
from fairtune.errors import RegistryFailed
from fairtune.matrix.matrix import Matrix
from fairtune.models import release as models_release
from fairtune.models import warm_start as model_warm_start
from fairtune.models.alignment import Fitted
from fairtune.models.als.model import Start
from fairtune.registry.champion import fits as champion_fits
from fairtune.registry.client import connection, versions
from fairtune.registry.client.versions import CHAMPION, Version

if TYPE_CHECKING:
    from mlflow import MlflowClient


@dataclass(frozen=True)
class Warm:
    """Where the fits on each part start; a part that isn't there starts afresh.

    chosen: the hyperparameters of a fit that starts there: it takes fewer rounds. champion: its model,
    version and digest of its release. cold: why a part starts afresh, by part.
    """

    starts: Mapping[Part, Start]
    chosen: Hyperparameters
    champion: Mapping[str, object] = field(default_factory=dict)
    cold: Mapping[Part, str] = field(default_factory=dict)

    @property
    def origin(self) -> Mapping[str, object] | None:
        """Which champion which parts started from, and for how many rounds; None if all are cold."""
        if not self.starts:
            return None
        return {**self.champion, "parts": list(self.starts), "iterations": self.chosen.iterations}

    def told(self) -> str:
        """Say in a line where the fits start."""
        said = []
        if self.starts:
            where = f"{self.champion['model']} version {self.champion['version']}"
            said.append(f"{', '.join(self.starts)} from {where}, {self.chosen.iterations} rounds")
        reasons = dict.fromkeys(self.cold.values())
        for reason in reasons:
            parts = ", ".join(part for part, why in self.cold.items() if why == reason)
            said.append(f"{parts} afresh: {reason}")
        return f"warm start: {'; '.join(said)}"


def prepare(
    params: DatasetParams, paths: Paths, matrix: Matrix, chosen: Hyperparameters, *, threads: int
) -> Warm | None:
    """Fetch the champion's fits and carry them over to `matrix`; None if `train.warm_start` is off.

    A part for which there is nothing to start from, or nothing that it may start from, starts afresh.
    """
    wanted = params.train.warm_start
    if wanted is None:
        return None
    fewer = replace(chosen, iterations=wanted.iterations)
    if wanted.iterations >= chosen.iterations:
        return _cold(fewer, f"a fit takes {chosen.iterations} rounds as it is")
    if not connection.exists(paths.root):
        return _cold(fewer, "there is no registry")
    try:
        with connection.connected(paths.root) as client, TemporaryDirectory(prefix="fairtune-") as folder:
            champion = versions.version(client, params.register.model, CHAMPION)
            if champion is None:
                return _cold(fewer, f"{params.register.model} has no champion")
            fits = _fits(client, champion, Path(folder))
    except RegistryFailed as error:
        return _cold(fewer, str(error))
    bands = params.evaluate.age_bands
    starts, cold = {}, {}
    for part, fitted in fits.items():
        reason = (
            model_warm_start.obstacle(fitted, matrix, part, chosen)
            if fitted
            else f"version {champion.number}, the champion, kept no such fit"
        )
        if fitted is None or reason:
            cold[part] = reason
        else:
            starts[part] = model_warm_start.start(
                fitted, matrix, part, chosen, age_bands=bands, threads=threads
            )
    digest = champion.tags.get(connection.DIGEST, "")
    told = {"model": champion.model, "version": champion.number, "digest": digest}
    return Warm(starts, fewer, told, cold)


def _cold(chosen: Hyperparameters, reason: str) -> Warm:
    return Warm({}, chosen, cold=dict.fromkeys(Part, reason))


def _fits(client: "MlflowClient", champion: Version, folder: Path) -> dict[Part, Fitted | None]:
    """Read the champion's fit on each part: those that it kept, and its release."""
    fits: dict[Part, Fitted | None] = {}
    for part in champion_fits.PARTS:
        place = folder / part
        place.mkdir()
        found = champion_fits.read(client, champion, part, place)
        fits[part] = found[0] if found else None
    release = versions.fetch_release(client, champion, folder)
    fits[Part.ALL] = (
        champion_fits.unbroken(champion, models_release.read_released, release) if release else None
    )
    return fits
