"""Follow docs/how-to/every-night.md on `demo` word by word, and check that it comes out as the page says.

`python scripts/every_night.py` in a clone where nothing else runs: it needs an empty registry, takes some
minutes, and leaves its data, registry and Prefect's state (in `.prefect-nights`) behind.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".prefect-nights"
BASH = "/bin/bash"
LOG = HOME / "schedule.log"
FACTOR = float(os.environ.get("FAIRTUNE_TEST_PATIENCE", "1"))
PATIENCE = 1800 * FACTOR  # seconds for a run to come and to end, which takes two minutes: for hangs only
STORY = [("promoted", None, 1), ("promoted", 1, 2), ("refused", 2, None), ("rolled back", 2, 1)]
END = 300 * FACTOR  # seconds for the schedule to end by itself
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}",
    "PREFECT_HOME": str(HOME),
    "PYTHONUNBUFFERED": "1",
}


def main() -> None:
    """Run the blocks of the section in their order; after each, wait for what the section promises."""
    begin, good, bad, back = blocks()
    first, activate, schedule = begin
    HOME.mkdir(exist_ok=True)
    run(first)
    run(activate)
    check(champion() == 1, "version 1 is champion")
    with scheduled(schedule):
        wait("a run fires", lambda: finished("Completed") > 0)
        for command in good:
            run(command)
        wait("version 2 is champion", lambda: champion() == 2)  # noqa: PLR2004 - as the section says
        wait("its run ends", lambda: "version 2 is champion" in LOG.read_text())
        for command in bad:
            run(command)
        wait("a run is refused", lambda: finished("Failed") > 0)
        check("drift" in LOG.read_text(), "for drift")
        check(champion() == 2, "version 2 is still champion")  # noqa: PLR2004
        for command in back:
            run(command)
        check(champion() == 1, "version 1 is champion again")
        check(history() == STORY, "the history tells all of it")
        done = finished("Completed")
        wait("two more runs end well", lambda: finished("Completed") >= done + 2)
        check(champion() == 1, "no run has undone the rollback")
    print("Every night: as the page says")


def blocks() -> list[list[str]]:
    """Return the commands of each shell block of the section, without comments."""
    page = (ROOT / "docs/how-to/every-night.md").read_text(encoding="utf-8")
    section = page.partition("\n## Try it on `demo`\n")[2].partition("\n## ")[0]
    found = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return [[line.partition("  #")[0].strip() for line in block.splitlines()] for block in found]


def run(command: str) -> None:
    print(f"$ {command}", flush=True)
    subprocess.run([BASH, "-c", command], cwd=ROOT, env=ENVIRONMENT, check=True)


@contextmanager
def scheduled(command: str) -> Iterator[None]:
    """Have the schedule run while the block does; Ctrl-C ends it, as a person would."""
    print(f"$ {command} &", flush=True)
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            [BASH, "-c", f"exec {command}"],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield
    except BaseException:
        print(LOG.read_text()[-20_000:], file=sys.stderr)
        raise
    finally:
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        try:
            process.wait(END)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        print(f"  the schedule ends ({time.monotonic() - start:.0f} s)", flush=True)


def champion() -> int | None:
    """Give the version that is champion, as `fairtune history` tells."""
    aliases: dict[str, int] = told()["aliases"]
    return aliases.get("champion")


def history() -> list[tuple[str, int | None, int | None]]:
    """Give what happened: action, from, to."""
    return [(event["action"], event["from"], event["to"]) for event in told()["events"]]


def told() -> dict[str, Any]:
    done = subprocess.run(
        [ROOT / ".venv/bin/fairtune", "history", "--dataset", "demo", "--json"],
        cwd=ROOT, env=ENVIRONMENT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    (model,) = json.loads(done.stdout)
    return model  # type: ignore[no-any-return]


def finished(state: str) -> int:
    """Count the runs that ended so; what their tasks ended in doesn't count."""
    return len(re.findall(rf"Flow run '[^']*' - Finished in state {state}\(", LOG.read_text()))


def check(holds: bool, what: str) -> None:
    if not holds:
        raise RuntimeError(f"not so: {what}")
    print(f"  {what}", flush=True)


def wait(until: str, holds: Callable[[], bool]) -> None:
    start = time.monotonic()
    while not holds():
        if time.monotonic() - start > PATIENCE:
            raise TimeoutError(f"waited in vain until {until}")
        time.sleep(5)
    print(f"  {until} ({time.monotonic() - start:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
