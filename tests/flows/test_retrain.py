"""The flow, on a real Prefect server, on the toy pipeline: one named task a stage."""

import pytest
from prefect.exceptions import CancelledRun
from tests import processes
from tests.flows.prefect_page import artifacts, flow_runs, tasks_of

from fairtune import files
from fairtune.errors import BadRequest, LimitBroken, PushFailed, StageFailed
from fairtune.evaluation.gate import verdict
from fairtune.pipeline.dvc import Pipeline
from flows import retrain as module

NDCG = {"value": 0.25, "low": 0.24, "high": 0.26}
FAILED = verdict.GateResult(
    name="ranking",
    metric="ranking.als.ndcg@10",
    limit=0.3,
    passed=False,
    reason="It scores less than popularity.",
    **NDCG,
)
VERDICT = verdict.Verdict((FAILED,))
ALL = ["fetch", "count", "gate", "ship"]


def test_each_stage_of_dvc_yaml_is_a_task_of_its_name(project):
    module.retrain("demo")

    run = flow_runs()[-1]
    assert tasks_of(run) == [
        *((f"{stage}@demo", "Completed") for stage in ALL),
        ("record", "Completed"),
        ("push", "Completed"),
    ]
    assert project.ran("demo") == ALL
    assert run.state.message == "fairtune-demo-track has no champion yet"


def test_nothing_retrains_when_no_byte_changed_and_new_rows_do(project):
    module.retrain("demo", refresh=True)
    project.ran("demo")

    module.retrain("demo")
    assert project.ran("demo") == []
    module.retrain("demo", refresh=True)
    assert project.ran("demo") == ["fetch"]

    with (project.root / "demo.txt").open("a") as source:
        source.write("Björk\n")
    module.retrain("demo", refresh=True)

    assert project.ran("demo") == ALL


def test_a_stage_that_fails_twice_is_tried_a_third_time_as_its_meta_says(project):
    project.fetch_script("test -e second && exit 0; test -e first && touch second; touch first; exit 2")

    module.retrain("demo")

    assert project.ran("demo") == ["fetch", "fetch", *ALL]
    assert flow_runs()[-1].state_name == "Completed"


def test_a_stage_that_fails_more_often_is_a_failed_run_in_its_own_words(project):
    project.fetch_script('echo "fetch@demo: plays.csv is missing: put it back" >&2; exit 2')

    with pytest.raises(StageFailed) as failed:
        module.retrain("demo")

    assert str(failed.value) == "fetch@demo: plays.csv is missing: put it back"
    assert flow_runs()[-1].state.message.endswith(
        "StageFailed: fetch@demo: plays.csv is missing: put it back"
    )
    assert project.ran("demo") == ["fetch", "fetch", "fetch"]


def test_a_failed_gate_is_a_failed_run_that_says_why_and_ships_nothing(project):
    with pytest.raises(LimitBroken):
        module.retrain("lfm-2b")

    failed = flow_runs()[-1]
    assert failed.state_name == "Failed"
    assert failed.state.message.endswith("LimitBroken: gate@lfm-2b: a limit is broken; nothing after it ran")
    assert project.ran("lfm-2b") == ["fetch", "count", "gate"]


def test_the_prefect_page_shows_verdict_figures_and_the_reason_of_a_failure(project):
    reports = project.root / "reports/lfm-2b"
    files.write_json(reports / "metrics.json", {"ranking": {"als": {"ndcg@10": NDCG}}})
    files.write_json(reports / "verdict.json", VERDICT.to_json())

    with pytest.raises(LimitBroken):
        module.retrain("lfm-2b")

    assert flow_runs()[-1].state.message.endswith("LimitBroken: ranking: It scores less than popularity.")
    report = f"`{project.root.resolve()}/reports/lfm-2b/report.html`"
    figures, page = artifacts("lfm-2b-metrics")[-1], artifacts("lfm-2b-verdict")[-1]
    assert "| nDCG@10, als | 0.2500 | 0.2400 to 0.2600 |" in figures
    assert "| FAIL | ranking | 0.250 | 0.300 | It scores less than popularity. |" in page
    assert figures.endswith(report)
    assert page.endswith(report)


def test_a_verdict_of_an_earlier_run_is_not_that_of_one_that_stopped_before_the_gate(project):
    files.write_json(project.root / "reports/demo/verdict.json", VERDICT.to_json())
    before = artifacts("demo-verdict")
    project.count_script("exit 1")

    with pytest.raises(LimitBroken) as stopped:
        module.retrain("demo")

    assert str(stopped.value) == "count@demo: a limit is broken; nothing after it ran"
    assert artifacts("demo-verdict") == before


def test_a_second_run_of_the_data_set_is_refused(project):
    with (
        Pipeline() as pipeline,
        pipeline.alone("demo"),
        pytest.raises(CancelledRun, match="refused: a run of"),
    ):
        module.retrain("demo")

    refused = flow_runs()[-1]
    assert refused.state_name == "Cancelled"
    assert refused.state.message.startswith("refused: a run of demo (process ")
    assert refused.state.message.endswith(") is in progress: wait for it to end, or stop it")
    assert project.ran("demo") == []


def test_outputs_are_pushed_to_the_default_remote(project):
    dvc(project, "remote", "add", "--default", "shared", "kept")

    module.retrain("demo")

    kept = sorted(path for path in (project.root / "kept").rglob("*") if path.is_file())
    assert [path.read_text() for path in kept if path.read_text().startswith("Radio")] == ["Radiohead\n"]
    assert len(kept) == 2  # what fetch and count write; the others are not cached


def test_a_push_that_fails_is_a_failed_run_after_all_else_is_done_and_the_next_one_pushes(
    project, monkeypatch
):
    monkeypatch.setattr(module, "_push", module._push.with_options(retries=0))
    (project.root / "kept").write_text("a file where a folder should be")
    dvc(project, "remote", "add", "--default", "shared", "kept")

    with pytest.raises(PushFailed, match=r"^push: DVC's default remote doesn't take the outputs: .*"):
        module.retrain("demo", branch="nightly")

    failed = flow_runs()[-1]
    assert failed.state_name == "Failed"
    assert failed.state.message.endswith(
        "; what is registered stays: mend the remote, then `dvc push`, or let the next run do it"
    )
    assert project.ran("demo") == ALL
    assert git(project, "branch", "--list", "nightly") == ""  # it names nothing that the remote lacks

    (project.root / "kept").unlink()
    module.retrain("demo", branch="nightly")

    assert project.ran("demo") == []
    assert (project.root / "kept").is_dir()
    assert git(project, "show", "nightly:dvc.lock") == (project.root / "dvc.lock").read_text().strip()


def test_a_branch_that_is_checked_out_is_refused_before_anything_runs(project):
    with pytest.raises(BadRequest, match="is checked out in"):
        module.retrain("demo", branch=git(project, "symbolic-ref", "--short", "HEAD"))

    assert project.ran("demo") == []


def dvc(project, *arguments):
    processes.run(["dvc", *arguments], cwd=project.root, check=True, capture_output=True)


def git(project, *arguments):
    done = processes.run(["git", *arguments], cwd=project.root, capture_output=True, text=True, check=True)
    return done.stdout.strip()
