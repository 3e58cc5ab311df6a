"""How long each alternative takes to fit, that of `als` being 1: `python benchmarks/fits.py lastfm-2k demo`.

Fits everything with the settings that stage `tune` chose, in turn, several times over, and writes the median
ratios to reports/benchmarks/fits.json, where the report finds them. Ratios of one run, because seconds depend
on the machine and on what else it does. Needs the outputs of `fairtune run`.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from fairtune import files
from fairtune.columns import Part
from fairtune.config import params
from fairtune.config.hyperparameters import hyperparameters
from fairtune.config.paths import Paths
from fairtune.matrix import storage as matrix_storage
from fairtune.matrix.matrix import Matrix
from fairtune.models.als import model as als
from fairtune.models.baselines import catalogue

PRODUCT = "als"


def main() -> None:
    """Print a line a model, and keep the ratios of the data sets that were not measured now."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("datasets", nargs="+")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    root = params.project_root()
    found = files.read_json(Paths("", root).fits) if Paths("", root).fits.exists() else {}
    for dataset in arguments.datasets:
        seconds = measured(root, dataset, arguments.repeats)
        ratios = {
            name: statistics.median(its / ours for its, ours in zip(took, seconds[PRODUCT], strict=True))
            for name, took in seconds.items()
        }
        for name, ratio in sorted(ratios.items(), key=lambda entry: entry[1]):
            print(
                f"{dataset}, {name}: {ratio:.2g} x als, {statistics.median(seconds[name]):.2f} s", flush=True
            )
        found[dataset] = {name: float(f"{ratio:.2g}") for name, ratio in ratios.items() if name != PRODUCT}
        files.write_json(Paths(dataset, root).fits, found)


def measured(root: Path, dataset: str, repeats: int) -> dict[str, list[float]]:
    """Wall time in seconds of each repeat of each fit on train and validation, `als` first."""
    paths, everything = Paths(dataset, root), params.load(root)
    matrix, threads = matrix_storage.read_matrix(paths.matrix), os.cpu_count() or 1
    chosen = hyperparameters(files.read_json(paths.best)["hyperparameters"])
    tuned = files.read_json(paths.alternatives)

    def product() -> object:
        return als.fit(matrix, Part.TRAIN_VALID, chosen, seed=everything.seed, threads=threads)

    fits = {PRODUCT: product} | {
        name: alternative(name, matrix, tuned[name]["settings"], everything.seed, threads) for name in tuned
    }
    seconds: dict[str, list[float]] = {name: [] for name in fits}
    for fit in fits.values():  # imports and first touches are nobody's
        fit()
    for _ in range(repeats):
        for name, fit in fits.items():
            start = time.perf_counter()
            fit()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def alternative(
    name: str, matrix: Matrix, settings: catalogue.Settings, seed: int, threads: int
) -> Callable[[], object]:
    return lambda: catalogue.fit(name, matrix, Part.TRAIN_VALID, settings, seed=seed, threads=threads)


if __name__ == "__main__":
    main()
