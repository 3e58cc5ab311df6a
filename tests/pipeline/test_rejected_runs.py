"""Runs that were refused before there was a version stand in the history of the model."""

import pytest

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.evaluation.gate import verdict
from fairtune.pipeline import rejected_runs
from fairtune.registry.client import connection, versions
from fairtune.registry.promotion import history, promote

MODEL = "fairtune-demo-track"
FAILED = verdict.GateResult(
    name="ranking",
    metric="ranking.als.ndcg@10",
    value=0.25,
    low=0.24,
    high=0.26,
    limit=0.3,
    passed=False,
    reason="It scores less than popularity.",
)


@pytest.fixture
def paths(tmp_path, monkeypatch) -> Paths:
    """A project whose gate failed."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("FAIRTUNE_WHO", "Ada")
    found = Paths("demo", tmp_path)
    files.write_json(found.verdict, verdict.Verdict((FAILED,)).to_json())
    return found


def crown(paths):
    with connection.connected(paths.root) as client:
        client.create_registered_model(MODEL)
        client.create_model_version(MODEL, source="fairtune:/test/1", tags={"fairtune.verdict": "passed"})
        by = promote.Mover(who="Ada", why="first")
        promote.promote(client, versions.version(client, MODEL, 1), by, trial=lambda _: None)


def told(paths):
    with connection.connected(paths.root) as client:
        return [
            (row.what, row.versions, row.why) for row in history.describe(client, MODEL, who="Ada").rows()
        ]


def test_without_a_registry_nothing_is_recorded_and_none_is_made(paths):
    rejected_runs.record(MODEL, paths, "gate", say=pytest.fail)
    assert not (paths.root / "mlflow.db").exists()


def test_a_failed_gate_is_an_event_and_the_page_has_it(paths):
    crown(paths)
    rejected_runs.record(MODEL, paths, "gate", say=pytest.fail)
    assert told(paths)[1:] == [("refused", "1 stays", "ranking: It scores less than popularity.")]
    assert "It scores less than popularity." in paths.history.read_text("utf-8")


@pytest.mark.parametrize("stage", ["register", "validate", "train"])
def test_what_other_stages_stopped_for_is_not_the_verdict(paths, stage):
    crown(paths)
    rejected_runs.record(MODEL, paths, stage, say=pytest.fail)
    assert len(told(paths)) == 1


def test_a_registry_that_can_not_be_used_is_said_and_stops_nothing(paths):
    (paths.root / "mlflow.db").write_text("nothing of the kind" * 100, encoding="utf-8")
    said = []
    rejected_runs.record(MODEL, paths, "gate", say=said.append)
    assert said[0].startswith(f"the refusal is not in the history of {MODEL}: registry sqlite:///")
