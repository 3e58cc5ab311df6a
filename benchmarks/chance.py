"""How often `fairtune compare` calls another seed a regression, and how small a loss it sees.

    python benchmarks/chance.py demo lastfm-2k --seeds 5

Splits, fits and evaluates each data set with several seeds, with the hyperparameters that the search chose,
in a folder of its own; then compares every ordered pair, with listeners.parquet and without. Needs the
outputs of `fairtune run`. The smallest loss seen is that of nDCG@10 which its interval tells from none, as a
share of nDCG@10.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import itertools
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from fairtune import files
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.evaluation.comparison.compare import Comparison, Evaluated, Tolerance, compare

STAGES = ("matrix", "train", "evaluate")


def main() -> None:
    """Print a line for each data set and kind of interval."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("datasets", nargs="+")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    root = params.project_root()
    for dataset in arguments.datasets:
        with tempfile.TemporaryDirectory() as folder:
            found = [evaluated(root, Path(folder), dataset, seed) for seed in range(arguments.seeds)]
        for kind, sides in (
            ("paired", found),
            ("intervals", [Evaluated(each.metrics) for each in found]),
        ):
            pairs = [judged(root, dataset, *pair) for pair in itertools.permutations(sides, 2)]
            failed = sum(not pair.passed for pair in pairs)
            figures = max(len(pair.changes) for pair in pairs)
            seen = sum(map(smallest_loss, pairs)) / len(pairs)
            print(
                f"{dataset}, {kind}: {failed} of {len(pairs)} comparisons of {figures} figures fail; "
                f"smallest loss of nDCG@10 seen: {seen:.1%}",
                flush=True,
            )


def evaluated(root: Path, folder: Path, dataset: str, seed: int) -> Evaluated:
    """Run the stages with another seed, the search left out."""
    here, there = Paths(dataset, root), Paths(dataset, folder)
    values = yaml.safe_load((root / params.FILE).read_text(encoding="utf-8"))
    (folder / params.FILE).write_text(yaml.safe_dump(values | {"seed": seed}), encoding="utf-8")
    shutil.copytree(here.tables, there.tables, dirs_exist_ok=True)
    for kept in ("best", "alternatives", "validation"):
        getattr(there, kept).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(getattr(here, kept), getattr(there, kept))
    for stage in STAGES:
        command = [sys.executable, "-m", "fairtune.pipeline.stages", stage, dataset]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return Evaluated(files.read_json(there.metrics), files.read_table(there.listeners))


def judged(root: Path, dataset: str, base: Evaluated, now: Evaluated) -> Comparison:
    chosen = params.load(root).dataset(dataset)
    tolerance = Tolerance(absolute=chosen.gate.tolerance_absolute, relative=chosen.gate.tolerance_relative)
    return compare(base, now, tolerance=tolerance, min_group=chosen.evaluate.min_group)


def smallest_loss(comparison: Comparison) -> float:
    (ndcg,) = [change for change in comparison.changes if change.figure == "ranking.als.ndcg@10"]
    if ndcg.interval is None or not ndcg.base:
        return float("nan")
    low, high = ndcg.interval
    return (high - low) / 2 / ndcg.base


if __name__ == "__main__":
    main()
