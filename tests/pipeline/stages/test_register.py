import pytest
from tests.registry.comparison.crowd import MODEL, SEED, Project, listening, split

from fairtune import files
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.errors import LimitBroken
from fairtune.pipeline.stages import register
from fairtune.registry.client import connection, provenance, versions

pytestmark = [  # MLflow's own, about its types and about pandas 4
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]


@pytest.fixture
def paths(tmp_path) -> Paths:
    paths = Paths("demo", tmp_path)
    files.write_json(paths.metrics, {"n_items": 3})
    return paths


def run(paths):
    everything = params.load()
    register.run(everything.dataset("demo"), paths, seed=everything.seed)


def test_a_model_that_broke_a_limit_is_refused_before_any_registry_is_touched(paths, monkeypatch):
    monkeypatch.setattr(register.registration, "register", lambda *_, **__: pytest.fail("registered"))
    files.write_json(paths.verdict, {"passed": False, "gates": []})
    with pytest.raises(LimitBroken) as error:
        run(paths)
    assert str(error.value) == f"{paths.verdict} is not a pass: a model that breaks a limit is not registered"
    assert not paths.registration.exists()


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return Project(tmp_path)


def test_a_candidate_is_compared_with_the_champion_before_it_takes_its_place(project, capsys):
    paths = project.paths
    register.run(project.made(split(listening())).params, paths, seed=SEED)
    assert capsys.readouterr().out == f"{MODEL} version 1 is champion\n"
    assert files.read_json(paths.registration) == {
        "model": MODEL,
        "version": 1,
        "digest": provenance.digest(paths.release),
        "promoted": True,
    }
    assert not paths.comparison.exists()
    with connection.connected(paths.root) as client:
        version = versions.version(client, MODEL, 1)
        kept = {file.path for file in client.list_artifacts(version.run_id)}
        fits = {file.path for file in client.list_artifacts(version.run_id, "fits")}
    assert version.tags["fairtune.matrix"] == provenance.digest(paths.matrix)
    assert {"metrics.json", "listeners.parquet", "report.html", "verdict.json"} < kept
    assert fits == {"fits/train", "fits/train_valid"}

    project.made(split(listening()), factors=1, iterations=1, regularization=200.0)
    with pytest.raises(LimitBroken) as error:
        register.run(project.params, paths, seed=SEED)
    told = files.read_json(paths.comparison)
    (ndcg,) = (change for change in told["changes"] if change["figure"] == "ranking.als.ndcg@10")
    assert str(error.value) == (
        f"{MODEL} version 2 is registered, but the champion stays: {'; '.join(told['reasons'])}; "
        f'see {paths.comparison_page}. `fairtune promote 2 --force --reason "..."` makes it champion '
        "all the same"
    )
    assert told["reasons"][0].startswith(
        f"ranking.als.ndcg@10 fell from {ndcg['base']:.4f} to {ndcg['now']:.4f}, by more than the "
    )
    assert (told["champion"], told["candidate"], told["passed"]) == (1, 2, False)
    page = paths.comparison_page.read_text(encoding="utf-8")
    assert page.startswith(
        f"# Version 2 against version 1, the champion\n\nRefused: {told['summary']}.\n\n"
        "Compared: what was logged with each, of the same held-out listening.\n\n| figure "
    )
    assert files.read_json(paths.registration)["version"] == 1

    register.run(project.made(split(listening()), iterations=9).params, paths, seed=SEED)
    assert files.read_json(paths.registration)["version"] == 3
    assert files.read_json(paths.comparison)["passed"]
