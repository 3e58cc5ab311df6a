"""What a run costs as rows grow, stage by stage: `python benchmarks/scale.py 360k --rows 175000 1750000`.

For each number of rows a data set is generated (see shapes.py) and goes through the stages of a project of
its own, each a process, as DVC runs them. Of each: CPU seconds, wall clock and the largest memory. Beside
them stands one fit of the library alone, of the same factors and iterations on the matrix that the run built,
and what the whole costs in such fits. Results go to benchmarks/results/scale-<shape>.json.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapes
import yaml
from scipy.sparse import csr_matrix
from soak_project import copied_pipeline

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.data.sources import catalogue
from fairtune.matrix import storage as matrix_storage

ROOT: Final = Path(__file__).resolve().parents[1]
STAGES: Final = (
    "download",
    "ingest",
    "champion",
    "validate",
    "matrix",
    "tune",
    "train",
    "evaluate",
    "report",
    "gate",
)
NAMES: Final = {"360k": "lastfm-360k", "1k": "lastfm-1k"}
FACTORS, ITERATIONS, TRIALS = 64, 10, 8


@dataclass(frozen=True)
class Cost:
    """What a process took.

    Attributes
    ----------
    cpu
        Seconds of all its threads, and of the processes that it started.
    wall
        Seconds.
    gigabytes
        The largest memory of one process.
    """

    cpu: float
    wall: float
    gigabytes: float


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("shape", choices=list(NAMES))
    arguments.add_argument("--rows", type=int, nargs="+", default=[175_000, 1_750_000])
    arguments.add_argument("--keep", type=Path, help="folder of the projects; default: a temporary one")
    arguments.add_argument("--stages", nargs="+", default=list(STAGES))
    chosen = arguments.parse_args()
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for rows in chosen.rows:
            folder = (chosen.keep or Path(temporary)) / f"{chosen.shape}-{rows}"
            costs = measured(chosen.shape, rows, folder, chosen.stages)
            told[str(rows)] = {name: asdict(cost) for name, cost in costs.items()}
            _show(rows, costs)
    target = ROOT / f"benchmarks/results/scale-{chosen.shape}.json"
    if set(STAGES) <= set(chosen.stages):
        files.write_json(target, told)


def measured(shape: str, rows: int, folder: Path, stages: list[str]) -> dict[str, Cost]:
    """Generate a data set, and put it through stages.

    Parameters
    ----------
    shape
        360k or 1k.
    rows
        Of its plays.
    folder
        Of the project; what is there already is not made again.
    stages
        Which stages, in order.

    Returns
    -------
    dict
        Stage, or `bare fit` -> what it took.
    """
    name = NAMES[shape]
    if not (folder / "params.yaml").is_file():
        copied_pipeline(folder)
        # In a process of its own: the largest memory of a process is at least that of the one that starts it.
        subprocess.run(
            [sys.executable, shapes.__file__, shape, folder / "mirror", f"--rows={rows}", "--damaged=8"],
            check=True,
        )
        _record(name, folder)
        (folder / "params.yaml").write_text(yaml.safe_dump(_params(shape)), encoding="utf-8")
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    costs = {}
    for stage in stages:
        costs[stage] = _cost(folder, "-m", "fairtune.pipeline.stages", stage, name)
        print(f"{rows:>12,} rows  {stage:<10}{_line(costs[stage])}", flush=True)
    if "matrix" in stages:
        costs["bare fit"] = _bare_fit(folder, name)
        print(f"{rows:>12,} rows  bare fit  {_line(costs['bare fit'])}", flush=True)
    return costs


def _bare_fit(folder: Path, name: str) -> Cost:
    """Fit the library's model on the training part of the matrix, in this process."""
    from implicit.cpu.als import AlternatingLeastSquares

    train = csr_matrix(matrix_storage.read_matrix(Paths(name, folder).matrix).train, dtype=np.float32)
    model = AlternatingLeastSquares(
        factors=FACTORS, iterations=ITERATIONS, random_state=1, num_threads=os.cpu_count() or 1
    )
    began, cpu = time.monotonic(), time.process_time()
    model.fit(train, show_progress=False)
    return Cost(
        cpu=round(time.process_time() - cpu, 1),
        wall=round(time.monotonic() - began, 1),
        gigabytes=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 2),
    )


def _record(name: str, folder: Path) -> None:
    """Write the generated files' sizes and checksums where those of the real ones stand, and lay them out."""
    sources = folder / "src/fairtune/data/sources"
    for source in catalogue.get(name).sources:
        generated = folder / "mirror" / source.file
        kind, _, recorded = source.checksum.partition(":")
        for path in sources.glob("*.py"):
            text = path.read_text(encoding="utf-8").replace(recorded, files.digest(generated, kind))
            if source.size is not None:
                text = text.replace(f"{source.size:_}", f"{generated.stat().st_size:_}")
            path.write_text(text, encoding="utf-8")
        (folder / "mirror" / source.folder).mkdir(exist_ok=True)
        shutil.move(generated, folder / "mirror" / source.folder / source.file)


def _params(shape: str) -> dict[str, Any]:
    """Return params.yaml with one data set and a short search."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    model = params["datasets"]["lfm-2b"]
    target = "artist" if shape == "360k" else "track"
    blocks = ["artist", "music_type"] if shape == "360k" else ["track", "artist", "music_type"]
    split = "random" if shape == "360k" else "temporal"
    start = {**params["shared"]["start"], "factors": FACTORS, "iterations": ITERATIONS, "share": 0.25}
    anything: dict[str, Any] = {
        "max_dp_disparity": {},
        "max_eo_disparity": {},
        "min_eo_ratio": {},
        "min_share": {},
    }
    chosen = {
        "download": model["download"],
        "ingest": model["ingest"],
        "validate": {**model["validate"], "row_count_tolerance": 1.0},  # of the publisher's listeners
        "matrix": {**params["shared"]["matrix"], "target": target, "blocks": blocks, "split": split},
        "tune": {
            "trials": TRIALS,
            "start": start,
            "space": {
                "regularization": {"low": 3.0, "high": 100.0, "log": True},
                "alpha": {"low": 1.0, "high": 20.0, "log": True},
                "beta": {"low": 0.0, "high": 0.8},
                "share": {"low": 0.0, "high": 0.6},
            },
        },
        "train": {
            "folds": 2,
            "warm_start": None,
            "alternatives": {"popularity": {}, "tutorial_als": {}, "item_knn": {}},
        },
        "evaluate": params["shared"]["evaluate"],
        "report": {"title": "Generated listening"},
        "gate": {**params["shared"]["gate"], **anything, "beats": ["popularity"], "min_rmse_skill": -1.0},
        "register": {"model": f"scale-{shape}"},
    }  # fmt: skip
    return {"seed": params["seed"], "datasets": {NAMES[shape]: chosen}}


def _cost(folder: Path, *arguments: str) -> Cost:
    """Run a Python process in the project, and return what it took; stop if it fails."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("FAIRTUNE", "MLFLOW"))}
    environment = bare | {"PYTHONPATH": str(folder / "src"), "FAIRTUNE_MIRROR": str(folder / "mirror")}
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, *arguments], cwd=folder, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    return Cost(
        cpu=round(used.ru_utime + used.ru_stime, 1),
        wall=round(time.monotonic() - began, 1),
        gigabytes=round(used.ru_maxrss * 1024 / 1e9, 2),
    )


def _line(cost: Cost) -> str:
    return f"{cost.cpu:>9.1f} s CPU {cost.wall:>9.1f} s {cost.gigabytes:>6.2f} GB"


def _show(rows: int, costs: dict[str, Cost]) -> None:
    print(f"\n{rows:,} rows")
    for name, cost in costs.items():
        print(f"  {name:<10}{_line(cost)}")
    if "bare fit" in costs:
        whole = sum(cost.cpu for name, cost in costs.items() if name != "bare fit")
        print(f"  all stages: {whole:.0f} s CPU, {whole / costs['bare fit'].cpu:.1f} bare fits")
    print(json.dumps({name: asdict(cost) for name, cost in costs.items()}))


if __name__ == "__main__":
    main()
