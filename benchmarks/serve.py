"""Requests a second of `mlflow models serve`, and registration: `python benchmarks/serve.py demo lfm-2b`.

Needs the released models of the data sets named. `--against REV` serves, in the same run, the model that the
code of another revision makes of the same release. Requests come one after the other, over loopback;
registration is stage `register` as a process of its own, into an empty registry that has its tables.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[1]
ONE, MANY, BATCH, LISTED = 150, 15, 256, 10
REGISTER_AIM = 5.0
ENTER = """
import sys
from pathlib import Path
from fairtune.registry.registration import register as registration, entry
release, root = map(Path, sys.argv[1:])
registration.register(entry.Entry(model="served", release=release, metrics={}, passed=True), root=root)
"""

TABLES = """
from pathlib import Path
from fairtune.registry.client import connection
with connection.connected(Path()) as client:
    client.search_registered_models()
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
def serving(release: Path, source: Path) -> Iterator[tuple[httpx.Client, psutil.Process]]:
    """Register `release` with the code in `source`, and serve it; give what asks, and what answers."""
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
                yield client, psutil.Process(process.pid)
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


class Took(NamedTuple):
    """What a request took: median wall time, and the mean of the server's CPU time, in seconds."""

    wall: float
    cpu: float


def spent(server: psutil.Process) -> float:
    """CPU time of a process and those it started."""
    times = [process.cpu_times() for process in (server, *server.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def took(asked: Sequence[tuple[Callable[[], object], psutil.Process]], *, repeats: int) -> list[Took]:
    """Measure calls and the servers that they ask, by turns: what else the machine does slows all of them."""
    times: list[list[float]] = [[] for _ in asked]
    before = [spent(server) for _, server in asked]
    for _ in range(repeats):
        for (call, _), own in zip(asked, times, strict=True):
            start = time.perf_counter()
            call()
            own.append(time.perf_counter() - start)
    return [
        Took(statistics.median(own), (spent(server) - began) / repeats)
        for (_, server), own, began in zip(asked, times, before, strict=True)
    ]


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


def served(release: Path, sources: Sequence[Path]) -> list[list[Took]]:
    """Measure requests for one listener, and for 256, of the model as each of `sources` serves it."""
    import pyarrow.parquet as pq

    users = [str(user) for user in pq.read_table(release / "listeners.parquet")["user_id"].to_pylist()]
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(release, source)) for source in sources]
        found = []
        for size, repeats in ((1, ONE), (BATCH, MANY)):
            asked = [(asking(client, users, size), server) for client, server in servers]
            for ask, _ in asked:
                ask()  # what an answer needs is read when it is first asked for
            found.append(took(asked, repeats=repeats))
        return found


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
        command = [sys.executable, "-m", "fairtune.pipeline.stages", "register", dataset]
        told = environment(ROOT)
        told.pop("MLFLOW_TRACKING_URI", None)
        subprocess.run([sys.executable, "-c", TABLES], cwd=project, env=told, check=True)
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
            sources = [ROOT, other] if asked.against else [ROOT]
            for size, (here, *there) in zip((1, BATCH), served(release, sources), strict=True):
                rate = f"{1 / here.wall:7.1f} requests/s, {size / here.wall:6.0f} listeners/s"
                cost = f"{1000 * here.wall:7.1f} ms, {1000 * here.cpu:7.1f} ms of CPU"
                print(f"{dataset:<10} {target:<10} {size:>3} a request: {rate}; {cost}")
                for than in there:
                    ratio = f"{than.wall / here.wall:.2f} x as fast as {asked.against}"
                    print(f"{'':<36} {ratio}, {than.cpu / here.cpu:.2f} x by CPU")
            clock, cpu = registered(dataset)
            aim = f"{clock / REGISTER_AIM:.2f} x the aim of {REGISTER_AIM:g} s"
            print(f"{dataset:<10} {target:<10} register: {clock:.2f} s, {cpu:.2f} s of CPU; {aim}")


if __name__ == "__main__":
    main()
