"""Stage `train` with a champion to start from: what it starts there, what afresh, and what it says of it."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from tests.registry.comparison.crowd import ARTIST, MODEL, POINT, SEED, Project, listening, matrix_of, split
from tests.taken import take

from fairtune import files
from fairtune.columns import Part
from fairtune.config.hyperparameters import hyperparameters
from fairtune.config.sections import WarmStart
from fairtune.matrix import storage as matrix_storage
from fairtune.models import storage as model_storage
from fairtune.models import warm_start
from fairtune.models.als import model as als
from fairtune.pipeline.stages import register, train
from fairtune.registry.client import connection, versions

pytestmark = [  # MLflow's own, about its types and about pandas 4
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]
PAIRS = split(listening(120, 60))


@pytest.fixture(scope="module")
def with_champion(tmp_path_factory):
    """A project whose champion was trained on the earlier pairs of fewer listeners."""
    root = tmp_path_factory.mktemp("champion")
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("MLFLOW_TRACKING_URI", raising=False)
        project = Project(root).made(PAIRS[PAIRS["user_id"] % 10 > 1])
        register.run(project.params, project.paths, seed=SEED)
    return root


@pytest.fixture
def project(tmp_path, monkeypatch, with_champion):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copytree(with_champion / "reports", tmp_path / "reports")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{with_champion}/mlflow.db")
    return Project(tmp_path)


def run_train(project, pairs, *, iterations=None, point=()):
    """Run stage train on `pairs`; iterations: those of a warm start, which is off without."""
    paths, asked = project.paths, WarmStart(iterations=iterations) if iterations else None
    matrix_storage.write_matrix(paths.matrix, matrix_of(pairs))
    files.write_json(paths.best, {"hyperparameters": POINT | dict(point)})
    files.write_json(paths.alternatives, {})
    section = replace(project.params.train, alternatives={}, folds=1, warm_start=asked)
    gate = replace(project.params.gate, beats=())
    params = replace(project.params, train=section, gate=gate)
    take(params, paths, "train", say=[].append)
    train.run(params, paths, seed=SEED)
    return paths


def test_fits_start_from_the_champion_and_the_manifest_says_so(project, capsys):
    paths = run_train(project, PAIRS, iterations=2)
    assert capsys.readouterr().out.splitlines()[0] == (
        f"warm start: train, train_valid, all from {MODEL} version 1, 2 iterations"
    )
    with connection.connected(project.paths.root) as client:
        champion = versions.version(client, MODEL, 1)
    assert files.read_json(paths.release / "manifest.json")["warm_start"] == {
        "model": MODEL,
        "version": 1,
        "digest": champion.tags["fairtune.digest"],
        "parts": ["train", "train_valid", "all"],
        "iterations": 2,
    }


def test_a_warm_fit_is_its_iterations_from_the_champions_factors(project, with_champion):
    """Worked out again from what is registered."""
    paths = run_train(project, PAIRS, iterations=2)
    matrix, chosen = matrix_of(PAIRS), hyperparameters(POINT | {"iterations": 2})
    for part in (Part.TRAIN, Part.TRAIN_VALID):
        (kept,) = with_champion.glob(f"mlartifacts/**/fits/{part}")
        bands = project.params.evaluate.age_bands
        start = warm_start.start(
            model_storage.read_fitted(kept), matrix, part, chosen, age_bands=bands, threads=1
        )
        expected = als.fit(matrix, part, chosen, seed=SEED, threads=1, start=start)
        found = model_storage.read_als(paths.fit(part))
        assert (found.listener_factors == expected.listener_factors).all()
        assert (found.column_factors[ARTIST] == expected.column_factors[ARTIST]).all()
    cold = als.fit(matrix, Part.TRAIN_VALID, chosen, seed=SEED, threads=1)
    assert not np.allclose(cold.listener_factors, expected.listener_factors, atol=0.01)


def test_switched_off_a_champion_changes_no_byte(project, tmp_path, monkeypatch):
    warm_off = run_train(project, PAIRS)
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    other = Project(tmp_path / "alone")
    alone = run_train(other, PAIRS)
    models = sorted(path.relative_to(alone.root) for path in alone.root.glob("models/**/*") if path.is_file())
    assert len(models) > 20
    for name in models:
        assert (warm_off.root / name).read_bytes() == (alone.root / name).read_bytes()


def test_another_number_of_factors_starts_afresh(project, capsys):
    paths = run_train(project, PAIRS, iterations=2, point={"factors": 6})
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "warm start: train, train_valid, all afresh: it has 8 factors, not 6"
    assert "warm_start" not in files.read_json(paths.release / "manifest.json")


def test_where_there_are_no_iterations_to_save_fits_start_afresh(project, capsys):
    run_train(project, PAIRS, iterations=2, point={"iterations": 2})
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "warm start: train, train_valid, all afresh: a fit takes 2 iterations as it is"


def test_a_champion_that_learned_the_held_out_part_is_no_start_but_for_the_release(project, capsys):
    """The split was drawn anew: its factors would know the answers."""
    anew = split(listening(120, 60), seed=1)
    run_train(project, anew, iterations=2)
    told = {}
    for part, held_out in (("train", ("valid", "test")), ("train_valid", ("test",))):
        learned = PAIRS[(PAIRS["user_id"] % 10 > 1) & PAIRS["split"].isin(part.split("_"))]
        judged = anew[anew["split"].isin(held_out)]
        told[part] = len(learned.merge(judged, on=["user_id", "item_id"]))
    assert min(told.values()) > 20
    assert capsys.readouterr().out.splitlines()[0] == (
        f"warm start: all from {MODEL} version 1, 2 iterations; train afresh: it has learned "
        f"{told['train']:,} pairs of the present validation or test part; train_valid afresh: "
        f"it has learned {told['train_valid']:,} pairs of the present test part"
    )


def test_pairs_that_were_withdrawn_do_not_live_on_in_factors(project, capsys):
    withdrawn = (PAIRS["user_id"] < 60) & (PAIRS["user_id"] % 10 > 1) & (PAIRS["split"] == "train")
    kept, gone = PAIRS[~withdrawn], int(withdrawn.sum())
    assert gone > 1
    run_train(project, kept, iterations=2)
    first = capsys.readouterr().out.splitlines()[0]
    reason = f"it has learned {gone} pairs that are no longer there"
    assert first == f"warm start: train, train_valid, all afresh: {reason}"


def test_without_a_registry_or_a_champion_fits_start_afresh(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    project = Project(tmp_path)
    run_train(project, PAIRS, iterations=2)
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "warm start: train, train_valid, all afresh: there is no registry"
    with connection.connected(tmp_path) as client:
        client.create_registered_model(MODEL)
    run_train(project, PAIRS, iterations=2)
    first = capsys.readouterr().out.splitlines()[0]
    assert first == f"warm start: train, train_valid, all afresh: {MODEL} has no champion"


def test_a_registry_that_does_not_answer_is_named_and_fits_start_afresh(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    run_train(Project(tmp_path), PAIRS, iterations=2)
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("warm start: train, train_valid, all afresh: registry http://127.0.0.1:9: ")
