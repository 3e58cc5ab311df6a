"""What a user waits for, as ratios from one run: `python benchmarks/speed.py [--dataset lastfm-2k]`.

Clones HEAD into a scratch folder, so that no cache helps, and runs the pipeline there with this interpreter.
lastfm-2k needs the network or FAIRTUNE_MIRROR.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

REPEATS = 5
PIPELINE_AIM, NOTHING_AIM, HELP_AIM, RECOMMEND_AIM = 2.0, 3.0, 0.5, 1.5


def seconds(command: Sequence[str], folder: Path, *, repeats: int = 1) -> float:
    """Median wall time of `command` in `folder`, its start included."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def fits_and_scoring(folder: Path, dataset: str) -> float:
    """Seconds of what the pipeline can't do without: every fit of search and training, and their scoring."""
    os.chdir(folder)
    from fairtune import files
    from fairtune.columns import Part
    from fairtune.config import params
    from fairtune.config.hyperparameters import hyperparameters
    from fairtune.config.paths import Paths
    from fairtune.evaluation.measure import evaluate
    from fairtune.matrix import storage as matrix_storage
    from fairtune.models.als import model as als
    from fairtune.models.baselines import catalogue
    from fairtune.models.play_prediction import predictor as play_predictor
    from fairtune.tuning import baselines, objective
    from fairtune.tuning.pruning import LOOKS

    everything, paths = params.load(folder), Paths(dataset)
    chosen, seed, threads = everything.dataset(dataset), everything.seed, os.cpu_count() or 1
    matrix = matrix_storage.read_matrix(paths.matrix)
    best = hyperparameters(files.read_json(paths.best)["hyperparameters"])
    points = [hyperparameters(point) for point in _points(files.read_table(paths.trials))]
    start = time.perf_counter()
    goal = objective.prepare(matrix, Part.TRAIN, chosen.evaluate)
    baselines.tune(
        matrix,
        chosen.train.alternatives,
        lambda scores: goal.judge(scores, threads=threads),
        seed=seed,
        threads=threads,
    )
    beginning = cache(lambda factors: als.beginning(matrix, Part.TRAIN, factors, seed=seed))
    for point in points:

        def look(iteration: int, fitted: Callable[[], als.Als], last: int = point.iterations) -> None:
            if iteration in LOOKS or iteration == last:
                goal.judge_model(fitted(), threads=threads)

        begun = beginning(point.factors)
        als.fit(matrix, Part.TRAIN, point, seed=seed, threads=threads, watch=look, start=begun)
    judged, _ = (
        als.fit(matrix, part, best, seed=seed, threads=threads) for part in (Part.TRAIN_VALID, Part.ALL)
    )
    predictor = play_predictor.learn(
        matrix,
        Part.TRAIN_VALID,
        lambda held: als.fit(held, Part.TRAIN, best, seed=seed, threads=threads),
        folds=chosen.train.folds,
        seed=seed,
    )
    refits = {
        block: als.fit(matrix.without(block), Part.TRAIN_VALID, best, seed=seed, threads=threads)
        for block in matrix.influencers
    }
    others = {
        name: catalogue.fit(name, matrix, Part.TRAIN_VALID, tuned["settings"], seed=seed, threads=threads)
        for name, tuned in files.read_json(paths.alternatives).items()
    }
    evaluate.evaluate(
        matrix, judged, predictor, others, chosen.evaluate, refits=refits, seed=seed, threads=threads
    )
    return time.perf_counter() - start


def _points(trials: "object") -> list[dict[str, object]]:
    """Rows of trials.parquet as the hyperparameters of the rounds that were run."""
    judged = {"number", "ndcg", "dp", "eo", "served", "chosen", "cut", "iterations_done", "work"}
    points = []
    for row in trials.to_dict("records"):  # type: ignore[attr-defined]
        point = {name: value for name, value in row.items() if name not in judged and "." not in name}
        of_blocks: dict[str, dict[str, object]] = {"block_weights": {}, "block_scalings": {}}
        for name, value in row.items():
            head, _, block = name.partition(".")
            if block and value == value:  # noqa: PLR0124 - not NaN: the trial has none
                of_blocks[head][block] = value
        points.append({**point, **of_blocks, "iterations": row["iterations_done"]})
    return points


def main() -> None:
    """Print a line a measurement: seconds, the ratio, and the aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="lastfm-2k")
    dataset = parser.parse_args().dataset
    root = Path(__file__).resolve().parents[1]
    if "FAIRTUNE_MIRROR" in os.environ:
        os.environ["FAIRTUNE_MIRROR"] = str(Path(os.environ["FAIRTUNE_MIRROR"]).resolve())
    tools = Path(sys.executable).parent
    os.environ["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "fairtune"
        subprocess.run(["git", "clone", "--quiet", str(root), str(folder)], check=True)
        os.environ["PYTHONPATH"] = str(folder / "src")
        fairtune, dvc = str(tools / "fairtune"), str(tools / "dvc")
        run = seconds([fairtune, "run", dataset], folder)
        work = fits_and_scoring(folder, dataset)
        ratio = f"{run / work:5.2f} x its fits and scoring (aim: under {PIPELINE_AIM:g})"
        print(f"fairtune run {dataset:<20} {run:7.2f} s  {ratio}")
        first = [fairtune, "recommend", "--dataset", dataset, "--user", "2"]
        for name, command, aim in (
            ("dvc repro, nothing to do", [dvc, "repro", f"register@{dataset}"], NOTHING_AIM),
            ("fairtune --help", [fairtune, "--help"], HELP_AIM),
            ("fairtune recommend", first, RECOMMEND_AIM),
        ):
            took = seconds(command, folder, repeats=REPEATS)
            print(f"{name:<33} {took:7.2f} s  {took / aim:5.2f} x the aim of {aim:g} s")


if __name__ == "__main__":
    main()
