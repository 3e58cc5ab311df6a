"""`params.yaml`: read once, every key checked."""

import dataclasses
from pathlib import Path

import pytest
import yaml
from tests.refusals import without_line

from fairtune.config import params
from fairtune.errors import BadParams, BadRequest, NotThere

ROOT = Path(__file__).parents[2]


@pytest.fixture
def written(tmp_path):
    """Write the project's params.yaml, changed by a function, into a folder of its own."""

    def write(change):
        values = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        change(values)
        (tmp_path / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
        return tmp_path

    return write


def own(values, table):
    """Add a data set `mine` of own files."""
    demo = values["datasets"]["demo"]
    download = {"timeout": 5, "retries": 0, "table": table}
    values["datasets"]["mine"] = {**demo, "download": download, "register": {"model": "mine"}}


def test_the_projects_own_file_is_valid_and_names_its_data_sets():
    assert {"demo", "lastfm-2k", "lfm-2b"} <= set(params.load(ROOT).datasets)


def test_parameters_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        params.load(ROOT).seed = 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda values: values["datasets"]["demo"]["matrix"].update(targte="track"),
            (
                "params.yaml: datasets.demo.matrix.targte: there is no such key; there are: target, blocks, "
                "split, valid_share, test_share, min_share"
            ),
        ),
        (
            lambda values: values["datasets"]["demo"]["matrix"].pop("target"),
            "params.yaml: datasets.demo.matrix.target: Field required",
        ),
        (
            lambda values: values["datasets"]["demo"]["matrix"].update(test_share=0.7),
            "params.yaml: datasets.demo.matrix.test_share: Input should be less than 0.5",
        ),
        (
            lambda values: values["datasets"]["demo"]["evaluate"].update(ks=[5, 20]),
            (
                "params.yaml: datasets.demo.evaluate.ks: lengths of list stand once, and 10, which "
                "the gates judge, is among them"
            ),
        ),
        *(
            (
                lambda values, table=table: own(values, table),
                f"params.yaml: datasets.mine.download.table{message}",
            )
            for table, message in [
                ({"item_kind": "track"}, ".interactions: Field required"),
                (
                    {"item_kind": "song", "interactions": {"file": "a.csv"}},
                    ".item_kind: Input should be 'track' or 'artist'",
                ),
                (
                    {"item_kind": "track", "interactions": {"file": ""}},
                    ".interactions.file: String should have at least 1 character",
                ),
                (
                    {"item_kind": "track", "interactions": {"file": "a.csv", "columns": {"song": "x"}}},
                    ".interactions: columns: 'song' is none of user_id, item_id, plays, timestamp, split",
                ),
                (
                    {
                        "item_kind": "track",
                        "interactions": {"file": "a.csv", "columns": {"user_id": "x", "item_id": "x"}},
                    },
                    ".interactions: columns: the file's column 'x' is named twice",
                ),
                (
                    {"item_kind": "track", "interactions": {"file": "a.csv"}, "genres": {"file": "b.csv"}},
                    (
                        ".genres: there is no such key; there are: interactions, items, users, item_types, "
                        "friends, item_kind, licence"
                    ),
                ),
            ]
        ),
        (
            lambda values: values["datasets"].update({"my set": values["datasets"]["demo"]}),
            "params.yaml: datasets: 'my set' can't name folders and stages: use letters, digits, - and _",
        ),
        (
            lambda values: values["datasets"]["demo"]["evaluate"].update(fairness_ks=[10, 30]),
            "params.yaml: datasets.demo.evaluate: fairness_ks: 30 is not one of ks",
        ),
        *(
            (
                lambda values, asked=asked: values["datasets"]["demo"].update(
                    train={**values["datasets"]["demo"]["train"], "rerank": asked}
                ),
                f"params.yaml: datasets.demo.train.rerank{message}",
            )
            for asked, message in [
                ({}, ": nothing to keep: name min_share, max_dp_disparity or max_eo_disparity"),
                (
                    {"min_share": {"tier.long": 0.1}},
                    ".min_share: there is no tier 'long': there are head, middle, tail",
                ),
                (
                    {"min_share": {"tier.head": 0.6, "tier.tail": 0.6}},
                    ".min_share: the shares of groups by tier sum to more than 1: no list can hold them",
                ),
                (
                    {"max_dp_disparity": {"also.artist.region": 0.1}},
                    ".max_dp_disparity: 'also.artist.region': only the lists of the target are re-ranked",
                ),
                (
                    {"max_eo_disparity": {"region": 0}},
                    ".max_eo_disparity.region: Input should be greater than 0",
                ),
            ]
        ),
        (
            lambda values: values.update(seed=-1, sede=1),
            "params.yaml: seed: Input should be greater than or equal to 0 (1 more)",
        ),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_place(written, change, message):
    root = written(change)

    with pytest.raises(BadParams) as caught:
        params.load(root)

    assert without_line(caught.value) == message


@pytest.mark.parametrize(
    ("events", "message"),
    [
        (
            {"folder": "inbox", "columns": {"song": "what"}},
            (
                "events: columns: 'song' is none of user_id, item_id, timestamp, plays, name, artist, "
                "artist_country, artist_gender, country, gender, age"
            ),
        ),
        (
            {"folder": "inbox", "columns": {"user_id": "id", "item_id": "id"}},
            "events: columns: the file's column 'id' is named twice",
        ),
        ({"columns": {}}, "events.folder: Field required"),
        ("", "events.folder: String should have at least 1 character"),
    ],
)
def test_a_folder_of_new_listening_is_checked_also_where_it_is_read_alone(written, events, message):
    root = written(lambda values: values["datasets"]["demo"]["download"].update(events=events))

    for read in (lambda: params.load(root), lambda: params.watched("demo", root)):
        with pytest.raises(BadParams) as caught:
            read()
        assert without_line(caught.value) == f"params.yaml: datasets.demo.download.{message}"


def test_a_folder_of_new_listening_may_stand_alone_or_with_its_columns(written):
    def change(values):
        values["datasets"]["demo"]["download"]["events"] = "inbox"
        values["datasets"]["lfm-2b"]["download"] = {
            **values["datasets"]["lfm-2b"]["download"],
            "events": {"folder": "other", "columns": {"user_id": "who"}},
        }

    root = written(change)

    for name, folder, columns in (("demo", "inbox", {}), ("lfm-2b", "other", {"user_id": "who"})):
        found = params.watched(name, root)
        assert found == params.load(root).dataset(name).download.events
        assert (found.folder, found.columns) == (folder, columns)
    assert params.watched("lastfm-2k", root) is None
    assert params.watched("demo", root / "nowhere") is None


def test_broken_yaml_is_one_line(tmp_path):
    (tmp_path / "params.yaml").write_text("seed: [1\ndatasets: {}\n")

    with pytest.raises(BadParams, match=r"^params\.yaml: not valid YAML: .*line 2") as caught:
        params.load(tmp_path)

    assert "\n" not in str(caught.value)


def test_an_unknown_data_set_is_answered_with_those_there_are():
    with pytest.raises(BadRequest, match=r"^params\.yaml: no data set 'lastfm'; there are: demo, "):
        params.load(ROOT).dataset("lastfm")


def test_the_project_is_found_from_a_folder_inside_it(tmp_path):
    (tmp_path / "params.yaml").touch()
    (tmp_path / "notebooks" / "deep").mkdir(parents=True)

    assert params.project_root(tmp_path / "notebooks" / "deep") == tmp_path.resolve()


def test_outside_a_project_the_message_says_where_to_go(tmp_path):
    with pytest.raises(NotThere) as caught:
        params.project_root(tmp_path)

    assert (
        str(caught.value)
        == f"no params.yaml in {tmp_path.resolve()} or above it: run fairtune inside a fairtune project"
    )
