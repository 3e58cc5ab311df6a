"""Whatever a registry answers with in place of a file, it is read or named in one line."""

import json
from dataclasses import asdict

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.registry.champion.crowned import MODEL
from tests.toy import POINT

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.errors import FairtuneError, RegistryFailed
from fairtune.registry.champion import data_profile
from fairtune.registry.champion import settings as champion_settings
from fairtune.registry.client import connection, versions
from fairtune.registry.comparison import logged_metrics
from fairtune.registry.promotion import checks

GOOD = {
    "best.json": json.dumps({"hyperparameters": asdict(POINT)}).encode(),
    "profile.json": json.dumps({"format": 1, "tables": {}}).encode(),
    "metrics.json": json.dumps({"target": "track", "n_listeners": 3, "ranking": {}}).encode(),
    "verdict.json": json.dumps({"gates": [{"name": "accuracy", "passed": False}]}).encode(),
}
PIECES = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"{}",
    b"[" * 3000,
    b'"',
    b"NaN",
    b"1e999",
    b"\xe2\x80\xae",
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Give a registry with one version, and where its files are."""
    root = tmp_path_factory.mktemp("registry")
    pd.DataFrame({"user_id": range(3), "predicted_pairs": 1.0}).to_parquet(root / "listeners.parquet")
    good = GOOD | {"listeners.parquet": (root / "listeners.parquet").read_bytes()}
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("MLFLOW_TRACKING_URI", raising=False)
        with connection.connected(root) as client:
            run = client.create_run(connection.experiment(client, root))
            for name, content in good.items():
                (root / name).write_bytes(content)
                client.log_artifact(run.info.run_id, str(root / name))
            client.create_registered_model(MODEL)
            source = f"runs:/{run.info.run_id}/model"
            made = client.create_model_version(MODEL, source=source, run_id=run.info.run_id)
            client.set_registered_model_alias(MODEL, "champion", made.version)
            (folder,) = (path.parent for path in root.rglob("artifacts/metrics.json"))
            yield root, client, versions.version(client, MODEL, "champion"), folder, good


def read(name, kept, folder):
    """Read a file of the version as whoever asks for it does."""
    root, client, version, _, _ = kept
    if name == "best.json":
        return champion_settings.read(MODEL, root=root)
    if name == "profile.json":
        return data_profile.read(MODEL, root=root)
    if name == "verdict.json":
        return checks.failed_gates(client, version)
    return logged_metrics.figures(client, version, Paths("demo", root), folder)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from([*GOOD, "listeners.parquet"]),
    at=st.floats(0, 1),
    piece=st.sampled_from(PIECES),
    gone=st.integers(0, 400),
)
def test_a_damaged_file_is_read_or_refused(kept, tmp_path_factory, name, at, piece, gone):
    *_, folder, good = kept
    content = good[name]
    place = int(at * len(content))
    (folder / name).write_bytes(content[:place] + piece + content[place + gone :])
    said = ""
    try:
        read(name, kept, tmp_path_factory.mktemp("read"))
    except FairtuneError as error:
        said = str(error)
    finally:
        (folder / name).write_bytes(content)
    assert said == "" or (said.startswith(f"{name} of ") and "\n" not in said)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("metrics.json", "JSONDecodeError"),
        ("listeners.parquet", "ArrowInvalid"),
        ("verdict.json", "JSONDecodeError"),
    ],
)
def test_it_is_named_with_its_version(kept, tmp_path, name, kind):
    *_, folder, good = kept
    (folder / name).write_bytes(good[name][:20])
    try:
        with pytest.raises(RegistryFailed) as error:
            read(name, kept, tmp_path)
    finally:
        (folder / name).write_bytes(good[name])
    assert str(error.value) == (
        f"{name} of version 1 of fairtune-demo-track is damaged ({kind}): restore it among the registry's "
        "artifacts"
    )


def test_undamaged_files_are_read(kept, tmp_path):
    root, client, version, _, _ = kept
    assert checks.failed_gates(client, version) == ("accuracy",)
    found = logged_metrics.figures(client, version, Paths("demo", root), tmp_path)
    assert found.metrics["n_listeners"] == 3
    assert len(found.listeners) == 3
    assert files.read_json(tmp_path / "metrics.json") == found.metrics
