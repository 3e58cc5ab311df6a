"""Data sets in memory: by name, from files, from frames."""

import shutil

import pandas as pd
import pytest
import yaml
from tests import small_project

import fairtune
from fairtune.api import datasets, defaults
from fairtune.columns import Table
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.errors import BadFile, BadRequest, BadSplit, BadTable
from fairtune.pipeline.stages import matrix as matrix_stage

PLAYS = pd.DataFrame(
    {"user_id": [1, 1, 2, 2, 3], "item_id": ["a", "b", "a", "c", "b"], "plays": [3, 1, 4, 1, 5]}
)


def test_defaults_are_what_params_yaml_has_for_all():
    shared = yaml.safe_load((small_project.ROOT / "params.yaml").read_text(encoding="utf-8"))["shared"]
    demo = params.load(small_project.ROOT).dataset("demo")

    assert defaults.ingest() == demo.ingest
    assert defaults.evaluate() == demo.evaluate
    assert demo.download.generate == defaults.GENERATE
    assert defaults.matrix(demo.matrix.target, demo.matrix.blocks) == demo.matrix
    assert shared["matrix"]["split"] == "random"


def test_demo_is_the_data_of_the_pipeline(tmp_path):
    small_project.create(tmp_path)

    loaded = fairtune.load_dataset("demo", seed=small_project.SEED)

    assert loaded.rejected.empty
    assert len(loaded.users) == defaults.GENERATE.listeners
    stored = pd.read_parquet(Paths("demo", tmp_path).table(Table.INTERACTIONS))
    assert list(loaded.interactions.columns) == list(stored.columns)


def test_a_matrix_is_that_of_the_stage(tmp_path, monkeypatch):
    small_project.create(tmp_path)
    small_project.run(tmp_path, matrix_stage)
    monkeypatch.setattr(defaults, "GENERATE", params.load(tmp_path).dataset("demo").download.generate)
    from fairtune.matrix import storage

    stored = storage.read_matrix(Paths("demo", tmp_path).matrix)

    tables = fairtune.split(fairtune.load_dataset("demo", seed=small_project.SEED), seed=small_project.SEED)
    ours = fairtune.build_matrix(tables)

    assert ours.blocks == stored.blocks
    for part in ("train", "valid", "test"):
        assert (getattr(ours, part) != getattr(stored, part)).nnz == 0
    pd.testing.assert_frame_equal(ours.columns["track"], stored.columns["track"])


def test_a_frame_and_a_file_give_the_same(tmp_path):
    PLAYS.to_csv(tmp_path / "plays.csv", index=False)

    of_frame = fairtune.load_dataset(PLAYS)

    for source in (tmp_path / "plays.csv", str(tmp_path / "plays.csv")):
        pd.testing.assert_frame_equal(fairtune.load_dataset(source).interactions, of_frame.interactions)


def test_a_folder_of_compressed_parts_is_one_table(tmp_path):
    PLAYS.rename(columns={"user_id": "who"})[:3].to_csv(tmp_path / "a.csv.gz", index=False)
    PLAYS.rename(columns={"user_id": "who"})[3:].to_csv(tmp_path / "b.csv.gz", index=False)

    for source in (tmp_path, str(tmp_path / "*.gz")):
        loaded = fairtune.load_dataset(source, columns={"user_id": "who"})
        pd.testing.assert_frame_equal(loaded.interactions, fairtune.load_dataset(PLAYS).interactions)


def test_a_log_is_summed():
    log = pd.DataFrame({"user_id": ["u", "u", "v"], "item_id": ["a", "a", "b"]})

    assert fairtune.load_dataset(log, log=True).interactions["plays"].tolist() == [2, 1]


def test_other_tables_are_joined_by_the_names_of_their_columns(tmp_path):
    users = pd.DataFrame({"user_id": [1, 2], "land": ["DE", "us"]})
    types = pd.DataFrame({"item_id": ["a", "b"], "genre": ["rock", "jazz"]})
    types.to_parquet(tmp_path / "types.parquet")

    loaded = fairtune.load_dataset(
        PLAYS,
        users=users,
        item_types=tmp_path / "types.parquet",
        columns={"country": "land", "music_type": "genre"},
        regions={"Germany": ["DE"]},
    )

    assert loaded.users["region"].tolist()[:2] == ["Germany", "rest of the world"]
    assert loaded.users["region"].isna().tolist() == [False, False, True]
    assert loaded.item_types["music_type"].tolist() == ["rock", "jazz"]


def test_a_split_of_ones_own_is_kept():
    tables = fairtune.load_dataset(PLAYS.assign(split=["train", "test", "train", "valid", "train"]))

    matrix = fairtune.build_matrix(tables)

    assert (matrix.train.nnz, matrix.valid.nnz, matrix.test.nnz) == (3, 1, 1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: fairtune.load_dataset("lastfm-3k"),
            BadRequest,
            (
                "load_dataset: 'lastfm-3k' is no data set that fairtune knows ({names}), and no file: the "
                "name of a file ends in .csv, .tsv or .parquet"
            ),
        ),
        (
            lambda: fairtune.load_dataset("demo", users=PLAYS),
            BadRequest,
            "load_dataset: 'demo' has a table users of its own: leave users out",
        ),
        (
            lambda: fairtune.load_dataset("plays.csv"),
            BadFile,
            "plays.csv: there is no such file: give the path of a CSV, TSV or Parquet file",
        ),
        (
            lambda: fairtune.load_dataset(PLAYS, columns={"colour": "plays"}),
            BadRequest,
            ("load_dataset: columns: 'colour' is no column of interactions, or none of them has 'plays'"),
        ),
        (
            lambda: fairtune.split(fairtune.load_dataset(PLAYS), "leave_last"),
            BadSplit,
            (
                "matrix.split: 'leave_last' needs a time stamp on every play and this data set has none: use "
                "'random' or 'given'"
            ),
        ),
        (
            lambda: fairtune.build_matrix(fairtune.load_dataset(PLAYS), target="song"),
            BadRequest,
            (
                "build_matrix: no block 'song'; there are: track, artist, music_type, friend, country, "
                "gender, age_band"
            ),
        ),
    ],
)
def test_what_can_not_be_loaded_is_refused(call, error, message):
    with pytest.raises(error) as refused:
        call()
    assert str(refused.value) == message.format(names=", ".join(datasets.catalogue.names()))


def test_rows_that_break_a_rule_are_told():
    with pytest.raises(BadTable) as refused:
        fairtune.load_dataset(PLAYS.assign(plays=[3, -1, 4, 0, 5]))
    assert str(refused.value) == (
        "interactions: plays: 2 rows break the rule: plays are at least 1. Examples: 1 b -1; 2 c 0"
    )


@pytest.mark.usefixtures("mirror")
def test_real_data_is_fetched_once(tmp_path, monkeypatch):
    monkeypatch.setenv(datasets.CACHE, str(tmp_path / "cache"))
    first = fairtune.load_dataset("lastfm-2k")
    monkeypatch.setenv("FAIRTUNE_MIRROR", str(tmp_path / "nowhere"))

    second = fairtune.load_dataset("lastfm-2k")

    assert repr(first).startswith("Tables('lastfm-2k': 1,892 listeners, 17,632 artists, 92,834 pairs")
    pd.testing.assert_frame_equal(first.interactions, second.interactions)
    shutil.rmtree(tmp_path / "cache")
