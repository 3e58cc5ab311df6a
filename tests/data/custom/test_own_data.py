"""The example of docs/how-to/own-data.md, from file to recommendation, as the page tells it."""

import json
import re
import shlex
import shutil

import pytest
import yaml
from tests.test_whole import ROOT, Project

PAGE = (ROOT / "docs/how-to/own-data.md").read_text("utf-8")
EXAMPLE = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1]
COMMANDS = [
    shlex.split(line, comments=True)[1:]
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with the page's example below its data sets, after the page's commands."""
    made = Project(tmp_path_factory.mktemp("own"))
    shutil.copytree(ROOT / "docs/example", made.folder / "docs/example")
    params = (ROOT / "params.yaml").read_text("utf-8").replace("resamples: 1000", "resamples: 200")
    (made.folder / "params.yaml").write_text(params + EXAMPLE)
    made.said = {}
    for command in COMMANDS:
        code, made.said[command[0]] = made.fairtune(*command)
        assert code == 0, made.said[command[0]]
    return made


def test_the_example_ends_with_a_champion(project):
    assert "1,449 interactions, 120 items, 150 users, 220 item_types, 452 friends" in project.said["run"]
    assert "pairs: 1,006 train, 150 valid, 293 test; target: track" in project.said["run"]
    assert "champion: fairtune-example-track version 1" in project.said["run"]


def test_a_file_is_checked_by_the_columns_that_params_yaml_names(project):
    assert project.said["validate"] == (
        "listeners.csv: fine: 150 rows. Read: user_id, country, gender, age.\n"
    )


def test_recommendations_are_for_listeners_by_their_own_ids(project):
    assert project.said["recommend"].startswith("example: new tracks for listener ada002")
    code, output = project.fairtune("recommend", "--dataset", "example", "--user", "ada002", "--json")
    played = {
        line.split(",")[1]
        for line in (ROOT / "docs/example/plays.csv").read_text().splitlines()
        if line.startswith("ada002,")
    }
    items = {item["item_id"] for item in json.loads(output)["recommendations"]}
    assert code == 0
    assert len(items) == 10
    assert not items & played


def test_models_are_compared_on_the_split_that_is_given(project):
    rows = [line.split("  ")[1] for line in project.said["benchmark"].splitlines() if "  fairtune" in line]
    kept = project.read("reports/benchmarks/example.json")

    assert rows[:5] == [
        "fairtune popularity",
        "fairtune item_knn",
        "fairtune plain_als",
        "fairtune als",
        "fairtune als with artists, friends and types",
    ]
    assert (kept["seeds"], kept["trials"], kept["published"]) == (2, 4, [])


def test_the_registered_model_knows_the_same_ids(project):
    receipt = project.read("reports/example/registration.json")
    assert (receipt["model"], receipt["version"]) == ("fairtune-example-track", 1)


def test_the_record_tells_the_bytes_that_were_learned_from(project):
    about = project.read("data/example/tables/about.json")
    assert set(about["files"]) == {
        f"docs/example/{name}.csv" for name in ("friends", "genres", "listeners", "plays", "tracks")
    }
    assert about["counts"] is True


def test_a_changed_file_is_taken_by_the_next_run_and_the_same_bytes_retrain_nothing(project):
    plays = project.folder / "docs/example/plays.csv"
    before = plays.read_text()
    code, output = project.fairtune("run", "example")
    assert code == 0
    assert output.startswith("Nothing to do: ")

    plays.write_text(before + "ada002,t120,-3,2011-01-01,train\n")
    code, output = project.fairtune("run", "example")
    assert code == 2
    assert (
        "validate@example: interactions: plays: 1 row breaks the rule: plays are at least 1. Examples: "
        "user_id='ada002', item_id='t120', plays=-3, timestamp=2011-01-01 00:00:00, split='train'. See "
        "reports/example/data-docs/index.html\n"
    ) in output

    plays.write_text(before)
    code, output = project.fairtune("run", "example")
    assert code == 0, output
    assert re.findall(r"^\[\d+/11\] (\w+)", output, re.MULTILINE)[0] == "download"
    assert "train: fit" not in output


def test_the_example_is_small_and_in_the_project_and_not_run_by_everybody():
    files = [file for file in (ROOT / "docs/example").iterdir() if not file.name.startswith("night-")]
    assert sum(file.stat().st_size for file in files) < 60_000
    assert "example" not in yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["datasets"]
