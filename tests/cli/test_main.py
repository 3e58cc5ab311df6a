"""The command line: what a user sees, and the exit codes that scripts rely on."""

import json
from pathlib import Path

import pytest
import yaml
from tests import processes, toy_pipeline

from fairtune import __version__
from fairtune.cli import main as cli

ROOT = Path(__file__).parents[2]


def figure(value):
    return {"value": value, "low": value - 0.01, "high": value + 0.01}


def metrics(ndcg):
    return {"ranking": {"als": {"ndcg@10": figure(ndcg)}, "popularity": {"ndcg@10": figure(0.1)}}}


VERDICT = {
    "passed": True,
    "gates": [
        {
            "name": "ranking against popularity",
            "metric": "ranking.als.ndcg@10",
            "value": 0.25,
            "low": 0.24,
            "high": 0.26,
            "limit": 0.1,
            "passed": True,
            "reason": "The first ten score more than those of popularity.",
        }
    ],
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Give a toy pipeline for `demo` (passes) and `lfm-2b` (fails), with figures and verdicts."""
    values = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    toy = toy_pipeline.create(
        tmp_path, limits={"demo": {"limit": 100}, "lfm-2b": {"limit": 1}}, params=values
    )
    for dataset in ("demo", "lfm-2b"):
        write_metrics(tmp_path, dataset, 0.25)
        (tmp_path / "reports" / dataset / "verdict.json").write_text(json.dumps(VERDICT))
    monkeypatch.chdir(tmp_path)
    return toy


def write_metrics(root, dataset, ndcg):
    path = root / "reports" / dataset / "metrics.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(metrics(ndcg)))


def commit(root):
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    processes.run(["git", "add", "reports"], cwd=root, check=True)
    processes.run(["git", *identity, "commit", "-qm", "figures"], cwd=root, check=True)


def test_a_run_says_what_it_does_and_ends_with_figures_gates_and_report(project, capfd):
    assert cli.main(["run", "demo"]) == 0

    said = capfd.readouterr().out
    assert said.startswith("[1/4] fetch: take the source as it is\n")
    assert "nDCG@10, als" in said
    assert said.endswith("gates:    1 of 1 passed\nreport:   reports/demo/report.html\n")
    assert project.ran("demo") == ["fetch", "count", "gate", "ship"]


def test_a_second_run_says_that_there_is_nothing_to_do(project, capfd):
    cli.main(["run", "demo"])
    project.ran("demo")
    capfd.readouterr()

    assert cli.main(["run", "demo"]) == 0

    said = capfd.readouterr().out
    assert said.startswith("Nothing to do: all 4 stages of demo are up to date.\n")
    assert "ranking against popularity" in said
    assert project.ran("demo") == []


def test_a_run_tells_what_it_skips(project, capfd):
    cli.main(["run", "demo"])
    (project.root / "reports/demo/shipped").unlink()
    capfd.readouterr()

    cli.main(["run", "demo"])

    assert capfd.readouterr().out.startswith("[1-3/4] fetch, count, gate: up to date\n[4/4] ship: \n")


def test_force_runs_every_stage(project):
    cli.main(["run", "demo"])
    project.ran("demo")

    cli.main(["run", "demo", "--force"])

    assert project.ran("demo") == ["fetch", "count", "gate", "ship"]


def test_a_run_works_from_a_folder_inside_the_project(project, monkeypatch):
    (project.root / "notebooks").mkdir()
    monkeypatch.chdir(project.root / "notebooks")

    assert cli.main(["run", "demo"]) == 0


def test_a_failed_gate_shows_the_figures_and_exits_with_1(project, capfd):
    assert cli.main(["run", "lfm-2b"]) == 1

    said = capfd.readouterr()
    assert "nDCG@10, als" in said.out
    assert said.err == "fairtune: gate@lfm-2b: a limit is broken; nothing after it ran\n"
    assert project.ran("lfm-2b") == ["fetch", "count", "gate"]


def test_a_receipt_without_its_registry_does_not_count(project):
    receipt = project.root / "reports/demo/registration.json"
    receipt.write_text("{}")

    cli.main(["run", "demo"])

    assert not receipt.exists()


def test_compare_finds_nothing_worse_in_the_same_figures(project, capsys):
    commit(project.root)

    assert cli.main(["compare", "HEAD"]) == 0

    said = capsys.readouterr().out
    assert "demo: figures since HEAD" in said
    assert "lfm-2b: figures since HEAD" in said
    assert "unchanged" in said


def test_compare_exits_with_1_on_a_regression_and_names_it(project, capsys):
    commit(project.root)
    write_metrics(project.root, "demo", 0.2)

    assert cli.main(["compare", "HEAD", "--dataset", "demo", "--markdown"]) == 1

    said = capsys.readouterr()
    assert said.out.startswith("## demo: figures since HEAD\n\n| figure ")
    assert said.err == ("fairtune: worse than at HEAD: ranking.als.ndcg@10 of demo\n")


def test_compare_skips_a_data_set_that_had_no_figures_then(project, capsys):
    (project.root / "reports/lfm-2b/metrics.json").unlink()
    commit(project.root)
    write_metrics(project.root, "lfm-2b", 0.3)

    assert cli.main(["compare", "HEAD"]) == 0

    assert "lfm-2b: no figures at HEAD, nothing to compare with\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "Missing argument 'DATASET'; see `fairtune run --help`"),
        (["run", "demo", "--fast"], "No such option '--fast'; see `fairtune run --help`"),
        (["fit"], "No such command 'fit'; see `fairtune --help`"),
        (["run", "last"], "params.yaml: no data set 'last'; there are: demo, lastfm-2k, lfm-2b"),
        (
            ["compare", "v9"],
            "'v9' is no revision of this repository: `git log --oneline --all` lists them",
        ),
        (
            ["compare", "HEAD", "--dataset", "lastfm-2k"],
            "reports/lastfm-2k/metrics.json is not in revision 'HEAD': compare with one that has it",
        ),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(project, capsys, arguments, message):
    commit(project.root)

    assert cli.main(arguments) == 2

    assert capsys.readouterr().err == f"fairtune: {message}\n"


@pytest.mark.parametrize("arguments", [["--debug", "run", "last"], ["run", "last", "--debug"]])
def test_debug_adds_the_stack_trace(project, capsys, arguments):  # noqa: ARG001 - it is the working folder
    assert cli.main(arguments) == 2

    said = capsys.readouterr().err
    assert said.startswith("Traceback (most recent call last):\n")
    assert said.splitlines()[-1].startswith("fairtune: params.yaml: no data set 'last'")


def test_a_defect_is_one_line_too_and_has_an_exit_code_of_its_own(monkeypatch, capsys):
    def broken():
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("fairtune.cli.project.enter", broken)

    assert cli.main(["run", "demo"]) == 3

    expected = "fairtune: a defect of fairtune: ZeroDivisionError: division by zero; --debug shows where\n"
    assert capsys.readouterr().err == expected


def test_the_version_is_told(capsys):
    assert cli.main(["--version"]) == 0

    assert capsys.readouterr().out == f"fairtune {__version__}\n"


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_every_command_has_a_line_in_help_and_help_of_its_own(command, capsys):
    cli.main(["--help"])
    assert f"\n  {command} " in capsys.readouterr().out

    assert cli.main([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: fairtune {command} ")
