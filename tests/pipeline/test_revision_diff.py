"""`fairtune compare` on a small project with Git history and DVC outputs."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from tests import processes
from tests.listening import evaluated

from fairtune import files
from fairtune.cli import main as cli

ROOT = Path(__file__).parents[2]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/pipeline.yml").read_text("utf-8"))
DVC_YAML = """
stages:
  evaluate:
    cmd: cp made/metrics.json made/listeners.parquet reports/demo
    deps: [made]
    metrics:
      - reports/demo/metrics.json: {cache: false}
    outs:
      - reports/demo/listeners.parquet
"""
PAIRED = "Intervals: paired, from the same 400 listeners; those with ~ from the intervals of metrics.json."
ALONE = "Intervals: from the intervals of metrics.json, since listeners.parquet is not there on both sides."


class Project:
    """A pipeline of one stage, whose evaluation is made up; its main branch has one of seed 0."""

    def __init__(self, root):
        self.root = root
        values = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
        values["datasets"] = {"demo": values["datasets"]["demo"]}
        values["datasets"]["demo"]["evaluate"]["min_group"] = 20
        (root / "params.yaml").write_text(yaml.safe_dump(values), "utf-8")
        (root / "dvc.yaml").write_text(DVC_YAML)
        (root / "reports/demo").mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        processes.run(["dvc", "init", "-q"], cwd=root, check=True, capture_output=True)
        self.evaluate()
        self.git("add", "dvc.lock", "reports", "params.yaml", "dvc.yaml", ".dvc")
        self.git("commit", "-qm", "figures")

    def evaluate(self, **change):
        made = evaluated(**change)
        files.write_json(self.root / "made/metrics.json", made.metrics)
        files.write_table(self.root / "made/listeners.parquet", made.listeners)
        processes.run(["dvc", "repro", "-q"], cwd=self.root, check=True, capture_output=True)

    def git(self, *arguments):
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        done = processes.run(
            ["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


def compare(capsys, *options):
    code = cli.main(["compare", "main", *options])
    return code, capsys.readouterr()


def test_an_unchanged_evaluation_passes(project, capsys):
    assert compare(capsys)[0] == 0

    project.evaluate(seed=0)

    code, said = compare(capsys)
    assert code == 0
    assert PAIRED in said.out
    assert said.err == ""


def test_noise_of_another_seed_passes(project, capsys):
    project.evaluate(seed=1)

    code, said = compare(capsys)

    assert code == 0
    assert PAIRED in said.out
    assert "worse, " in said.out


@pytest.mark.parametrize("cached", [True, False])
def test_a_broken_metric_exits_with_1_and_says_why(project, capsys, cached):
    project.evaluate(worse=0.1)
    if not cached:  # as in the clone of an outsider
        shutil.rmtree(project.root / ".dvc/cache")
    before = project.git("status", "--porcelain")

    code, said = compare(capsys, "--markdown")

    assert code == 1
    assert said.out.startswith("## demo: figures since main\n\n| figure ")
    assert (PAIRED if cached else ALONE) in said.out
    reasons = [line for line in said.out.splitlines() if line.startswith("- ")]
    assert reasons[0].startswith("- ranking.als.ndcg@10 fell from 0.2")
    assert said.err.startswith("fairtune: worse than at main: ranking.als.ndcg@10 of demo, ")
    assert project.git("status", "--porcelain") == before


def test_the_listeners_of_a_revision_may_be_in_the_remote_only(project, capsys):
    remote = project.root / "storage"
    for command in (["remote", "add", "-d", "local", str(remote)], ["push", "-q"]):
        processes.run(["dvc", *command], cwd=project.root, check=True, capture_output=True)
    project.evaluate(seed=1)
    shutil.rmtree(project.root / ".dvc/cache")

    assert PAIRED in compare(capsys)[1].out


def test_the_table_reads_as_text_and_as_markdown(project, capsys):
    metrics = json.loads((project.root / "reports/demo/metrics.json").read_text())
    metrics["fairness"] = {}
    metrics["ranking"]["als"] = {"ndcg@10": {"value": 0.3, "low": 0.28, "high": 0.32}}
    metrics["rmse"] = {"skill": {"value": 0.05, "low": 0.04, "high": 0.06}}
    path = project.root / "reports/demo/metrics.json"
    path.write_text(json.dumps(metrics))
    project.git("commit", "-qam", "Other figures")
    metrics["ranking"]["als"]["ndcg@10"] = {"value": 0.1, "low": 0.08, "high": 0.12}
    del metrics["rmse"]
    path.write_text(json.dumps(metrics))

    assert compare(capsys, "--markdown")[1].out == (
        """\
## demo: figures since main

| figure              | better | before | now    | change  | its interval         | judgement               |
|---------------------|--------|--------|--------|---------|----------------------|-------------------------|
| ranking.als.ndcg@10 | higher | 0.3000 | 0.1000 | -0.2000 | ~ -0.2286 to -0.1714 | REGRESSION              |
| rmse.skill          | higher | 0.0500 | -      | -       | -                    | REGRESSION: missing now |

Intervals: paired, from the same 400 listeners; those with ~ from the intervals of metrics.json.

- ranking.als.ndcg@10 fell from 0.3000 to 0.1000, by more than the 0.0090 tolerated and than chance \
(interval of the change: -0.2286 to -0.1714)
- rmse.skill is missing now; it was 0.0500

"""
    )


@pytest.mark.parametrize("lock", ["stages: {", "schema: '2.0'\n", None])
def test_a_revision_whose_lock_names_no_listeners_is_judged_by_its_figures(project, capsys, lock):
    path = project.root / "dvc.lock"
    path.unlink() if lock is None else path.write_text(lock)
    project.git("commit", "-qam", "Lose the lock")

    code, said = compare(capsys)

    assert code == 0
    assert ALONE in said.out


def test_broken_figures_of_a_revision_are_named(project, capsys):
    path = project.root / "reports/demo/metrics.json"
    good = path.read_text()
    path.write_text(good[:100])
    project.git("commit", "-qam", "Break the figures")
    path.write_text(good)

    code, said = compare(capsys)

    assert code == 2
    assert said.err == (
        "fairtune: reports/demo/metrics.json of revision 'main' is broken: compare with another one\n"
    )


def in_workflow(project, base):
    """Run the step of the action that compares, as the runner does: its exit code and the job's summary."""
    (used,) = [step for step in WORKFLOW["jobs"]["demo"]["steps"] if step.get("id") == "compare"]
    action = yaml.safe_load((ROOT / used["uses"] / "action.yml").read_text("utf-8"))
    (step,) = action["runs"]["steps"]
    summary = project.root / "summary.md"
    (project.root / ".venv/bin").mkdir(parents=True)
    (project.root / ".venv/bin/fairtune").symlink_to(shutil.which("fairtune"))
    done = processes.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=project.root,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT / "src"),
            "BASE": base,
            "DATASET": action["inputs"]["dataset"]["default"],
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_OUTPUT": str(project.root / "output"),
        },
        check=False,
        capture_output=True,
    )
    return done.returncode, summary.read_text()


def test_the_workflow_passes_what_is_unchanged(project):
    code, summary = in_workflow(project, "main")

    assert code == 0
    assert summary.startswith("## demo: figures since main\n\n| figure ")


def test_the_workflow_fails_on_a_broken_metric_and_its_summary_says_why(project):
    project.evaluate(worse=0.1)

    code, summary = in_workflow(project, "main")

    assert code == 1
    assert (project.root / "output").read_text() == "regressed=true\ntable=comparison.md\n"
    assert "\n- ranking.als.ndcg@10 fell from 0.2" in summary
    assert "\nfairtune: worse than at main: ranking.als.ndcg@10 of demo, " in summary


def test_the_workflow_tells_a_base_that_is_not_there(project):
    code, summary = in_workflow(project, "origin/main")

    assert code == 2
    assert (project.root / "output").read_text() == "regressed=false\ntable=comparison.md\n"
    assert summary.startswith("fairtune: 'origin/main' is no revision of this repository")


def test_only_the_comment_may_write_and_a_fork_needs_no_secret():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    writing = {name: job["permissions"] for name, job in WORKFLOW["jobs"].items() if "permissions" in job}
    assert writing == {"comment": {"pull-requests": "write"}}
    assert "secrets." not in (ROOT / ".github/workflows/pipeline.yml").read_text("utf-8")
    assert "head.repo.full_name == github.repository" in WORKFLOW["jobs"]["comment"]["if"]
