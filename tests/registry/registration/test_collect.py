"""What a version holds of what the stages left."""

import json
import signal
import sys
from pathlib import Path

import pandas as pd
import pytest
from tests import processes
from tests.reporting import sample

from fairtune import files
from fairtune.columns import Table
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.evaluation.gate.verdict import Verdict
from fairtune.registry.client import connection, provenance, versions
from fairtune.registry.registration import collect, create_version, trials, version_contents
from fairtune.registry.registration import register as registration

pytestmark = [  # MLflow's own, about its types and about pandas 4
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]
ROOT = Path(__file__).parents[3]
NAME = "fairtune-demo-track"
TRIALS = pd.DataFrame(
    {
        "number": [0, 1, 2],
        "chosen": [False, True, False],
        "cut": [False, False, True],
        "iterations_done": [15, 5, 2],
        "work": [1.5, 0.5, 0.25],
        "ndcg": [0.1, 0.2, 0.05],
        "dp": [0.7, 0.2, 0.6],
        "eo": [0.6, 0.3, float("inf")],
        "served": [0.8, 0.9, 0.7],
        "factors": [100, 32, 64],
        "scaling": ["log", "bm25", "log"],
        "block_weights.artist": [float("nan"), 0.5, 0.25],
    }
)
NESTED = len(TRIALS) + len(sample.evidence().metrics["ranking"]) - 1  # trials and alternatives


@pytest.fixture
def paths(project, release) -> Paths:
    """A project in which the stages before `register` have run."""
    paths, told = Paths("demo", project), sample.evidence()
    paths.release.mkdir(parents=True)
    for file in release.iterdir():
        (paths.release / file.name).symlink_to(file)  # as DVC makes them with `cache.type symlink`
    files.write_json(paths.metrics, told.metrics)
    files.write_json(paths.verdict, told.verdict.to_json())
    files.write_json(paths.about, told.about)
    files.write_json(paths.best, told.best)
    files.write_json(paths.validation, told.validation)
    files.write_table(paths.listeners, pd.DataFrame({"user_id": [2]}))
    files.write_table(paths.trials, TRIALS)
    files.write_table(paths.learning, pd.DataFrame({"iteration": [1, 3], "ndcg": [0.1, 0.2]}))
    for table in Table:
        files.write_table(paths.table(table), pd.DataFrame({"table": [str(table)]}))
    files.write_json(paths.matrix / "about.json", {})
    files.write_text(paths.report, "<p>fine</p>")
    files.write_text(project / "params.yaml", "seed: 1\n")
    return paths


@pytest.fixture
def version(paths):
    gathered = collect.gather(params.load().dataset("demo"), paths)
    receipt = registration.register(gathered, root=paths.root)
    with connection.connected(paths.root) as client:
        yield client, versions.version(client, NAME, receipt.version)


def runs(client, root):
    return client.search_runs([connection.experiment(client, root)], max_results=100)


def test_tags_tell_what_a_version_was_made_from(paths, version):
    _, made = version
    assert made.tags["fairtune.verdict"] == "passed"
    assert made.tags["fairtune.matrix"] == provenance.digest(paths.matrix)
    assert {name: value for name, value in made.tags.items() if name.startswith("fairtune.data.")} == {
        f"fairtune.data.{table}": provenance.file_digest(paths.table(table)) for table in Table
    }


def test_a_version_keeps_the_files_that_explain_it_and_says_in_short_what_it_is(paths, version, tmp_path):
    client, made = version
    names = {file.path for file in client.list_artifacts(made.run_id)}
    assert names == {
        *("report.html", "verdict.json", "metrics.json", "listeners.parquet", "validation.json"),
        *("best.json", "params.yaml", "dvc.lock", "model_card.md"),
    }
    kept = versions.fetch(client, made, "model_card.md", tmp_path)
    assert kept.read_bytes() == paths.model_card.read_bytes()
    assert client.get_model_version(NAME, str(made.number)).description == (
        "Ready to be released: all 6 limits are kept. nDCG@10 0.281 (0.273 to 0.289). "
        "Data: demo, 1,500 listeners and 3,000 tracks."
    )


def test_card_and_report_go_with_the_model(paths, version):
    _, _ = version
    shipped = paths.root.glob("mlartifacts/models/*/artifacts/artifacts/*")
    assert {path.name for path in shipped} == {"all", "model_card.md", "report.html"}


def test_every_trial_of_the_search_is_a_run_below_that_of_the_version(paths, version):
    client, made = version
    found = {run.info.run_name: run for run in runs(client, paths.root) if run.info.run_id != made.run_id}
    assert {run.data.tags["mlflow.parentRunId"] for run in found.values()} == {made.run_id}
    assert {run.info.status for run in found.values()} == {"FINISHED"}
    found = {name: run for name, run in found.items() if name.startswith("trial ")}
    assert sorted(found) == ["trial 0", "trial 1", "trial 2"]
    told = [
        (run.data.tags["fairtune.chosen"], run.data.tags["fairtune.cut"]) for _, run in sorted(found.items())
    ]
    assert told == [("false", "false"), ("true", "false"), ("false", "true")]
    assert found["trial 1"].data.params == {"factors": "32", "scaling": "bm25", "block_weights.artist": "0.5"}
    assert found["trial 1"].data.metrics == {
        "ndcg": 0.2,
        "dp": 0.2,
        "eo": 0.3,
        "served": 0.9,
        "work": 0.5,
        "iterations": 5,
    }
    assert set(found["trial 0"].data.params) == {"factors", "scaling"}  # no block weights
    assert "eo" not in found["trial 2"].data.metrics  # undefined


def test_every_model_it_was_compared_with_is_a_run_with_the_same_figures(paths, version):
    client, made = version
    metrics = files.read_json(paths.metrics)
    below = {run.data.tags.get("fairtune.model"): run for run in runs(client, paths.root)}
    product = client.get_run(made.run_id).data

    assert set(below) - {None} == set(metrics["ranking"]) - {"als"}
    for name, run in below.items():
        if name is not None:
            assert run.data.metrics["ndcg_at_10"] == metrics["ranking"][name]["ndcg@10"]["value"]
            assert set(run.data.metrics) <= set(product.metrics)
    assert product.metrics["ndcg_at_10"] == metrics["ranking"]["als"]["ndcg@10"]["value"]
    region = metrics["fairness"]["providers"]["region"]
    assert product.metrics["dp_at_10.region"] == region["dp@10"]["disparity"]["value"]
    hyperparameters = files.read_json(paths.best)["hyperparameters"]
    assert product.params["factors"] == str(hyperparameters["factors"])
    curve = [
        (point.step, point.value) for point in client.get_metric_history(made.run_id, "learning.ndcg_at_10")
    ]
    assert curve == [(1, 0.1), (3, 0.2)]


def test_registering_again_repeats_no_trial(paths, version):
    client, _ = version
    before = len(runs(client, paths.root))
    client.delete_registered_model_alias(NAME, "champion")
    registration.register(collect.gather(params.load().dataset("demo"), paths), root=paths.root)
    assert len(runs(client, paths.root)) == before == NESTED + 1


def test_trials_tell_their_seconds_if_they_are_those_of_this_very_search(paths):
    took = {"trials": provenance.file_digest(paths.trials), "seconds": {"0": 1.5, "1": 0.5, "2": 0.25}}
    files.write_json(paths.trial_seconds, took)
    assert [trial.figures["seconds"] for trial in trials.read(paths)] == [1.5, 0.5, 0.25]
    files.write_json(paths.trial_seconds, {**took, "trials": "of another one"})
    assert not any("seconds" in trial.figures for trial in trials.read(paths))


def test_without_a_search_there_are_no_trials(tmp_path):
    assert trials.read(Paths("demo", tmp_path)) == ()


def test_logged_are_the_figures_that_models_are_compared_by():
    metrics = sample.evidence().metrics
    logged = connection.flatten(version_contents.headlines(metrics))
    assert logged["ranking.als.ndcg_at_10"] == metrics["ranking"]["als"]["ndcg@10"]["value"]
    assert logged["fairness.providers.region.dp_at_10.disparity.high"] > 0
    assert "n_listeners" in logged
    assert not any(".groups." in name for name in logged)
    assert logged.items() <= connection.flatten(metrics).items()


def test_the_card_says_what_page_and_metrics_say(paths):
    collect.gather(params.load().dataset("demo"), paths)
    card = paths.model_card.read_text(encoding="utf-8")
    assert card.startswith("# ")
    assert "| nDCG@10, als | 0.2810 | 0.2730 to 0.2890 |" in card
    assert "from revision none |" in card  # not in a repository
    verdict = Verdict.from_json(json.loads(paths.verdict.read_text(encoding="utf-8")))
    assert all(gate.reason.replace("|", "\\|") in card for gate in verdict.gates)
    assert "\n- An interval tells what other listeners would change." in card


KILLED = """
import os, signal, sys
from pathlib import Path
import mlflow
from fairtune.config import params
from fairtune.registry.registration import register as registration, collect
from fairtune.config.paths import Paths

root, at, models = sys.argv[1:]

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

if at == "in the middle of a trial":
    log_batch, calls = mlflow.MlflowClient.log_batch, iter(range(int(models) + 1))
    mlflow.MlflowClient.log_batch = lambda *a, **k: die() if next(calls, None) is None else log_batch(*a, **k)
else:
    mlflow.MlflowClient.create_model_version = die
gathered = collect.gather(params.load().dataset("demo"), Paths("demo", Path(root)))
registration.register(gathered, root=Path(root))
"""


@pytest.mark.parametrize("at", ["in the middle of a trial", "before there is a version"])
def test_the_trials_of_a_killed_registration_are_gone_after_the_next(paths, at):
    models = len(files.read_json(paths.metrics)["ranking"])
    command = [sys.executable, "-c", KILLED, str(paths.root), at, str(models)]
    killed = processes.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    registration.register(collect.gather(params.load().dataset("demo"), paths), root=paths.root)
    with connection.connected(paths.root) as client:
        made = versions.version(client, NAME, "champion")
        left = {run.info.run_id: run for run in runs(client, paths.root)}
    parents = [run.data.tags.get("mlflow.parentRunId") for run in left.values()]
    assert sorted(filter(None, parents)) == [made.run_id] * NESTED
    assert sorted(run.info.status for run in left.values()) == [*(["FINISHED"] * (NESTED + 1)), "KILLED"]


WAITING = """
import sys
from pathlib import Path
from tests.processes import until
from fairtune.config import params
from fairtune.registry.registration import register as registration, collect
from fairtune.config.paths import Paths
from fairtune.registry.registration import create_version

root = Path(sys.argv[1])
log = create_version.trials.log

def wait(*args):
    log(*args)
    (root / "logged").touch()
    until((root / "go").exists)

create_version.trials.log = wait
registration.register(collect.gather(params.load().dataset("demo"), Paths("demo", root)), root=root)
"""


def test_what_another_process_is_registering_is_left_alone(paths):
    command = [sys.executable, "-c", WAITING, str(paths.root)]
    log = paths.root / "log"
    with log.open("w") as said, processes.started(command, cwd=ROOT, stderr=said) as other:
        processes.until((paths.root / "logged").exists, alive=other, log=log)
        gathered = collect.gather(params.load().dataset("demo"), paths)
        with connection.connected(paths.root) as client:
            create_version.sweep(client, connection.experiment(client, paths.root), gathered.digest)
            assert sorted(run.info.status for run in runs(client, paths.root)) == [
                *(["FINISHED"] * NESTED),
                "RUNNING",
            ]
        (paths.root / "go").touch()
        assert other.wait(processes.PATIENCE) == 0, log.read_text()
    assert registration.register(gathered, root=paths.root).version == 1
