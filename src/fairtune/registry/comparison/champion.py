"""Comparing a candidate with the champion: by logged figures, or by reevaluation on the present data.

Two versions of the same data and split have been evaluated on it already. Otherwise both are aligned with the
present matrix and evaluated on its test part, less what either has learned of it: a model that has seen the
answers proves nothing by knowing them.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fairtune.columns import Part
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.errors import NotThere, RegistryFailed
from fairtune.evaluation.comparison.compare import Evaluated, Tolerance, compare
from fairtune.matrix import storage as matrix_storage
from fairtune.registry.champion import fits as champion_fits
from fairtune.registry.client import connection, versions
from fairtune.registry.client.versions import CHAMPION, Version
from fairtune.registry.comparison import logged_metrics, reevaluation
from fairtune.registry.comparison.reevaluation import Contestant, Impossible
from fairtune.registry.comparison.result import ChampionComparison, compared, incomparable

if TYPE_CHECKING:
    from mlflow import MlflowClient


def against_champion(
    client: "MlflowClient", version: Version, params: DatasetParams, paths: Paths
) -> ChampionComparison | None:
    """Compare a version with the champion; None if there is no champion, or if it is this very release.

    Where they can't be compared, that is a refusal with its reason, never a pass.
    """
    champion = versions.version(client, version.model, CHAMPION)
    if champion is None or champion.number == version.number:
        return None
    release = version.tags.get(connection.DIGEST)
    if release is not None and release == champion.tags.get(connection.DIGEST):
        return None
    numbers = {"champion": champion.number, "candidate": version.number}
    try:
        then, now, how, left_out = _evaluations(client, champion, version, params, paths)
    except Impossible as error:
        return incomparable(str(error), **numbers)
    tolerance = Tolerance(absolute=params.gate.tolerance_absolute, relative=params.gate.tolerance_relative)
    comparison = compare(then, now, tolerance=tolerance, min_group=params.evaluate.min_group)
    return compared(comparison, **numbers, how=how, left_out=left_out)


def _evaluations(
    client: "MlflowClient", champion: Version, version: Version, params: DatasetParams, paths: Paths
) -> tuple[Evaluated, Evaluated, str, int]:
    """Return both evaluations, how they were made, and the number of pairs that were left out."""
    with TemporaryDirectory(prefix="fairtune-") as folder:
        folders = []
        for name in ("champion", "candidate"):
            own = Path(folder) / name
            own.mkdir()
            folders.append(own)
        then = logged_metrics.figures(client, champion, paths, folders[0])
        now = logged_metrics.figures(client, version, paths, folders[1])
        if now is None:
            raise Impossible(f"version {version.number} was registered without its figures")
        if then is not None and logged_metrics.alike((champion, version), (then, now)):
            return then, now, "Compared: what was logged with each, of the same held-out listening.", 0
        one = _contestant(client, champion, folders[0])
        other = _contestant(client, version, folders[1])
    try:
        matrix = matrix_storage.read_matrix(paths.matrix)
    except NotThere as error:
        raise Impossible(f"both have to be judged by the present data, and {error}") from error
    again = reevaluation.reevaluate(one, other, matrix, params.evaluate, seed=int(now.metrics["seed"]))
    return again.then, again.now, again.how, again.left_out


def _contestant(client: "MlflowClient", version: Version, folder: Path) -> Contestant:
    try:
        fits = champion_fits.read(client, version, Part.TRAIN_VALID, folder)
    except RegistryFailed as error:
        raise Impossible(str(error)) from error
    if fits is None:
        raise Impossible(
            f"version {version.number} was registered without its fits, and on other data, "
            "so it can't be judged by the present test part"
        )
    return Contestant(version.number, *fits)
