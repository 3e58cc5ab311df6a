import json
import re
import shutil
import signal
import sys

import numpy as np
import pandas as pd
import pytest
from tests import processes
from tests.tiny import seal

from fairtune.columns import BlockName
from fairtune.errors import RegistryFailed
from fairtune.registry.client import connection
from fairtune.registry.client import versions as client_versions
from fairtune.registry.registration import register as registration
from fairtune.registry.registration.entry import Entry, Receipt
from fairtune.registry.registration.register import register
from fairtune.serving.recommender import Recommender

NAME = "fairtune-tiny-music_type"
pytestmark = [  # MLflow's own, about its types and about pandas 4
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]

METRICS = {"n_items": 14, "ranking": {"als": {"ndcg@10": {"value": 0.3, "low": 0.2, "high": 0.4}}}}


def entry(release, root=None) -> Entry:
    files = {"report.html": root / "report.html"} if root else {}
    return Entry(model=NAME, release=release, metrics=METRICS, passed=True, files=files)


def state(root):
    """Versions and aliases of the model, and how the runs ended."""
    with connection.connected(root) as client:
        versions = sorted(
            int(version.version) for version in client.search_model_versions(f"name = '{NAME}'")
        )
        runs = client.search_runs([connection.experiment(client, root)])
        return versions, client_versions.aliases(client, NAME), sorted(run.info.status for run in runs)


def test_a_registered_release_is_champion_with_all_that_tells_where_it_comes_from(project, release):
    receipt = register(entry(release, project), root=project)
    assert receipt == Receipt(NAME, 1, entry(release).digest)
    assert Receipt.from_json(json.loads(json.dumps(receipt.to_json()))) == receipt
    assert registration.holds(receipt, root=project)
    with connection.connected(project) as client:
        version = client.get_model_version_by_alias(NAME, "champion")
        run = client.get_run(version.run_id)
        assert [file.path for file in client.list_artifacts(version.run_id)] == ["report.html"]
    assert run.data.metrics == {
        "n_items": 14,
        "ranking.als.ndcg_at_10": 0.3,
        "ranking.als.ndcg_at_10.low": 0.2,
        "ranking.als.ndcg_at_10.high": 0.4,
    }
    assert version.tags == {
        "fairtune.digest": receipt.digest,
        "fairtune.git_revision": "none",  # not in a repository
        "fairtune.git_dirty": "false",
        "fairtune.dvc_lock": "cb92c0a5a38130a17fd2396c64d38feb7ae4216cc881aa98830038057fa54145",
        "fairtune.verdict": "passed",
    }


def test_trying_a_version_leaves_the_search_path_as_it_was(project, release):
    before = list(sys.path)

    register(entry(release), root=project)

    assert sys.path == before


def test_the_registered_model_answers_as_the_release_does(project, release):
    import mlflow.pyfunc

    register(entry(release), root=project)
    model = mlflow.pyfunc.load_model(f"models:/{NAME}@champion")
    recommender = Recommender.load(release)
    asked = pd.DataFrame({"user_id": ["2", None], "likes": [None, "bjork"]})
    told = model.predict(asked, params={"n": 50, "kind": "artist"})
    left = int((~recommender.release.plays(BlockName.ARTIST).dense()[0].astype(bool)).sum())
    expected = [
        *recommender.for_listener(2, n=left, kind="artist").items,
        *recommender.for_likes("Björk", n=15, kind="artist").items,
    ]
    assert told["row"].tolist() == [0] * left + [1] * 15
    assert told["item_id"].tolist() == [str(item.item_id) for item in expected]
    assert told["why"].tolist() == [item.why for item in expected]
    types = model.predict(pd.DataFrame({"likes": ["Miles Davis"]}))
    assert types["name"].tolist() == [item.name for item in recommender.for_likes("Miles Davis").items]
    assert json.loads(types["start_with"][0])[0]["rank"] == 1


def test_the_registered_model_loads_where_fairtune_is_not_installed(project, release):
    register(entry(release), root=project)
    code = f"""
import sys
sys.path = [path for path in sys.path if not path.endswith("src")]
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in str(finder)]
import mlflow.pyfunc
import pandas as pd
mlflow.set_tracking_uri("sqlite:///{project}/mlflow.db")
model = mlflow.pyfunc.load_model("models:/{NAME}@champion")
assert len(model.predict(pd.DataFrame({{"likes": ["Blur"]}}), params={{"n": 2}})) == 2
import fairtune
print(fairtune.__file__)
"""
    done = processes.run(
        [sys.executable, "-c", code], cwd=project, check=True, capture_output=True, text=True
    )
    assert str(project / "mlartifacts") in done.stdout


def test_requirements_are_pinned_and_nothing_is_pickled(project, release):
    register(entry(release), root=project)
    (requirements,) = project.glob("mlartifacts/**/requirements.txt")
    assert all(re.fullmatch(r"[\w-]+==[\w.]+", line) for line in requirements.read_text().split())
    assert not list(project.glob("mlartifacts/**/*.pkl"))


def test_registering_the_same_release_again_changes_nothing(project, release):
    first = register(entry(release), root=project)
    before = state(project)
    assert register(entry(release), root=project) == first
    assert state(project) == before == ([1], {"candidate": 1, "champion": 1}, ["FINISHED"])


def test_a_better_release_takes_over_and_the_old_champion_is_remembered(project, release, other_release):
    first = register(entry(release), root=project)
    second = register(entry(other_release), root=project)
    assert state(project)[:2] == ([1, 2], {"candidate": 2, "champion": 2, "previous": 1})
    assert (registration.holds(first, root=project), registration.holds(second, root=project)) == (True, True)
    register(entry(release), root=project)
    assert state(project)[:2] == ([1, 2], {"candidate": 1, "champion": 1, "previous": 2})


KILLED = """
import os, signal, sys
from pathlib import Path
import mlflow
from fairtune.registry.registration import entry as registry_entry, register as registration
from fairtune.serving import mlflow_model

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def then_die(function):
    return lambda *args, **kwargs: (function(*args, **kwargs), die())

def die_at_champion(self, model, alias, version, move=mlflow.MlflowClient.set_registered_model_alias):
    die() if alias == "champion" else move(self, model, alias, version)

point, release, root = sys.argv[1:]
if point == "logged":
    mlflow_model.log = then_die(mlflow_model.log)
elif point == "created":
    mlflow.MlflowClient.create_model_version = then_die(mlflow.MlflowClient.create_model_version)
else:
    mlflow.MlflowClient.set_registered_model_alias = die_at_champion
entry = registry_entry.Entry(model="fairtune-tiny-music_type", release=Path(release), metrics={}, passed=True)
registration.register(entry, root=Path(root))
"""


@pytest.mark.parametrize(
    ("point", "runs"),
    [("logged", ["FINISHED", "KILLED"]), ("created", ["FINISHED"]), ("promoted", ["FINISHED"])],
)
def test_a_registration_after_a_killed_one_ends_in_one_clean_champion(
    project, release, other_release, point, runs
):
    register(entry(other_release), root=project)
    command = [sys.executable, "-c", KILLED, point, str(release), str(project)]
    killed = processes.run(command, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert state(project)[1]["champion"] == 1
    assert register(entry(release), root=project).version == 2
    assert state(project) == (
        [1, 2],
        {"candidate": 2, "champion": 2, "previous": 1},
        sorted(["FINISHED", *runs]),
    )


def test_a_model_that_does_not_predict_never_becomes_champion(project, release, tmp_path):
    register(entry(release), root=project)
    broken = shutil.copytree(release, tmp_path / "broken")
    (broken / "factors_music_type.npy").write_bytes(b"")
    seal(broken)
    with pytest.raises(RegistryFailed) as error:
        register(entry(broken), root=project)
    assert str(error.value) == (
        "models:/fairtune-tiny-music_type/2 doesn't predict (EOFError: No data left in file): "
        "the champion stays"
    )
    assert state(project)[1] == {"candidate": 2, "champion": 1}


def test_a_model_that_recommends_something_else_never_becomes_champion(project, release, other_release):
    register(entry(release), root=project)
    register(entry(other_release), root=project)
    path = next(
        path
        for path in project.glob("mlartifacts/models/*/artifacts/artifacts/all/listener_factors.npy")
        if path.read_bytes() == (release / "listener_factors.npy").read_bytes()
    )
    np.save(path, -np.load(path))
    seal(path.parent)
    with pytest.raises(RegistryFailed) as error:
        register(entry(release), root=project)
    where = "models:/fairtune-tiny-music_type/1"
    assert str(error.value) == f"{where} doesn't recommend what {release} does: the champion stays"
    assert state(project)[1]["champion"] == 2


def test_a_model_with_one_more_byte_never_becomes_champion(project, release, other_release):
    register(entry(release), root=project)
    register(entry(other_release), root=project)
    of_release = (release / "scaling.json").read_bytes()
    stored = project.glob("mlartifacts/models/*/artifacts/artifacts/all/scaling.json")
    path = next(path for path in stored if path.read_bytes() == of_release)
    path.write_bytes(of_release + b" ")  # no list tells: what answers doesn't read it
    seal(path.parent)
    with pytest.raises(RegistryFailed) as error:
        register(entry(release), root=project)
    assert str(error.value) == (
        f"models:/fairtune-tiny-music_type/1: its files are not those of {release}: the champion stays; "
        "delete this version in MLflow, and register the release again"
    )
    assert state(project)[1]["champion"] == 2


def test_nothing_is_held_where_no_registry_is_and_none_is_made(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert not registration.holds(Receipt(NAME, 1, "00"), root=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_answer_is_named(project, release, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(RegistryFailed) as error:
        register(entry(release), root=project)
    assert str(error.value).startswith("registry http://127.0.0.1:9: ")
    assert str(error.value).endswith("; check MLFLOW_TRACKING_URI, and that the server answers")


def test_a_file_that_is_no_database_is_named(project, release):
    (project / "mlflow.db").write_text("nothing of the kind" * 100, encoding="utf-8")
    with pytest.raises(RegistryFailed, match=r"^registry sqlite:///.*mlflow.db: .*not a database"):
        register(entry(release), root=project)


@pytest.mark.parametrize("group", ["pop & dance", "AC//DC, /", "Кино, 初音ミク", "..", "R.E.M."])
def test_mlflow_takes_the_figures_of_groups_whatever_they_are_called(group):
    from mlflow.utils.validation import _validate_metric_name

    for name in connection.flatten({"taste": {group: {"ndcg@10": {"value": 0.2, "low": 0.1}}}}):
        _validate_metric_name(name)


def test_metrics_that_are_no_numbers_are_left_out():
    assert connection.flatten({"target": "track", "counts": True, "a b%": {"x@5": float("nan"), "n": 3}}) == {
        "a b_.n": 3.0
    }


def test_a_registry_that_nobody_named_is_not_taken_for_that_of_another_project(project, release, tmp_path):
    register(entry(release), root=project)
    other = tmp_path / "other"
    other.mkdir()
    assert not registration.holds(Receipt(NAME, 1, entry(release).digest), root=other)
    assert list(other.iterdir()) == []
