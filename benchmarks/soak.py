"""Whether a project survives what goes wrong: `python benchmarks/soak.py --minutes 30`.

A small project of its own is disturbed again and again, each time in one way that a seed chooses: a run or a
search of two processes is killed, ended or stopped at a random moment; its disk is full; its folders may only
be read; its clock jumps by years; a file of the data, the models, the cache or the registry is cut off or
changed; the service is killed while it takes in plays. The next run has to end with the hashes of an
undisturbed one, or with one line and exit code 2, after which what was made and dvc.lock are taken back to
what Git has; the champion has to answer as before; no plays that were confirmed and no event of the history
may be lost. Counts go to benchmarks/results/soak.json.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import json
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import soak_faults
import soak_project
from soak_project import Soak

from fairtune import files

ROOT: Final = Path(__file__).resolve().parents[1]
ASK: Final = ("recommend", "--dataset", "demo", "--user", "1", "--json")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=3)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--output", type=Path, default=ROOT / "benchmarks/results/soak.json")
    arguments.add_argument("--only", nargs="+", metavar="KIND", help="these kinds of faults alone")
    chosen = arguments.parse_args()
    faults, left_out = soak_faults.possible()
    if chosen.only:
        faults = [fault for fault in faults if soak_faults.name_of(fault) in chosen.only]
        if not faults:
            arguments.error(f"--only {chosen.only}: no such fault can be tried here")
    for kind, why in left_out.items():
        print(f"left out: {kind}, which {why}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(soak_project.copied(Path(folder)), random.Random(chosen.seed))  # noqa: S311 - no secret
        _undisturbed(soak)
        end = time.monotonic() + 60 * chosen.minutes
        waiting: list[Callable[[Soak], str]] = []
        while time.monotonic() < end:
            waiting = waiting or soak.draw.sample(faults, len(faults))  # each kind before one comes again
            disturb = waiting.pop()
            kind = soak_faults.name_of(disturb)
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
        "left out": left_out,
        "lost": soak.lost,
    }
    files.write_json(chosen.output, told)
    print(json.dumps(told, indent=2))
    if soak.lost:
        raise SystemExit(1)


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
        soak.refused[soak_faults.name_of(disturb)] += 1
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


if __name__ == "__main__":
    main()
