"""Whether a project survives what goes wrong: `python benchmarks/soak.py --minutes 30`.

A small project of its own is disturbed again and again, each time in one way that a seed chooses: a run or a
search of two processes is killed, ended or stopped at a random moment; its files may not grow beyond a size,
as on a full disk; a file of the data, the models, the cache or the registry is cut off or changed; the
service is killed while it takes in plays. The next run has to end with the hashes of an undisturbed one, or
with one line and exit code 2, after which what was made and dvc.lock are taken back to what Git has; the
champion has to answer as before; no plays that were confirmed and no event of the history may be lost. Counts
go to benchmarks/results/soak.json.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import psutil
import yaml

from fairtune import files

ROOT: Final = Path(__file__).resolve().parents[1]
COPIED: Final = ("dvc.yaml", ".dvcignore", ".gitignore", ".dvc/config", "reports/benchmarks/fits.json")
GENERATE: Final = {"listeners": 300, "tracks": 600, "regional_bias": 0.5, "taste_strength": 0.7}
ASK: Final = ("recommend", "--dataset", "demo", "--user", "1", "--json")
HANGS: Final = 600
"""Seconds after which a command is said to hang."""
HUNG: Final = "it hangs"


@dataclass
class Soak:
    """A project, how it is undisturbed, and what was done to it."""

    folder: Path
    draw: random.Random
    tried: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    outs: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""
    seconds: float = 0

    @property
    def environment(self) -> dict[str, str]:
        bare = {
            name: value for name, value in os.environ.items() if not name.startswith(("FAIRTUNE", "MLFLOW"))
        }
        return bare | {"PYTHONPATH": str(self.folder / "src")}

    def start(
        self, *arguments: str, largest: int | None = None, output: Any = subprocess.PIPE
    ) -> subprocess.Popen[str]:
        """Start a command of fairtune's; none of its files may be larger than so many bytes."""
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (largest, largest)) if largest else None
        return subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from fairtune.cli.main import main; raise SystemExit(main())",
                *arguments,
            ],
            cwd=self.folder,
            env=self.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=limit,  # noqa: PLW1509 - no other thread of this process holds a lock then
        )

    def run(self, *arguments: str, largest: int | None = None) -> tuple[int, str]:
        with self.start(*arguments, largest=largest) as process:
            said = _said(process)
        return (-1, HUNG) if said is None else (process.returncode, said)

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=Soak", "-c", "user.email=soak@example.org")
        subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True)

    def hashes(self) -> dict[str, str]:
        """Return what dvc.lock says of every output, but of what hangs on registered versions."""
        stages = yaml.safe_load((self.folder / "dvc.lock").read_text(encoding="utf-8"))["stages"]
        return {
            out["path"]: str(out["md5"])
            for name, stage in stages.items()
            if not name.startswith(("register", "champion"))
            for out in stage["outs"]
        }

    def events_of_history(self) -> int:
        code, said = self.run("history", "--dataset", "demo", "--json")
        return len(json.loads(said)[0]["events"]) if code == 0 else -1

    def forget(self) -> None:
        """Take away results from a stage on, and what DVC remembers of runs, so that a run has work to do."""
        shutil.rmtree(self.folder / ".dvc/cache/runs", ignore_errors=True)
        lost = self.draw.choice(["data/demo", "data/demo/matrix", "models/demo"])
        shutil.rmtree(self.folder / lost, ignore_errors=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=3)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--output", type=Path, default=ROOT / "benchmarks/results/soak.json")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(_project(Path(folder)), random.Random(chosen.seed))  # noqa: S311 - no secret
        _undisturbed(soak)
        end = time.monotonic() + 60 * chosen.minutes
        waiting: list[Callable[[Soak], str]] = []
        while time.monotonic() < end:
            waiting = waiting or soak.draw.sample(FAULTS, len(FAULTS))  # each kind before one comes again
            disturb = waiting.pop()
            kind = disturb.__name__.replace("_", " ").strip()
            soak.tried[kind] += 1
            problem = _round(soak, disturb)
            print(f"{kind}: {problem or 'survived'}", flush=True)
            if problem:
                soak.lost.append(f"{kind}: {problem}")
            else:
                soak.survived[kind] += 1
    told = {
        "minutes": chosen.minutes,
        "seed": chosen.seed,
        "faults": {
            kind: {"tried": count, "survived": soak.survived[kind], "refused first": soak.refused[kind]}
            for kind, count in sorted(soak.tried.items())
        },
        "lost": soak.lost,
    }
    files.write_json(chosen.output, told)
    print(json.dumps(told, indent=2))
    if soak.lost:
        raise SystemExit(1)


def _project(folder: Path) -> Path:
    """Copy this project's pipeline with a small `demo` alone, as a repository of its own."""
    for name in COPIED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    demo = params["datasets"]["demo"]
    demo["download"] |= {"generate": GENERATE, "events": "inbox"}
    (folder / "inbox").mkdir()
    demo["tune"]["trials"] = 4
    demo["evaluate"]["resamples"] = 200
    anything: dict[str, Any] = {"max_dp_disparity": {}, "max_eo_disparity": {}, "min_eo_ratio": {}}
    demo["gate"].update(beats=[], min_rmse_skill=-1.0, **anything)  # so few tell nothing for sure
    small = {"seed": params["seed"], "datasets": {"demo": demo}}
    (folder / "params.yaml").write_text(yaml.safe_dump(small), encoding="utf-8")
    return folder


def _undisturbed(soak: Soak) -> None:
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "Start")):
        soak.git(*command)
    began = time.monotonic()
    code, said = soak.run("run", "demo")
    if code != 0:
        raise SystemExit(f"the undisturbed run ended with {code}:\n{said}")
    soak.seconds = time.monotonic() - began
    soak.git("add", ".")
    soak.git("commit", "-qm", "What the undisturbed run wrote")
    soak.outs = soak.hashes()
    soak.answer = soak.run(*ASK)[1]
    print(f"an undisturbed run takes {soak.seconds:.0f} s", flush=True)


def _round(soak: Soak, disturb: Callable[[Soak], str]) -> str:
    """Disturb once, run to the end, and say what isn't as it was; "" if nothing."""
    history = soak.events_of_history()
    problem = disturb(soak)
    if problem:
        return problem
    code, said = soak.run("run", "demo")
    if code == 2:  # noqa: PLR2004 - the user has to do something
        lines = [line for line in said.splitlines() if line.startswith("fairtune: ")]
        if len(lines) != 1 or "Traceback" in said:
            return f"exit code 2 without one line that says why: {said[-800:]}"
        print(f"  refused: {lines[0][:200]}", flush=True)
        soak.refused[disturb.__name__.replace("_", " ").strip()] += 1
        for name in ("data", "models"):
            shutil.rmtree(soak.folder / name / "demo", ignore_errors=True)
        shutil.rmtree(soak.folder / ".dvc/cache", ignore_errors=True)
        soak.git("checkout", "-q", "dvc.lock")
        code, said = soak.run("run", "demo")
    if code != 0:
        return f"the next run ended with {code}: {said[-1500:]}"
    return _other(soak, history)


def _other(soak: Soak, history: int) -> str:
    """Say what isn't as after the undisturbed run; "" if nothing."""
    hashes = soak.hashes()
    if hashes != soak.outs:
        other = sorted(path for path in hashes.keys() | soak.outs if hashes.get(path) != soak.outs.get(path))
        return f"other hashes: {', '.join(other)}"
    if soak.run(*ASK)[1] != soak.answer:
        return "the model answers otherwise"
    return "the history lost events" if soak.events_of_history() < history else ""


def _end(process: subprocess.Popen[str], how: int = signal.SIGKILL) -> None:
    """Send a signal to a process and all below it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        below = psutil.Process(process.pid).children(recursive=True)
        for each in (psutil.Process(process.pid), *below):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(how)


def _said(process: subprocess.Popen[str]) -> str | None:
    """Wait until a process ends and return what it said; None, and its end, if it hangs."""
    try:
        return process.communicate(timeout=HANGS)[0]
    except subprocess.TimeoutExpired:
        _end(process)
        return None


def _interrupted(soak: Soak, how: int) -> str:
    soak.forget()
    with soak.start("run", "demo") as process:
        time.sleep(soak.draw.uniform(0, soak.seconds))
        _end(process, how)
        if how == signal.SIGSTOP:
            time.sleep(soak.draw.uniform(0, 5))
            _end(process, signal.SIGCONT)
        said = _said(process)
    if said is None:
        return HUNG
    return f"traceback: {said[-800:]}" if how == signal.SIGSTOP and "Traceback" in said else ""


def kill_of_a_run(soak: Soak) -> str:
    return _interrupted(soak, signal.SIGKILL)


def end_of_a_run(soak: Soak) -> str:
    return _interrupted(soak, signal.SIGTERM)


def stop_of_a_run(soak: Soak) -> str:
    return _interrupted(soak, signal.SIGSTOP)


def kill_of_one_process_of_a_run(soak: Soak) -> str:
    """Kill one process below a run: a stage, or what a stage has started."""
    soak.forget()
    with soak.start("run", "demo") as process:
        time.sleep(soak.draw.uniform(0, soak.seconds))
        with contextlib.suppress(psutil.NoSuchProcess, IndexError):
            soak.draw.choice(psutil.Process(process.pid).children(recursive=True)).kill()
        said = _said(process)
    return HUNG if said is None else ""


def kill_of_one_of_two_that_search(soak: Soak) -> str:
    """Kill one of two processes that work on one search."""
    shutil.rmtree(soak.folder / ".dvc/cache/runs", ignore_errors=True)
    shutil.rmtree(soak.folder / "models/demo", ignore_errors=True)
    with soak.start("run", "demo") as first:
        time.sleep(soak.draw.uniform(0, soak.seconds / 4))
        with soak.start("tune", "demo") as second:
            time.sleep(soak.draw.uniform(0, soak.seconds / 4))
            _end(soak.draw.choice((first, second)))
            all_said = [_said(process) for process in (second, first)]
    return HUNG if None in all_said else ""


def full_disk(soak: Soak) -> str:
    """Let no file grow beyond a size that a seed chooses, as where a disk is full."""
    soak.forget()
    code, said = soak.run("run", "demo", largest=2 ** soak.draw.randint(12, 20))
    return "" if code in {0, 1, 2} else f"exit code {code}: {said[-800:]}"


def _damage(soak: Soak, *folders: str) -> str:
    """Cut off or change one file below folders."""
    there = [path for name in folders for path in sorted((soak.folder / name).rglob("*")) if path.is_file()]
    path = soak.draw.choice([path for path in there if path.stat().st_size])
    path.chmod(0o644)
    content = path.read_bytes()
    at = soak.draw.randrange(len(content))
    cut = soak.draw.random() < 1 / 2
    changed = content[:at] if cut else content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :]
    path.unlink()  # a link into the cache stays what it is
    path.write_bytes(changed)
    print(f"  {'cut' if cut else 'changed'} at {at}: {path.relative_to(soak.folder)}", flush=True)
    return ""


def damage_in_data(soak: Soak) -> str:
    return _damage(soak, "data/demo")


def damage_in_models(soak: Soak) -> str:
    return _damage(soak, "models/demo")


def damage_in_the_cache(soak: Soak) -> str:
    """Change the cache, and take away what was made from it, so that it is asked."""
    _damage(soak, ".dvc/cache/files")
    shutil.rmtree(soak.folder / "models/demo", ignore_errors=True)
    return ""


def damage_of_the_lock_file(soak: Soak) -> str:
    path = soak.folder / "dvc.lock"
    content = path.read_bytes()
    path.write_bytes(content[: soak.draw.randrange(len(content))])
    return ""


def registry_gone_for_a_while(soak: Soak) -> str:
    """Move the registry away, run, and move it back."""
    registry = soak.folder / "mlflow.db"
    aside = registry.with_suffix(".aside")
    registry.rename(aside)
    shutil.rmtree(soak.folder / "models/demo", ignore_errors=True)
    code, said = soak.run("run", "demo")
    registry.unlink(missing_ok=True)
    aside.rename(registry)
    return "" if code in {0, 2} else f"without its registry, exit code {code}: {said[-800:]}"


def kill_of_the_service(soak: Soak) -> str:
    """Kill the service while it takes in plays; what it confirmed is in the store."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    confirmed: list[int] = []
    refused: list[str] = []
    over = threading.Event()
    first = 1_325_462_400 + 10_000_000 * soak.tried.total()  # seconds since 1970, later each time

    def play() -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            at = first
            while not over.wait(0.005):
                at += 1
                event = {"user_id": 1, "item_id": 1, "timestamp": at}
                with contextlib.suppress(httpx.HTTPError):
                    answer = client.post("/v1/events", json={"events": [event]})
                    if answer.status_code == httpx.codes.ACCEPTED:
                        confirmed.append(at)
                    else:
                        refused.append(answer.text)

    player = threading.Thread(target=play)
    with (soak.folder / "service.log").open("w+") as log:
        options = ("--dataset", "demo", "--port", str(port), "--workers", "2")
        with soak.start("serve", *options, output=log) as process:
            player.start()
            until = time.monotonic() + HANGS
            while not confirmed and not refused and time.monotonic() < until and process.poll() is None:
                time.sleep(0.1)
            time.sleep(soak.draw.uniform(0, 3))
            _end(process)
        over.set()
        player.join()
        log.seek(0)
        said = log.read()
    if not confirmed:
        return f"the service confirmed nothing: {refused[:1]} {said[-400:]}"
    kept = "".join(file.read_text(encoding="utf-8") for file in (soak.folder / "inbox").glob("service-*.csv"))
    missing = [at for at in confirmed if str(at) not in kept]
    shutil.rmtree(soak.folder / "inbox")  # so that the next run learns what the first did
    (soak.folder / "inbox").mkdir()
    return f"{len(missing)} of {len(confirmed)} confirmed plays are lost" if missing else ""


FAULTS: Final = (
    kill_of_a_run,
    end_of_a_run,
    stop_of_a_run,
    kill_of_one_process_of_a_run,
    kill_of_one_of_two_that_search,
    full_disk,
    damage_in_data,
    damage_in_models,
    damage_in_the_cache,
    damage_of_the_lock_file,
    registry_gone_for_a_while,
    kill_of_the_service,
)


if __name__ == "__main__":
    main()
