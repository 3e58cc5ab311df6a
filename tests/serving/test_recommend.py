import json
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests import processes

from fairtune.cli.recommend import recommend
from fairtune.errors import BadRequest, FairtuneError, NotThere

PARAMS = Path(__file__).parents[2] / "params.yaml"


pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def project(tmp_path, monkeypatch, release) -> Path:
    """A project whose only trained model is the tiny one, as data set `lastfm-2k`."""
    shutil.copy(PARAMS, tmp_path)
    shutil.copytree(release, tmp_path / "models" / "lastfm-2k" / "all")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(recommend, arguments, catch_exceptions=False)


def refusal(*arguments) -> FairtuneError:
    with pytest.raises(FairtuneError) as error:
        run(*arguments)
    assert error.value.exit_code == 2
    return error.value


def test_json_has_stable_keys():
    told = json.loads(run("--dataset", "lastfm-2k", "--user", "2", "-n", "2", "--json").output)
    assert set(told) == {"dataset", "listener", "kind", "emerging_below", "recommendations"}
    assert told["listener"] == {"user_id": 2}
    first = told["recommendations"][0]
    item = {"rank", "item_id", "name", "artist", "score", "why", "because", "new", "emerging", "listeners"}
    assert set(first) == item | {"start_with"}
    assert set(first["start_with"][0]) == item
    assert set(first["because"]) == {"listening", "friends", "of_friends"}
    assert [one["rank"] for one in told["recommendations"]] == [1, 2]


def test_the_table_shows_rank_item_score_why_and_flags():
    shown = run("--dataset", "lastfm-2k", "--likes", "miles davis", "--kind", "artist", "-n", "2").output
    lines = [line.split() for line in shown.splitlines()]
    assert " ".join(lines[0]) == "tiny: new artists for a listener who likes Miles Davis"
    assert lines[1] == ["rank", "artist", "score", "why"]
    assert lines[2][:3] == ["1", "John", "Coltrane"]
    assert " ".join(lines[2][4:]) in {
        "because you like Miles Davis new",
        "because you like Miles Davis new, emerging",
    }


def test_a_name_in_brackets_is_shown_as_it_is():
    assert (
        "[unknown]"
        in run("--dataset", "lastfm-2k", "--likes", "Brian Eno", "--kind", "artist", "-n", "15").output
    )


def test_the_project_is_found_from_a_folder_below_it(project, monkeypatch):
    (project / "notes").mkdir()
    monkeypatch.chdir(project / "notes")
    assert run("--dataset", "lastfm-2k", "--user", "2").exit_code == 0


USER = ("--dataset", "lastfm-2k", "--user")


OUT_OF_RANGE = "it goes from 1 to 3, the number of music types that listener 2 doesn't play yet"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (*USER, "1"),
            "unknown listener '1': lastfm-2k has 60 listeners with ids from 2 to 179, for example 2, 5, 8",
        ),
        (
            ("--dataset", "lastfm-2k", "--likes", "Radiohed"),
            "unknown artist 'Radiohed'; close matches: Radiohead",
        ),
        (("--dataset", "lastfm-2k"), 'recommend: give either --user ID or --likes "Artist, Artist"'),
        ((*USER, "2", "--likes", "Blur"), 'recommend: give either --user ID or --likes "Artist, Artist"'),
        (
            (*USER, "2", "-n", "0"),
            f"n = 0 is out of range: {OUT_OF_RANGE}",
        ),
        (
            (*USER, "2", "-n", "4"),
            f"n = 4 is out of range: {OUT_OF_RANGE}",
        ),
        (
            (*USER, "2", "--kind", "track"),
            "the model of lastfm-2k has no kind 'track'; it has: music_type, artist",
        ),
        (
            ("--dataset", "lastfm-3k", "--user", "2"),
            "params.yaml: no data set 'lastfm-3k'; there are: demo, lastfm-2k, lfm-2b",
        ),
    ],
)
def test_a_request_that_cannot_be_met_is_one_line_that_helps(arguments, message):
    error = refusal(*arguments)
    assert isinstance(error, BadRequest)
    assert str(error).replace("lastfm-2k", "tiny") == message.replace("lastfm-2k", "tiny")


def test_a_model_that_is_not_trained_yet_says_how_to_train_it():
    error = refusal("--dataset", "demo", "--user", "2")
    assert isinstance(error, NotThere)
    assert str(error) == "demo: no trained model yet: run `dvc repro train@demo`"


def test_nothing_heavy_is_imported():
    """Start-up is what a user of the command waits for."""
    code = (
        "import sys; from fairtune.cli.recommend import recommend\n"
        "recommend(['--dataset', 'lastfm-2k', '--user', '2'], standalone_mode=False)\n"
        "heavy = {'pandas', 'scipy', 'pydantic', 'implicit', 'mlflow', 'rapidfuzz'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = processes.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_share_of_the_places_may_be_the_long_tails():
    def emerging(share):
        told = json.loads(
            run(
                "--dataset", "lastfm-2k", "--likes", "Miles Davis", "--kind", "artist", "-n", "4",
                "--long-tail", share, "--json",
            ).output
        )  # fmt: skip
        return sum(one["emerging"] for one in told["recommendations"])

    assert emerging("0") <= emerging("0.5")
    assert emerging("0.5") >= 2
    assert run("--dataset", "lastfm-2k", "--user", "2", "--long-tail", "1.5").exit_code == 2
