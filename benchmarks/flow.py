"""What the Prefect flow costs over plain `dvc repro`, on demo from an empty DVC state, with the server up.

    python benchmarks/flow.py [--rounds N] [--noops N]

Both run the same stages in clones of their own, by turns. The flow does more: it records dvc.lock in the
registry and pushes the outputs; what that takes stands beside the rest of the difference.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from fairtune.config import environment
from fairtune.pipeline.schedule import prefect_server

ROOT = Path(__file__).parents[1]
PLAIN = (sys.executable, "-m", "dvc", "repro", "--quiet", "register@demo")
FLOW = (sys.executable, "flows/retrain.py", "--dataset", "demo")
IMPORTS = (sys.executable, "-c", "import flows.retrain")
EXTRA = ("record", "push")  # tasks that dvc repro doesn't have


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=1, help="full runs of each, by turns")
    parser.add_argument("--noops", type=int, default=3, help="runs of each that find nothing to do")
    arguments = parser.parse_args()
    environment.prepare()
    with tempfile.TemporaryDirectory(prefix="fairtune-flow-") as folder, _server(Path(folder)) as url:
        os.environ["PREFECT_API_URL"] = url
        full = [_round(Path(folder) / str(number), url) for number in range(arguments.rounds)]
        last = Path(folder) / str(arguments.rounds - 1)
        idle = [
            (_timed(PLAIN, last / "plain"), _timed(FLOW, last / "flow"), _tasks(url))
            for _ in range(arguments.noops)
        ]
        imports = min(_timed(IMPORTS, last / "flow") for _ in range(3))
    _print("from an empty state", full)
    _print("nothing to do", idle)
    print(f"of the flow's start: interpreter and imports {imports:.1f} s")


def _server(folder: Path):  # noqa: ANN202 - a context manager of the server's URL
    return prefect_server.running(folder / "prefect", say=lambda _: None, port=0)


def _round(folder: Path, url: str) -> tuple[float, float, Mapping[str, float]]:
    """Run both once, each in a fresh clone: seconds of each, and of the tasks of the flow by name."""
    for name in ("plain", "flow"):
        subprocess.run(["git", "clone", "--quiet", ROOT, folder / name], check=True)
    return _timed(PLAIN, folder / "plain"), _timed(FLOW, folder / "flow"), _tasks(url)


def _timed(command: Sequence[str], folder: Path) -> float:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    clean = {**os.environ, "PATH": path, "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}"}
    start = time.monotonic()
    subprocess.run(command, cwd=folder, env=clean, check=True, capture_output=True)
    return time.monotonic() - start


def _tasks(url: str) -> Mapping[str, float]:
    """Give the seconds of each task of the latest flow run, and `all`: of the whole run on the server."""
    import httpx

    order = {"sort": "START_TIME_DESC", "limit": 1}
    run = httpx.post(f"{url}/flow_runs/filter", json=order).raise_for_status().json()[0]
    wanted = {"flow_runs": {"id": {"any_": [run["id"]]}}}
    end = time.monotonic() + 60
    while time.monotonic() < end:  # the server hears of tasks by events, a moment later
        tasks = httpx.post(f"{url}/task_runs/filter", json=wanted).raise_for_status().json()
        if len(tasks) > len(EXTRA) and all(task["end_time"] for task in tasks):
            break
        time.sleep(0.5)
    return {"all": run["total_run_time"], **{task["name"]: task["total_run_time"] for task in tasks}}


def _print(title: str, measured: Sequence[tuple[float, float, Mapping[str, float]]]) -> None:
    plain, flow = (statistics.median(each[side] for each in measured) for side in (0, 1))
    extra = statistics.median(sum(each[2].get(name, 0.0) for name in EXTRA) for each in measured)
    stages = statistics.median(
        sum(seconds for name, seconds in each[2].items() if "@" in name) for each in measured
    )
    around = statistics.median(each[1] - each[2]["all"] for each in measured)
    print(f"{title}: median of {len(measured)}")
    print(f"  dvc repro            {plain:7.1f} s")
    print(f"  flow                 {flow:7.1f} s   ratio {flow / plain:.2f}")
    print(f"    its stages         {stages:7.1f} s")
    print(f"    record and push    {extra:7.1f} s   ratio without them {(flow - extra) / plain:.2f}")
    print(f"    outside of the run {around:7.1f} s   interpreter, imports, exit")
    print(f"    Prefect, artifacts {flow - stages - extra - around:7.1f} s")


if __name__ == "__main__":
    main()
