"""The pipeline from split to evaluation under several seeds: what of a figure is the luck of one split."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from fairtune import files
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.evaluation.comparison.key_metrics import headlines
from fairtune.evaluation.gate.metrics_file import Metrics, Path, names, read
from fairtune.metrics.rounding import significant
from fairtune.pipeline.stages import evaluate, matrix, train, tune

STAGES: Final = (matrix, tune, train, evaluate)
PRODUCT: Final = "als"
NDCG: Final = "ndcg@10"


@dataclass(frozen=True)
class Repeated:
    """A figure under several seeds.

    Attributes
    ----------
    path
        Where it stands in metrics.json.
    values
        One for each seed; None where it is undefined.
    """

    path: Path
    values: tuple[float | None, ...]

    def to_json(self) -> dict[str, Any]:
        """Return mean and sample standard deviation; null where a seed has no value or there is only one."""
        known = [value for value in self.values if value is not None]
        whole = len(known) == len(self.values)
        return {
            "figure": ".".join(self.path),
            "values": list(self.values),
            "mean": significant(np.mean(known)) if whole else None,
            "std": significant(np.std(known, ddof=1)) if whole and len(known) > 1 else None,
        }


def run(
    params: DatasetParams,
    paths: Paths,
    *,
    seeds: Sequence[int],
    finished: Callable[[], None] = lambda: None,
) -> tuple[Repeated, ...]:
    """Split, search, fit and judge for every seed.

    What is in progress lies in `paths.repeating`: a search that was killed goes on where it stopped.

    Parameters
    ----------
    params
        Of the data set.
    paths
        Of the data set, whose tables are there already.
    seeds
        At least one.
    finished
        Called after each stage.

    Returns
    -------
    tuple[Repeated, ...]
        Every headline figure, and accuracy and disparities of the alternatives.
    """
    metrics = []
    for seed in seeds:
        own_paths = Paths(paths.dataset, paths.repeating / str(seed))
        shutil.copytree(paths.tables, own_paths.tables, dirs_exist_ok=True)
        for stage in STAGES:
            stage.run(params, own_paths, seed=seed)
            finished()
        metrics.append(files.read_json(own_paths.metrics))
    shutil.rmtree(paths.repeating)
    return tuple(Repeated(path, tuple(_value(one, path) for one in metrics)) for path in _paths(metrics[0]))


def advantage(figures: Mapping[str, Sequence[float | None]], over: str) -> tuple[float, ...] | None:
    """Divide nDCG@10 of the product by that of another model.

    Parameters
    ----------
    figures
        Values by path joined by dots, one for each seed.
    over
        Name of the other model.

    Returns
    -------
    tuple[float, ...] | None
        A ratio for each seed, above 1 where the product is more accurate; None if a value is missing.
    """
    ours, its = (figures.get(f"ranking.{model}.{NDCG}", ()) for model in (PRODUCT, over))
    pairs = list(zip(ours, its, strict=True)) if len(ours) == len(its) else []
    if not pairs or any(a is None or not b for a, b in pairs):
        return None
    return tuple(significant(a / b) for a, b in pairs if a is not None and b)


def _paths(metrics: Metrics) -> Iterator[Path]:
    yield from (headline.path for headline in headlines(metrics, metrics))
    for model in names(metrics, ("ranking",)):
        if model != PRODUCT:
            yield "ranking", model, NDCG
            for parity in ("dp@10", "eo@10"):
                yield "fairness_of_alternatives", model, "region", parity, "disparity"


def _value(metrics: Metrics, path: Path) -> float | None:
    figure = read(metrics, path)
    return None if figure is None else figure.value
