"""Stage `validate` beside a champion in a real registry: what it says, writes and stops."""

import shutil
import sys
from dataclasses import replace

import pandas as pd
import pytest
from tests import processes
from tests.taken import take
from tests.validation.drift import registered

from fairtune import files
from fairtune.columns import Table
from fairtune.config import params, sections
from fairtune.config.drift_limits import DriftLimits
from fairtune.config.paths import Paths
from fairtune.data.sources.demo import generator
from fairtune.errors import BadTable, DataDrifted, LimitBroken, RegistryFailed
from fairtune.pipeline import run_summary
from fairtune.pipeline.stages import ingest, validate

MODEL = "fairtune-demo-track"
NOT_TAKEN = "champion: no profile of its data: "
NOTHING = "drift: nothing to compare with: no profile of a champion's data"


@pytest.fixture(scope="module")
def chosen():
    return params.load().dataset("demo")


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    spec = sections.Generate(listeners=200, tracks=200, regional_bias=0.5, taste_strength=0.7)
    generator.write(folder, spec, seed=5)
    return folder


@pytest.fixture
def paths(tmp_path, monkeypatch, raw):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    paths = Paths("demo", tmp_path)
    paths.raw.mkdir(parents=True)
    for file in raw.iterdir():
        (paths.raw / file.name).write_bytes(file.read_bytes())
    return paths


@pytest.fixture
def with_champion(paths, chosen, capsys):
    """A project whose champion was trained on the tables as they are now."""
    run(chosen, paths)
    registered.champion(paths.root, MODEL, {"profile.json": paths.profile.read_text("utf-8")})
    capsys.readouterr()
    return paths


def run(chosen, paths):
    ingest.run(chosen, paths, seed=1)
    take(chosen, paths, "validate")
    validate.run(chosen, paths, seed=1)


def poison(paths, *, bots=60, tracks=3):
    """Add listeners who play the same few tracks, and of whom nothing else is known."""
    users, plays = (paths.raw / f"{table}.parquet" for table in (Table.USERS, Table.INTERACTIONS))
    people, played = pd.read_parquet(users), pd.read_parquet(plays)
    ids = 10_000 + pd.RangeIndex(bots)
    new = pd.DataFrame({"user_id": ids}).reindex(columns=people.columns).astype(people.dtypes.to_dict())
    night = pd.DataFrame(
        {"user_id": ids.repeat(tracks), "item_id": list(range(1, tracks + 1)) * bots, "plays": 9}
    ).assign(timestamp=played["timestamp"].max())
    files.write_table(users, pd.concat([people, new], ignore_index=True))
    files.write_table(plays, pd.concat([played, night], ignore_index=True))


def last_line(capsys):
    return capsys.readouterr().out.splitlines()[-1]


def not_taken(capsys):
    """Why there was nothing to compare with."""
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == NOTHING
    (line,) = (line for line in lines if line.startswith(NOT_TAKEN))
    return line.removeprefix(NOT_TAKEN)


def test_without_a_registry_there_is_nothing_to_compare_with_and_a_profile_for_the_next(
    paths, chosen, capsys
):
    run(chosen, paths)

    assert not_taken(capsys) == "there is no registry yet"
    assert files.read_json(paths.profile)["rows"]["users"] == 200
    assert not paths.drift.exists()
    assert not (paths.root / "mlflow.db").exists()


def test_without_a_champion_or_its_profile_the_line_says_so(paths, chosen, capsys):
    registered.champion(paths.root, MODEL, {}, alias="candidate")
    run(chosen, paths)
    assert not_taken(capsys) == f"{MODEL} has no champion yet"

    registered.champion(paths.root, MODEL, {"verdict.json": "{}"})
    run(chosen, paths)
    assert not_taken(capsys) == (
        f"the champion, version 2 of {MODEL}, was registered without a profile of its data"
    )

    registered.champion(paths.root, MODEL, {"profile.json": '{"format": 0}'})
    run(chosen, paths)
    assert not_taken(capsys) == f"the champion, version 3 of {MODEL}, has a profile of another format"
    assert not paths.drift.exists()


def test_the_same_data_is_like_the_champions(with_champion, chosen, capsys):
    run(chosen, with_champion)

    assert last_line(capsys) == (
        f"drift: the data is like that of the champion, version 1 of {MODEL}: no column is beyond a limit; "
        f"page: {with_champion.drift_page}"
    )
    assert files.read_json(with_champion.drift)["state"] == "fine"
    assert "Like the champion" in with_champion.drift_page.read_text("utf-8")


def test_a_poisoned_night_is_stopped_with_everything_written_but_the_profile(with_champion, chosen, capsys):
    paths = with_champion
    poison(paths)

    with pytest.raises(DataDrifted) as stopped:
        run(chosen, paths)

    told = (
        f"the data is not like that of the champion, version 1 of {MODEL}: "
        "items per listener, of listeners: population stability index 1.753, limit 0.25 "
        "(3 to 4 items: 0.0 % -> 23.1 %) and 3 more columns; nothing is trained on it; if it is right, raise "
        "validate.drift.psi.stop and validate.drift.unknown.stop in params.yaml. "
        f"See {paths.drift_page}"
    )
    assert str(stopped.value) == told
    assert isinstance(stopped.value, LimitBroken)
    assert stopped.value.exit_code == 1
    assert files.read_json(paths.drift)["state"] == "stop"
    assert "Stopped: 4 columns are too far" in paths.drift_page.read_text("utf-8")
    assert files.read_json(paths.validation)["success"]
    assert not paths.profile.exists()  # DVC: the stage isn't done, whatever it was asked to do before

    # What is told of the run is the drift, not the verdict of the run before it.
    files.write_json(paths.metrics, {"n_items": 3})
    files.write_json(paths.verdict, {"passed": True, "gates": []})
    assert run_summary.why_refused(paths, otherwise="") == told
    assert list(run_summary.pages(paths)) == ["drift"]
    assert "| stop | items per listener | listeners | population" in run_summary.pages(paths)["drift"]
    capsys.readouterr()
    run_summary.show(paths, gates=False)
    shown = capsys.readouterr().out
    assert "items per listener" in shown
    assert f"drift:    {paths.drift_page}" in shown
    assert "gates" not in shown


def test_the_stage_exits_with_1_and_tells_all_of_it_in_one_line(with_champion, chosen):
    paths = with_champion
    shutil.copy(params.project_root() / params.FILE, paths.root)
    poison(paths)
    ingest.run(chosen, paths, seed=1)
    take(chosen, paths, "validate")

    stage = [sys.executable, "-m", "fairtune.pipeline.stages", "validate", "demo"]
    done = processes.run(stage, cwd=paths.root, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("validate@demo: the data is not like that of the champion, version 1 of ")
    assert line.endswith(" in params.yaml. See reports/demo/drift.html")


def test_a_raised_limit_lets_the_same_data_pass_with_a_warning(with_champion, chosen, capsys):
    paths = with_champion
    poison(paths, bots=15)
    limits = chosen.validate.drift
    owners = replace(limits, psi=replace(limits.psi, stop=2.0))

    run(replace(chosen, validate=replace(chosen.validate, drift=owners)), paths)

    assert last_line(capsys).startswith(
        f"drift: the data is not quite like that of the champion, version 1 of {MODEL}: items per listener, "
    )
    assert files.read_json(paths.drift)["state"] == "warning"
    assert paths.profile.exists()
    files.write_json(paths.metrics, {"n_items": 3})
    files.write_json(paths.verdict, {"passed": True, "gates": []})
    assert list(run_summary.pages(paths)) == ["drift", "verdict", "metrics"]


def test_without_limits_drift_is_written_down_and_nothing_is_said(with_champion, chosen, capsys):
    poison(with_champion)

    run(replace(chosen, validate=replace(chosen.validate, drift=DriftLimits())), with_champion)

    assert "no column is beyond a limit" in last_line(capsys)
    columns = files.read_json(with_champion.drift)["columns"]
    assert max(column["distance"] or 0 for column in columns if column["measure"] == "psi") > 1


def test_tables_that_break_a_rule_are_compared_with_nothing_and_leave_no_older_drift(with_champion, chosen):
    paths = with_champion
    run(chosen, paths)
    plays = paths.raw / "interactions.parquet"
    files.write_table(plays, pd.read_parquet(plays).assign(plays=-1))

    with pytest.raises(BadTable):
        run(chosen, paths)

    assert not any(path.exists() for path in (paths.drift, paths.drift_page, paths.profile))


def test_a_damaged_profile_is_an_error_that_says_where_it_lies(paths, chosen):
    registered.champion(paths.root, MODEL, {"profile.json": '{"format": 1, "rows"'})

    with pytest.raises(RegistryFailed) as failed:
        run(chosen, paths)

    assert str(failed.value) == (
        f"profile.json of the champion, version 1 of {MODEL}, is damaged (JSONDecodeError): "
        "restore it among the registry's artifacts, or go back by `fairtune rollback`"
    )


def test_a_registry_that_does_not_answer_is_an_error_and_not_a_pass(paths, chosen, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

    with pytest.raises(RegistryFailed, match=r"^registry http://127\.0\.0\.1:9: .*check MLFLOW_TRACKING_URI"):
        run(chosen, paths)

    assert not paths.profile.exists()
