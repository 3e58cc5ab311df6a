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
    """A figure under several seeds: path in metrics.json, a value a seed (None where it is undefined)."""

    path: Path
    values: tuple[float | None, ...]

    def to_json(self) -> dict[str, Any]:
        """Give mean and sample standard deviation; null where a seed has no value, or there is only one."""
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
    """Split, search, fit and judge anew for every seed, from the tables of `paths`.

    What is in progress lies in `paths.repeating`: a search that was killed goes on where it stopped.
    """
    metrics = []
    for seed in seeds:
        there = Paths(paths.dataset, paths.repeating / str(seed))
        shutil.copytree(paths.tables, there.tables, dirs_exist_ok=True)
        for stage in STAGES:
            stage.run(params, there, seed=seed)
            finished()
        metrics.append(files.read_json(there.metrics))
    shutil.rmtree(paths.repeating)
    return tuple(Repeated(path, tuple(_value(of, path) for of in metrics)) for path in _paths(metrics[0]))


def advantage(figures: Mapping[str, Sequence[float | None]], over: str) -> tuple[float, ...] | None:
    """Give nDCG@10 of the product divided by that of the model `over`, a value a seed; None if one lacks."""
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
    found = read(metrics, path)
    return None if found is None else found.value
