"""The project that benchmarks/soak.py disturbs, and the processes started in it."""

import contextlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import psutil
import yaml

ROOT: Final = Path(__file__).resolve().parents[1]
COPIED: Final = ("dvc.yaml", ".dvcignore", ".gitignore", ".dvc/config", "reports/benchmarks/fits.json")
GENERATE: Final = {"listeners": 300, "tracks": 600, "regional_bias": 0.5, "taste_strength": 0.7}
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
        self,
        *arguments: str,
        largest: int | None = None,
        environment: Mapping[str, str] = MappingProxyType({}),
        output: Any = subprocess.PIPE,
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
            env=self.environment | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=limit,  # noqa: PLW1509 - no other thread of this process holds a lock then
        )

    def run(self, *arguments: str, largest: int | None = None) -> tuple[int, str]:
        with self.start(*arguments, largest=largest) as process:
            said = output_of(process)
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


def copied_pipeline(folder: Path) -> None:
    """Copy this project's pipeline without its data sets."""
    for name in COPIED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))


def copied(folder: Path) -> Path:
    """Copy this project's pipeline with a small `demo` alone, as a repository of its own."""
    copied_pipeline(folder)
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


def end(process: subprocess.Popen[str], how: int = signal.SIGKILL) -> None:
    """Send a signal to a process and all below it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        below = psutil.Process(process.pid).children(recursive=True)
        for each in (psutil.Process(process.pid), *below):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(how)


def output_of(process: subprocess.Popen[str]) -> str | None:
    """Wait until a process ends and return what it said; None, and its end, if it hangs."""
    try:
        return process.communicate(timeout=HANGS)[0]
    except subprocess.TimeoutExpired:
        end(process)
        return None
