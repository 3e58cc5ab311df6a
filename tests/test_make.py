"""The Makefile and the set-up behind it, without installing anything."""

import importlib.util
import os
import re
import socket
import sys
import time
from pathlib import Path

import httpx
import pytest
import yaml
from tests import mlflow_server, processes

from fairtune.config import environment
from fairtune.registry.client import connection

ROOT = Path(__file__).parents[1]

ACTION = ROOT / ".github/actions/compare/action.yml"
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))

specification = importlib.util.spec_from_file_location("packages", ROOT / "scripts/packages.py")
packages = importlib.util.module_from_spec(specification)
specification.loader.exec_module(packages)


@pytest.fixture
def folder(tmp_path):
    """Give a folder that is set up, with a `fairtune` that prints its arguments and its environment."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml", "scripts/packages.py"):
        copy = tmp_path / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
        os.utime(copy, (0, 0))
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    (programs / "fairtune").write_text('#!/bin/sh\necho "arguments=$*"\nenv\n')
    (programs / "fairtune").chmod(0o755)
    (tmp_path / ".venv/.ready").write_text(str(tmp_path))
    return tmp_path


def make(folder, *arguments):
    return processes.run(["make", *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("target", "dataset"), [("demo", "demo"), ("run", "lastfm-2k")])
def test_demo_and_run_run_the_pipeline_with_telemetry_off_and_byte_code_on(
    folder, monkeypatch, target, dataset
):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    said = dict(line.split("=", 1) for line in make(folder, target).stdout.splitlines() if "=" in line)

    assert said["arguments"] == f"run {dataset}"
    assert said["PATH"].startswith(f"{folder}/.venv/bin:")
    assert "PYTHONDONTWRITEBYTECODE" not in said
    wanted = {**environment.TELEMETRY_OFF, **environment.ONE_BLAS_THREAD}
    assert {name: said.get(name) for name in wanted} == wanted


def test_a_second_set_up_does_nothing(folder):
    assert "packages.py install" not in make(folder, "--dry-run", "setup").stdout


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml", "scripts/packages.py"])
def test_other_packages_are_set_up_again(folder, name):
    later = time.time() + 10
    os.utime(folder / name, (later, later))

    assert "packages.py install" in make(folder, "--dry-run", "setup").stdout


def test_a_folder_that_was_moved_is_set_up_again(folder):
    moved = folder.with_name("moved")
    folder.rename(moved)

    assert "packages.py install" in make(moved, "--dry-run", "setup").stdout


@pytest.mark.parametrize("python", ["false", "no-such-python"])
def test_without_a_python_that_fits_the_message_says_which_do(folder, python):
    (folder / ".venv/.ready").unlink()

    done = make(folder, "setup", f"PYTHON={python}")

    assert done.returncode == 2
    assert "fairtune needs Python 3.11, 3.12 or 3.13 and finds none" in done.stderr
    assert "name it with make PYTHON=/path/to/python3.12" in done.stderr


def test_help_lists_every_target():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    listed = re.findall(r"^  make ([a-z-]+) +\w", make(ROOT, "help").stdout, re.MULTILINE)

    assert set(listed) == targets


def test_ui_shows_the_registry_of_the_project(folder, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    program = folder / ".venv/bin/mlflow"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m mlflow "$@"\n')
    program.chmod(0o755)
    without = make(folder, "ui")
    assert without.returncode == 2
    assert "there is no mlflow.db here yet: run `make demo` first" in without.stderr
    assert not (folder / "mlflow.db").exists()

    with connection.connected(folder) as client:
        client.create_registered_model("fairtune-demo-track")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    log = folder / "log"
    with (
        log.open("wb") as output,
        processes.started(
            ["make", "ui", f"PORT={port}"], cwd=folder, stdout=output, stderr=output
        ) as process,
    ):
        processes.until(lambda: mlflow_server.answers(url), alive=process, log=log)
        found = httpx.get(f"{url}/api/2.0/mlflow/registered-models/search", timeout=processes.PATIENCE).json()
    assert [model["name"] for model in found["registered_models"]] == ["fairtune-demo-track"]


def test_the_lock_has_hashes_and_names_no_index():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()

    allowed = re.compile(
        r"[a-z0-9._-]+(\[[a-z0-9,_-]+\])?==[^ ]+( ; .*)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?|    # .*"
    )
    assert [line for line in lines if not allowed.fullmatch(line)] == []


def test_uv_comes_from_the_lock_with_its_hashes():
    entry = packages.entry((ROOT / "requirements.lock").read_text(encoding="utf-8"), "uv")

    lines = entry.splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 1
    assert all(line.startswith("    --hash=sha256:") for line in lines[1:])
    assert not lines[-1].endswith("\\")


def test_uv_is_told_what_pip_is_told():
    said_by_pip = (
        "global.index-url='https://packages.example/simple'\n"
        "install.index-url='https://closer.example/simple'\n"
        "global.extra-index-url='\\nhttps://one.example/simple\\nhttps://two.example/simple'\n"
        "global.find-links='/wheels /more'\n"
        ":env:.cert='/etc/certificate.pem'\n"
        "list.format='json'\n"
    )

    assert packages.uv_settings(said_by_pip, {}) == {
        "UV_DEFAULT_INDEX": "https://closer.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/wheels,/more",
        "SSL_CERT_FILE": "/etc/certificate.pem",
    }


def test_what_uv_is_told_by_the_environment_stays():
    said = packages.uv_settings(
        "global.index-url='https://a.example'\n", {"UV_DEFAULT_INDEX": "https://b.example"}
    )

    assert said == {}


def test_workflow_files_keep_githubs_schema():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    checked = processes.run([*command, *WORKFLOWS], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout


def test_the_action_keeps_githubs_schema():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", ACTION]
    checked = processes.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(("status", "regressed"), [(0, "false"), (1, "true"), (2, "false")])
def test_the_action_writes_summary_and_outputs_and_ends_as_the_comparison_does(tmp_path, status, regressed):
    (step,) = yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "fairtune").write_text(f'#!/bin/sh\necho "$@"\nexit {status}\n')
    (programs / "fairtune").chmod(0o755)
    written = {"GITHUB_STEP_SUMMARY": tmp_path / "summary", "GITHUB_OUTPUT": tmp_path / "output"}
    given = {"BASE": "origin/main", "DATASET": "demo", **{name: str(path) for name, path in written.items()}}

    command = ["bash", "-eo", "pipefail", "-c", step["run"]]
    done = processes.run(command, cwd=tmp_path, env={**os.environ, **given}, check=False)

    assert done.returncode == status
    assert (tmp_path / "summary").read_text() == "compare origin/main --dataset demo --markdown\n"
    assert (tmp_path / "output").read_text() == f"regressed={regressed}\ntable=comparison.md\n"


def steps(path):
    """Give the steps of a workflow that run something."""
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_run_make_targets_that_exist_and_need_no_secret(path):
    """Whatever runs is a make target, but for the one step that talks to GitHub."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    runs = [step["run"] for step in steps(path) if "GH_TOKEN" not in step.get("env", {})]

    called = [
        re.match(r"make (?:--silent )?([a-z-]+)(?: [A-Z]+=\S+)*(?: 2>&1 \| tee .*)?\n?$", run) for run in runs
    ]
    assert runs
    assert all(called), runs
    assert {found[1] for found in called} <= targets
    assert "secrets." not in path.read_text(encoding="utf-8")


def test_only_the_comment_talks_to_github():
    talking = [
        (path.name, step["name"]) for path in WORKFLOWS for step in steps(path) if "gh " in step["run"]
    ]

    assert talking == [("pipeline.yml", "comment on the pull request")]


def test_retraining_starts_by_hand_and_by_time():
    workflow = yaml.safe_load((ROOT / ".github/workflows/retrain.yml").read_text("utf-8"))

    assert set(workflow[True]) == {"schedule", "workflow_dispatch"}  # YAML reads `on` as true
    assert [step["run"] for step in steps(ROOT / ".github/workflows/retrain.yml")] == [
        'make retrain DATASET="$DATASET"'
    ]
