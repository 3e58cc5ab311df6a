"""What benchmarks/soak.py does to a project: each function disturbs it once, and says what it lost."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import httpx
import psutil
from soak_project import HANGS, HUNG, Soak, end, output_of

FAKED_CLOCK: Final = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
"""The library of Debian's package faketime, if it is there."""


def _interrupted(soak: Soak, how: int) -> str:
    soak.forget()
    with soak.start("run", "demo") as process:
        time.sleep(soak.draw.uniform(0, soak.seconds))
        end(process, how)
        if how == signal.SIGSTOP:
            time.sleep(soak.draw.uniform(0, 5))
            end(process, signal.SIGCONT)
        output = output_of(process)
    if output is None:
        return HUNG
    return f"traceback: {output[-800:]}" if how == signal.SIGSTOP and "Traceback" in output else ""


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
        output = output_of(process)
    return HUNG if output is None else ""


def kill_of_one_of_two_that_search(soak: Soak) -> str:
    """Kill one of two processes that work on one search."""
    shutil.rmtree(soak.folder / ".dvc/cache/runs", ignore_errors=True)
    shutil.rmtree(soak.folder / "models/demo", ignore_errors=True)
    with soak.start("run", "demo") as first:
        time.sleep(soak.draw.uniform(0, soak.seconds / 4))
        with soak.start("tune", "demo") as second:
            time.sleep(soak.draw.uniform(0, soak.seconds / 4))
            end(soak.draw.choice((first, second)))
            all_said = [output_of(process) for process in (second, first)]
    return HUNG if None in all_said else ""


def full_disk(soak: Soak) -> str:
    """Let no file grow beyond a size that a seed chooses, as where a disk is full."""
    soak.forget()
    code, said = soak.run("run", "demo", largest=2 ** soak.draw.randint(12, 20))
    return "" if code in {0, 1, 2} else f"exit code {code}: {said[-800:]}"


@contextlib.contextmanager
def _mounted(folder: Path, *mounts: tuple[str, ...]) -> Iterator[None]:
    """Mount over a folder while something is tried; needs the rights of root."""
    folder.mkdir(parents=True, exist_ok=True)
    for options in mounts:  # the first mounts, others change how
        subprocess.run(["mount", *options, folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def _one_line(code: int, output: str) -> str:
    """Say what is wrong with how a run ended that may be refused; "" if nothing."""
    return "" if code in {0, 2} and "Traceback" not in output else f"exit code {code}: {output[-1500:]}"


def disk_without_room(soak: Soak) -> str:
    """Mount a small disk over a folder that the run writes to."""
    soak.forget()
    folder = soak.folder / soak.draw.choice(("data/demo", "models/demo", "reports/demo", ".dvc/cache"))
    size = 2 ** soak.draw.randint(13, 22)
    print(f"  {size} bytes at {folder.relative_to(soak.folder)}", flush=True)
    with _mounted(folder, ("-t", "tmpfs", "-o", f"size={size}", "tmpfs")):
        return _one_line(*soak.run("run", "demo"))


def read_only_folder(soak: Soak) -> str:
    """Let nothing be written to a folder, or to the whole project."""
    soak.forget()
    name = soak.draw.choice(("data/demo", "models/demo", "reports/demo", ".dvc", "mlruns", "."))
    folder = soak.folder / name
    print(f"  {name}", flush=True)
    with _mounted(folder, ("--bind", str(folder)), ("-o", "remount,bind,ro")):
        return _one_line(*soak.run("run", "demo"))


def clock_that_jumps(soak: Soak) -> str:
    """Let the clock of a run stand wrong by up to ten years, and jump while it runs."""
    soak.forget()
    years = 10 * 365 * 86_400
    with tempfile.NamedTemporaryFile("w", suffix=".clock") as clock:

        def jump() -> None:
            Path(clock.name).write_text(f"{soak.draw.randint(-years, years):+d}", encoding="utf-8")

        jump()
        environment = {
            "LD_PRELOAD": str(FAKED_CLOCK),
            "FAKETIME_TIMESTAMP_FILE": clock.name,
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
        with soak.start("run", "demo", environment=environment) as process:
            time.sleep(soak.draw.uniform(0, soak.seconds))
            jump()
            output = output_of(process)
    return HUNG if output is None else _one_line(process.returncode, output)


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
            end(process)
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
    disk_without_room,
    read_only_folder,
    clock_that_jumps,
    damage_in_data,
    damage_in_models,
    damage_in_the_cache,
    damage_of_the_lock_file,
    registry_gone_for_a_while,
    kill_of_the_service,
)


def possible() -> tuple[list[Callable[[Soak], str]], dict[str, str]]:
    """Return the faults that can be tried here, and of the others what they lack."""
    lacking = {}
    if os.geteuid() != 0 or shutil.which("mount") is None or not _may_mount():
        lacking |= dict.fromkeys((disk_without_room, read_only_folder), "needs root, and leave to mount")
    if FAKED_CLOCK is None:
        lacking[clock_that_jumps] = "needs Debian's package faketime"
    left_out = {name_of(fault): why for fault, why in lacking.items()}
    return [fault for fault in FAULTS if fault not in lacking], left_out


def _may_mount() -> bool:
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.suppress(subprocess.CalledProcessError),
        _mounted(Path(folder), ("-t", "tmpfs", "-o", "size=4096", "tmpfs")),
    ):
        return True
    return False


def name_of(fault: Callable[[Soak], str]) -> str:
    return fault.__name__.replace("_", " ")
