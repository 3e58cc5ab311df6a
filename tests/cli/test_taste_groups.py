"""`fairtune taste-groups`, as a user types it: a table, JSON, and what is said where nothing is there yet."""

import json
import shutil
from pathlib import Path

import pytest
from tests.reporting import sample

from fairtune.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def reports(tmp_path, monkeypatch):
    shutil.copy(ROOT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    folder = tmp_path / "reports/demo"
    folder.mkdir(parents=True)
    return folder


def write(reports, tastes):
    quality = {"ndcg@10": sample.figure(0.3), "recall@10": sample.figure(0.2), "hit@10": sample.figure(0.9)}
    undefined = {name: {"value": None, "low": None, "high": None} for name in quality}
    figures = {"indie & shoegaze": quality, "mixed tastes": undefined}
    (reports / "taste_groups.json").write_text(json.dumps(tastes))
    (reports / "metrics.json").write_text(json.dumps({"ranking_of_listeners": {"taste": figures}}))


def test_a_group_is_shown_with_size_types_artists_and_quality(reports, capsys):
    write(reports, sample.TASTES)
    assert main(["taste-groups", "--dataset", "demo"]) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "demo: listeners by taste"
    at = next(i for i, line in enumerate(lines) if line.startswith("indie & shoegaze"))
    assert lines[at].split()[-5:] == ["500", "0.300", "(0.280-0.320)", "0.200", "(0.180-0.220)"]
    assert [line.strip() for line in lines[at + 1 : at + 3]] == ["indie, shoegaze", "Slowdive, Ride"]
    assert next(line for line in lines if line.startswith("mixed tastes")).split()[-3:] == ["500", "-", "-"]


def test_json_holds_the_groups_with_their_figures(reports, capsys):
    write(reports, sample.TASTES)
    assert main(["taste-groups", "--dataset", "demo", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["dataset"] == "demo"
    assert told["groups"][0] == {
        **sample.TASTE_GROUPS[0], "ndcg@10": sample.figure(0.3), "recall@10": sample.figure(0.2),
    }  # fmt: skip
    assert told["groups"][1]["ndcg@10"] is None


def test_listeners_too_few_to_be_grouped_are_said_to_be(reports, capsys):
    write(reports, {"min_group": 100, "stability": {}, "groups": []})
    assert main(["taste-groups", "--dataset", "demo"]) == 0
    assert capsys.readouterr().out == "demo: too few listeners for two groups of 100\n"


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ("demo", "demo: no taste groups yet: run `dvc repro evaluate@demo`"),
        ("nothing", "params.yaml: no data set 'nothing'; there are: demo, lastfm-2k, lfm-2b"),
    ],
)
@pytest.mark.usefixtures("reports")
def test_what_is_not_there_is_told_in_a_line(capsys, dataset, message):
    assert main(["taste-groups", "--dataset", dataset]) == 2
    assert capsys.readouterr().err == f"fairtune: {message}\n"
