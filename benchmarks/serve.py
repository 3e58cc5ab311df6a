"""Requests a second of `mlflow models serve`, and registration: `python benchmarks/serve.py demo lfm-2b`.

Needs the released models of the data sets named. `--against REV` serves, in the same run, the model that the
code of another revision makes of the same release. Requests come one after the other, over loopback;
registration is stage `register` as a process of its own, into an empty registry.
"""

import argparse
import json
import os
import random
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[1]
ONE, MANY, BATCH, LISTED = 150, 15, 256, 10
REGISTER_AIM = 5.0
ENTER = """
import sys
from pathlib import Path
from fairtune import registry
release, root = map(Path, sys.argv[1:])
registry.register(registry.Entry(model="served", release=release, metrics={}, passed=True), root=root)
"""


def environment(source: Path, **more: str) -> dict[str, str]:
    """Give the environment of a process that runs the code in `source`."""
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {
        **os.environ,
        "PYTHONPATH": str(source / "src"),
        "PATH": tools,
        "OPENBLAS_NUM_THREADS": "1",
        **more,
    }


@contextmanager
def serving(release: Path, source: Path) -> Iterator[httpx.Client]:
    """Register `release` with the code in `source`, and serve it."""
    with tempfile.TemporaryDirectory() as scratch, socket.socket() as free:
        subprocess.run(
            [sys.executable, "-c", ENTER, str(release), scratch],
            env=environment(source),
            check=True,
            cwd=scratch,
        )
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [
            sys.executable,
            "-m",
            "mlflow",
            "models",
            "serve",
            "--model-uri",
            "models:/served@champion",
        ]
        command += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)]
        uri = f"sqlite:///{scratch}/mlflow.db"
        with (
            (Path(scratch) / "log").open("wb") as log,
            subprocess.Popen(
                command, cwd=scratch, stdout=log, stderr=log, env=environment(source, MLFLOW_TRACKING_URI=uri)
            ) as process,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client,
        ):
            try:
                wait(client)
                yield client
            finally:
                process.terminate()
                process.wait(30)


def wait(client: httpx.Client) -> None:
    """Wait until the server answers."""
    for _ in range(600):
        try:
            if client.get("/ping").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError("the server did not start")


def seconds(call: Callable[[], object], *, repeats: int) -> float:
    """Median wall time of `call`."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def asking(client: httpx.Client, users: list[str], size: int) -> Callable[[], object]:
    """Give a call that asks for lists of `size` listeners, other ones each time."""
    draw = random.Random(1)  # noqa: S311 - any listeners will do

    def ask() -> None:
        rows = [[user] for user in draw.sample(users, size)]
        body = {"dataframe_split": {"columns": ["user_id"], "data": rows}, "params": {"n": LISTED}}
        answer = client.post("/invocations", json=body)
        answer.raise_for_status()
        if len({row["row"] for row in answer.json()["predictions"]}) != size:
            raise ValueError("somebody got no list")

    return ask


def served(release: Path, source: Path) -> tuple[float, float]:
    """Seconds of a request for one listener, and of one for 256."""
    import pyarrow.parquet as pq

    users = [str(user) for user in pq.read_table(release / "listeners.parquet")["user_id"].to_pylist()]
    with serving(release, source) as client:
        one, many = asking(client, users, 1), asking(client, users, BATCH)
        for ask in (one, many):
            ask()  # what an answer needs is read when it is first asked for
        return seconds(one, repeats=ONE), seconds(many, repeats=MANY)


def registered(dataset: str) -> tuple[float, float]:
    """Seconds of stage `register` for a release that the registry doesn't have: by clock, and of CPU."""
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch)
        for name in ("params.yaml", "dvc.lock"):
            shutil.copy(ROOT / name, project)
        for kind in ("data", "models"):
            (project / kind).mkdir()
            (project / kind / dataset).symlink_to(ROOT / kind / dataset)
        shutil.copytree(ROOT / "reports" / dataset, project / "reports" / dataset)
        command = [sys.executable, "-m", "fairtune.stages", "register", dataset]
        told = environment(ROOT)
        told.pop("MLFLOW_TRACKING_URI", None)
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, cwd=project, env=told, check=True, stdout=subprocess.DEVNULL)
        took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="+")
    parser.add_argument("--against", metavar="REV", help="also serve with the code of this revision")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        other = Path(scratch) / "other"
        if asked.against:
            subprocess.run(["git", "clone", "--quiet", str(ROOT), str(other)], check=True)
            subprocess.run(["git", "checkout", "--quiet", asked.against], cwd=other, check=True)
        for dataset in asked.datasets:
            release = ROOT / "models" / dataset / "all"
            target = json.loads((release / "manifest.json").read_text("utf-8"))["target"]
            now = served(release, ROOT)
            before = served(release, other) if asked.against else None
            for name, size, took, then in zip(
                ("one listener", f"{BATCH} listeners"), (1, BATCH), now, before or (None, None), strict=True
            ):
                than = f"  {then / took:5.2f} x as fast as {asked.against}" if then else ""
                rate = f"{1 / took:7.1f} requests/s, {size / took:8.0f} listeners/s"
                print(f"{dataset:<10} {target:<10} {name:<13} {1000 * took:8.1f} ms  {rate}{than}")
            clock, cpu = registered(dataset)
            aim = f"{clock / REGISTER_AIM:5.2f} x the aim of {REGISTER_AIM:g} s"
            print(f"{dataset:<10} {'':<10} register      {clock:8.2f} s   {cpu:5.2f} s of CPU; {aim}")


if __name__ == "__main__":
    main()
