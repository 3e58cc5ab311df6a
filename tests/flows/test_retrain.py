"""The flow, against Prefect's embedded server, on the toy pipeline: one named task a stage."""

import pytest
from tests import toy_pipeline

from fairtune import gates, store
from fairtune.errors import Busy, LimitBroken
from fairtune.pipeline import Pipeline
from flows import retrain as module


@pytest.fixture(scope="module", autouse=True)
def server():
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=None):
        yield


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return toy_pipeline.create(tmp_path)


NDCG = {"value": 0.25, "low": 0.24, "high": 0.26}
FAILED = gates.GateResult(
    name="ranking",
    metric="ranking.als.ndcg@10",
    limit=0.3,
    passed=False,
    reason="It scores less than popularity.",
    **NDCG,
)
VERDICT = gates.Verdict((FAILED,))


def artifact(key):
    from prefect import get_client
    from prefect.client.schemas.filters import ArtifactFilter

    named = ArtifactFilter.model_validate({"key": {"any_": [key]}})
    with get_client(sync_client=True) as client:
        return client.read_artifacts(artifact_filter=named)[-1].data


def flow_runs():
    from prefect import get_client

    with get_client(sync_client=True) as client:
        return sorted(client.read_flow_runs(), key=lambda run: run.created)


def tasks_of(flow_run):
    from prefect import get_client
    from prefect.client.schemas.filters import FlowRunFilter

    mine = FlowRunFilter.model_validate({"id": {"any_": [flow_run.id]}})
    with get_client(sync_client=True) as client:
        runs = client.read_task_runs(flow_run_filter=mine)
    return [(run.name, run.state_name) for run in sorted(runs, key=lambda run: run.start_time)]


def test_each_stage_of_dvc_yaml_is_a_task_of_its_name(project):
    module.retrain("small")

    assert tasks_of(flow_runs()[-1]) == [
        ("fetch@small", "Completed"),
        ("count@small", "Completed"),
        ("gate@small", "Completed"),
        ("ship@small", "Completed"),
    ]
    assert project.ran() == ["fetch", "count", "gate", "ship"]


def test_a_refresh_that_fetches_the_same_bytes_runs_the_source_alone(project):
    module.retrain("small")
    project.ran()

    module.retrain("small", refresh=True)

    assert project.ran() == ["fetch"]


def test_a_stage_is_tried_again_as_often_as_its_meta_says(project):
    project.fetch_script("test -e second || { touch second; exit 2; }")

    module.retrain("small")

    assert project.ran() == ["fetch", "fetch", "count", "gate", "ship"]


def test_a_failed_gate_is_a_failed_run_that_says_why_and_ships_nothing(project):
    with pytest.raises(LimitBroken):
        module.retrain("large")

    failed = flow_runs()[-1]
    assert failed.state_name == "Failed"
    assert failed.state.message.endswith("LimitBroken: gate@large: a limit is broken; nothing after it ran")
    assert project.ran("large") == ["fetch", "count", "gate"]


def test_the_prefect_page_shows_verdict_figures_and_the_reason_of_a_failure(project):
    reports = project.root / "reports/large"
    store.write_json(reports / "metrics.json", {"ranking": {"als": {"ndcg@10": NDCG}}})
    store.write_json(reports / "verdict.json", VERDICT.to_json())

    with pytest.raises(LimitBroken):
        module.retrain("large")

    assert flow_runs()[-1].state.message.endswith("LimitBroken: ranking: It scores less than popularity.")
    assert artifact("large-metrics").endswith("| nDCG@10, als | 0.2500 | 0.2400 to 0.2600 |")
    page = artifact("large-verdict")
    assert "| FAIL | ranking | 0.250 | 0.300 | It scores less than popularity. |" in page
    assert page.endswith(f"`{project.root.resolve()}/reports/large/report.html`")


def test_a_second_run_of_the_data_set_is_refused(project):  # noqa: ARG001 - it is the working folder
    with Pipeline() as pipeline, pipeline.alone("small"), pytest.raises(Busy):
        module.retrain("small")

    assert flow_runs()[-1].state_name == "Failed"


def test_a_run_that_was_killed_is_marked_as_crashed_by_the_next(project):
    from prefect import get_client
    from prefect.states import Running

    module.retrain("small")
    killed = flow_runs()[-1]
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(killed.id, Running(), force=True)

    module.retrain("small")

    by_id = {run.id: run.state_name for run in flow_runs()}
    assert by_id[killed.id] == "Crashed"
    assert list(by_id.values())[-1] == "Completed"
    assert project.ran() == ["fetch", "count", "gate", "ship"]
