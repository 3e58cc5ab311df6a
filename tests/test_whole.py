"""The whole pipeline, as a user runs it, on a small demo project: killed, repeated, refused, compared."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from tests import processes

ROOT = Path(__file__).resolve().parents[1]
SMALL = {"listeners": 300, "tracks": 600, "regional_bias": 0.5, "taste_strength": 0.7}


class Project:
    """A copy of this project's pipeline in a folder of its own, with a small `demo` only."""

    def __init__(self, folder: Path, *, text: str | None = None):
        """Make it; text: of its params.yaml, by default that of a small `demo` alone."""
        self.folder = folder
        for name in ("dvc.yaml", ".dvcignore", ".gitignore"):
            shutil.copy(ROOT / name, folder)
        shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "reports" / "benchmarks").mkdir(parents=True)  # what a clone has, and the report reads
        shutil.copy(ROOT / "reports" / "benchmarks" / "fits.json", folder / "reports" / "benchmarks")
        (folder / ".dvc").mkdir()
        shutil.copy(ROOT / ".dvc" / "config", folder / ".dvc")
        params = yaml.safe_load((ROOT / "params.yaml").read_text())
        demo = params["datasets"]["demo"]
        demo["download"]["generate"] = SMALL
        demo["tune"]["trials"] = 4
        demo["evaluate"]["resamples"] = 200
        anything = {"max_dp_disparity": {}, "max_eo_disparity": {}, "min_eo_ratio": {}}
        demo["gate"].update(beats=[], min_rmse_skill=-1.0, **anything)  # so few tell nothing for sure
        self.params = {"seed": params["seed"], "datasets": {"demo": demo}}
        self.write_params(text)
        git = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.org")
        processes.run(["git", "init", "--quiet"], cwd=folder, check=True)
        processes.run(["git", "add", "."], cwd=folder, check=True)
        processes.run([*git, "commit", "--quiet", "-m", "Start"], cwd=folder, check=True)

    def write_params(self, text: str | None = None):
        (self.folder / "params.yaml").write_text(yaml.safe_dump(self.params) if text is None else text)

    @property
    def environment(self):
        bare = {
            name: value for name, value in os.environ.items() if not name.startswith(("FAIRTUNE", "MLFLOW"))
        }
        return bare | {"PYTHONPATH": str(self.folder / "src"), "MLFLOW_DISABLE_TELEMETRY": "true"}

    def start(
        self, *arguments: str, output: Any = subprocess.PIPE
    ) -> AbstractContextManager[subprocess.Popen[str]]:
        command = [
            sys.executable,
            "-c",
            "from fairtune.cli.main import main; raise SystemExit(main())",
            *arguments,
        ]
        return processes.started(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def fairtune(self, *arguments: str) -> tuple[int, str]:
        with self.start(*arguments) as process:
            output, _ = process.communicate(timeout=processes.PATIENCE)
        return process.returncode, output

    def kill_stage(self, stage: str, when: Callable[[], bool]) -> tuple[int, str]:
        """Run the pipeline, and end `stage` with -9 once `when` holds."""
        log = self.folder / "log"
        with log.open("w") as output, self.start("run", "demo", output=output) as process:
            command = psutil.Process(process.pid)

            def found() -> psutil.Process | None:
                with suppress(psutil.NoSuchProcess):
                    for child in command.children(recursive=True):
                        if _is_stage(child, stage) and when():
                            return child
                return None

            processes.until(found, alive=process, log=log, every=0.005).send_signal(signal.SIGKILL)
            process.wait(processes.PATIENCE)
        return process.returncode, log.read_text()

    def read(self, name: str):
        return json.loads((self.folder / name).read_text())

    @property
    def lock(self):
        return yaml.safe_load((self.folder / "dvc.lock").read_text())["stages"]


def _is_stage(process: psutil.Process, stage: str) -> bool:
    try:
        command = process.cmdline()
    except psutil.Error:
        return False
    return command[1:] == ["-m", "fairtune.pipeline.stages", stage, "demo"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project that ran once, undisturbed."""
    made = Project(tmp_path_factory.mktemp("undisturbed"))
    code, output = made.fairtune("run", "demo")
    assert code == 0, output
    made.first = output
    return made


def test_a_run_ends_with_figures_gates_a_champion_and_a_report(project):
    assert "nDCG@10, als" in project.first
    assert "gates:    1 of 1 passed" in project.first
    assert "champion: fairtune-demo-track version 1" in project.first
    assert "report:   reports/demo/report.html" in project.first
    assert (project.folder / "reports/demo/report.html").stat().st_size > 10_000


def test_a_second_run_has_nothing_to_do_and_says_so(project):
    before = (project.folder / "dvc.lock").read_bytes()
    code, output = project.fairtune("run", "demo")
    assert code == 0
    assert output.startswith("Nothing to do: "), output
    assert (project.folder / "dvc.lock").read_bytes() == before


def test_stages_killed_with_9_are_finished_by_the_next_run_with_the_same_hashes(project, tmp_path):
    """Also: two runs from an empty cache give the same hashes, every artifact byte for byte."""
    killed = Project(tmp_path)
    journal = tmp_path / "models/demo/study.journal"
    moments = {
        "download": (tmp_path / "data/demo/raw").exists,
        "tune": lambda: journal.exists() and journal.read_text().count('"state":1') >= 1,
        "register": (tmp_path / "mlflow.db").exists,
    }
    for stage, moment in moments.items():
        code, output = killed.kill_stage(stage, moment)
        assert code == 2, output
        assert f"{stage}@demo: killed (out of memory?); run again to go on where it stopped" in output
    code, output = killed.fairtune("run", "demo")
    assert code == 0, output
    assert killed.lock == project.lock
    assert killed.read("reports/demo/registration.json")["version"] == 1


def test_the_champion_recommends_by_alias(project):
    code, output = project.fairtune("recommend", "--dataset", "demo", "--user", "1", "-n", "3", "--json")
    assert code == 0, output
    assert [line["rank"] for line in json.loads(output)["recommendations"]] == [1, 2, 3]


def test_a_lost_registry_is_filled_again(project):
    (project.folder / "mlflow.db").unlink()
    code, output = project.fairtune("run", "demo")
    assert code == 0, output
    assert "[11/11] register" in output
    assert "champion: fairtune-demo-track version 1" in output


def test_a_broken_limit_ends_with_1_and_its_table_and_keeps_everything_but_the_registration(project):
    receipt = project.read("reports/demo/registration.json")
    project.params["datasets"]["demo"]["gate"]["max_dp_disparity"] = {"tier": 0.001}
    project.write_params()
    try:
        code, output = project.fairtune("run", "demo")
        assert code == 1, output
        assert "demographic parity by tier" in output
        assert "FAIL" in output.upper()
        assert output.splitlines()[-1].startswith("fairtune: gate@demo: ")
        assert project.read("reports/demo/verdict.json")["passed"] is False
        assert project.read("reports/demo/registration.json") == receipt
        for kept in (
            "models/demo/all/manifest.json",
            "reports/demo/metrics.json",
            "reports/demo/report.html",
        ):
            assert (project.folder / kept).exists()
    finally:
        project.params["datasets"]["demo"]["gate"]["max_dp_disparity"] = {}
        project.write_params()
    code, output = project.fairtune("run", "demo")
    assert code == 0, output


def test_compare_exits_with_1_on_a_regression(project):
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org"]
    processes.run(["git", "add", "."], cwd=project.folder, check=True)
    processes.run([*git, "commit", "--quiet", "-m", "Measure"], cwd=project.folder, check=True)
    code, output = project.fairtune("compare", "HEAD")
    assert code == 0, output
    path = project.folder / "reports/demo/metrics.json"
    good, metrics = path.read_bytes(), project.read("reports/demo/metrics.json")
    metrics["ranking"]["als"]["ndcg@10"]["value"] *= 0.5
    path.write_text(json.dumps(metrics))
    try:
        code, output = project.fairtune("compare", "HEAD")
    finally:
        path.write_bytes(good)  # other tests run in the same project, in any order
    assert code == 1
    assert output.splitlines()[-1].startswith("fairtune: worse than at HEAD: ranking.als.ndcg@10")
