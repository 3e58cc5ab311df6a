"""`fairtune whatif` on the tiny world of tracks, whose artists come from two regions."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from tests import trained as trained_project

from fairtune.cli import main as cli
from fairtune.columns import BlockName, Part
from fairtune.matrix import storage as matrix_storage
from fairtune.models import storage as model_storage


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return trained_project.project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def project(trained, monkeypatch):
    monkeypatch.chdir(trained)
    return trained


def asked(*arguments):
    return cli.main(["whatif", "--dataset", "demo", *arguments])


def test_json_tells_what_every_listing_by_hand_finds(project, capsys):
    assert asked("--min-share", "south=0.4", "--json") == 0
    told = json.loads(capsys.readouterr().out)

    matrix, model = (
        matrix_storage.read_matrix(project / "data/demo/matrix"),
        project / "models/demo/train_valid",
    )
    fit = model_storage.read_als(model)
    known = matrix.block(BlockName.TRACK, Part.TRAIN_VALID).toarray() > 0
    south = matrix.columns[BlockName.TRACK]["region"].to_numpy() == "south"
    gains = told["multipliers"]["region"]
    scores = fit.scores(np.arange(60), BlockName.TRACK).astype(float)
    lengths = np.linalg.norm(fit.listener_factors, axis=1)
    lifted = scores + np.outer(lengths, np.where(south, gains["south"], gains["north"]))
    shares = []
    for of in (scores, lifted):
        listed = np.argsort(-np.where(known, -np.inf, of), axis=1, kind="stable")[:, :10]
        shares.append(south[listed].mean())
    places = told["providers"]["region"]["south"]["places"]
    assert [places[when]["value"] for when in ("before", "after")] == pytest.approx(shares, abs=1e-5)
    bound = told["bounds"][0]
    assert bound["asked"] == "share of region.south at least 0.4"
    assert bound["validation"]["before"] < 0.4 <= bound["validation"]["after"]
    assert bound["test"]["after"] == places["after"]["value"]
    ndcg = told["figures"]["ndcg@10"]
    assert ndcg["change"]["value"] == pytest.approx(
        ndcg["after"]["value"] - ndcg["before"]["value"], abs=1e-5
    )
    assert ndcg["change"]["low"] <= ndcg["change"]["value"] <= ndcg["change"]["high"]


def test_the_table_tells_bounds_figures_groups_and_losers(project, capsys):
    assert asked("--min-share", "region.south=0.4", "--picture", "drawn.svg") == 0
    shown = capsys.readouterr().out

    assert shown.startswith("demo: what if share of region.south at least 0.4?")
    assert "nDCG@10" in shown
    assert "region: South" in shown
    assert "music by artists from north" not in shown
    assert "  tracks by artists from north: " in shown
    assert shown.endswith("Picture: drawn.svg\n")
    drawn = (project / "drawn.svg").read_text()
    assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314 - our own file
    assert "var(--" not in drawn


def test_asking_twice_gives_the_same_bytes(project, capsys):
    told = []
    for _ in range(2):
        assert asked("--max-dp-disparity", "0.1", "--json") == 0
        told.append((capsys.readouterr().out, (project / "reports/demo/whatif.svg").read_bytes()))

    assert told[0] == told[1]


def test_what_holds_already_changes_nothing(project, capsys):  # noqa: ARG001 - it is the working folder
    assert asked("--min-share", "north=0.1", "--json") == 0
    told = json.loads(capsys.readouterr().out)

    assert told["loss_of_score"] == 0
    assert set(told["multipliers"]["region"].values()) == {0.0}
    assert told["figures"]["ndcg@10"]["change"] == {"value": 0, "low": 0, "high": 0}


THERE = "by region: north, south; by country: DE; by tier: head, middle, tail; by emerging: "


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "say what lists should keep: --min-share, --max-dp-disparity or --max-eo-disparity"),
        (
            ("--min-share", "tail"),
            "--min-share tail has no share: write <group>=<share>, such as tail=0.10",
        ),
        (
            ("--min-share", "tail=much"),
            "--min-share tail=much is no share: write <group>=<share>, such as tail=0.10",
        ),
        (
            ("--min-share", "region.east=0.1"),
            "there is no group 'east' by region; there are: north, south",
        ),
        (
            ("--min-share", "north=0.6", "--min-share", "south=0.5"),
            "--min-share: the shares of groups by region sum to more than 1: no list can hold them",
        ),
        (
            ("--max-dp-disparity", "0"),
            "--max-dp-disparity: Input should be greater than 0",
        ),
        (
            ("--max-eo-disparity", "0.1", "--by", "region.north"),
            "--max-eo-disparity: 'region.north' names a group: these limits are on whole groupings of items",
        ),
    ],
)
def test_a_request_that_makes_no_sense_is_one_line(project, capsys, arguments, message):  # noqa: ARG001
    assert asked(*arguments) == 2
    assert capsys.readouterr().err == f"fairtune: whatif: {message}\n"


def test_an_unknown_group_is_told_with_all_there_are(project, capsys):  # noqa: ARG001
    assert asked("--min-share", "tial=0.1") == 2
    said = capsys.readouterr().err
    assert said.startswith(f"fairtune: whatif: no group of items is called 'tial'; there are {THERE}")


def test_a_bound_that_cannot_be_kept_says_how_far_it_gets(project, capsys):  # noqa: ARG001
    assert asked("--min-share", "south=0.99") == 2
    said = capsys.readouterr().err
    assert said.startswith("fairtune: whatif: share of region.south at least 0.99 (it gets from 0.")
    assert said.endswith("): no re-ranking found on the validation part keeps it\n")


def test_without_a_model_it_says_how_to_train_one(project, capsys):  # noqa: ARG001
    assert cli.main(["whatif", "--dataset", "lfm-2b", "--min-share", "tail=0.1"]) == 2
    assert capsys.readouterr().err == "fairtune: lfm-2b: no trained model yet: run `dvc repro train@lfm-2b`\n"
