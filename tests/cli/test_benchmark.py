"""`fairtune benchmark` as a user meets it."""

import json
from pathlib import Path

import pytest
import yaml
from tests import tiny

from fairtune import files
from fairtune.cli import main as cli
from fairtune.columns import Part
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.data import ingest
from fairtune.data.sources import lastfm_2k, music_types
from fairtune.experiments.benchmark import protocol, run
from fairtune.experiments.benchmark.models import factorisations

ROOT = Path(__file__).parents[2]
QUICK = ["--seeds", "1", "--trials", "1"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Give a project whose tables, of `lastfm-2k` and of `mine`, which has a split, hold sixty listeners."""
    values = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
    mine = {**values["datasets"]["lastfm-2k"], "register": {"model": "mine"}}
    matrix = {**mine["matrix"], "target": "artist", "split": "given", "blocks": ["artist"]}
    limits = {limit: {"region": 1.0} for limit in ("max_dp_disparity", "max_eo_disparity")}
    space = {name: each for name, each in mine["tune"]["space"].items() if "." not in name}
    tune = {**mine["tune"], "space": space, "start": {**mine["tune"]["start"], "block_weights": {}}}
    gate = {**mine["gate"], **limits}
    values["datasets"]["mine"] = {**mine, "matrix": matrix, "tune": tune, "gate": gate}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values), "utf-8")
    tables, _ = tiny.world(tracks=False)
    played = tables["interactions"]
    parts = [("train", "valid", "test", "train")[place % 4] for place in range(len(played))]
    for name, interactions in (("lastfm-2k", played), ("mine", played.assign(split=parts))):
        paths = Paths(name, tmp_path)
        for table, rows in {**tables, "interactions": interactions}.items():
            files.write_table(paths.table(table), rows)
        files.write_json(paths.about, {"item_kind": "artist", "counts": True})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_recbole_prints_the_published_rows_beside_ours_and_keeps_the_result(project, capsys):
    assert cli.main(["benchmark", "recbole-lastfm", *QUICK, "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert [row["model"] for row in told["published"]] == [
        "BPR", "NeuMF", "NGCF", "LightGCN", "DiffNet", "MHCN", "SEPT",
    ]  # fmt: skip
    assert told["published"][-1]["figures"] == {
        "recall@10": 0.2127, "mrr@10": 0.3703, "ndcg@10": 0.2057, "hit@10": 0.6465, "precision@10": 0.1044,
    }  # fmt: skip
    assert "als with friends and types" in {row["model"] for row in told["ours"]}
    assert json.loads((project / "reports/benchmarks/recbole-lastfm.json").read_text("utf-8")) == told


@pytest.mark.usefixtures("project")
def test_a_split_of_the_users_own_is_judged_without_published_rows(capsys):
    assert cli.main(["benchmark", "mine", *QUICK, "--markdown"]) == 0

    rows = [line.split(" | ")[0].strip("| ") for line in capsys.readouterr().out.splitlines()]
    assert rows[2:-2] == [
        "fairtune popularity",
        "fairtune item_knn",
        "fairtune plain_als",
        "fairtune als",
        "fairtune plain_als",
        "fairtune als",
    ]


@pytest.mark.usefixtures("project")
def test_the_terminal_gets_a_table(capsys):
    assert cli.main(["benchmark", "mine", *QUICK]) == 0

    out = capsys.readouterr().out
    assert out.startswith("mine")
    assert "fairtune popularity" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["recbole"],
            (
                "no benchmark 'recbole': there is recbole-lastfm, or name a data set of params.yaml whose "
                "matrix.split is 'given'"
            ),
        ),
        (
            ["demo"],
            (
                "params.yaml: datasets.demo.matrix.split: is 'random': a benchmark needs 'given', and a "
                "column 'split' in the interactions"
            ),
        ),
        (["mine", "--json", "--markdown"], "benchmark: give --json or --markdown, not both"),
    ],
)
@pytest.mark.usefixtures("project")
def test_what_is_no_benchmark_is_refused_in_a_line(capsys, arguments, message):
    assert cli.main(["benchmark", *arguments]) == 2

    assert capsys.readouterr().err == f"fairtune: {message}\n"


def test_a_data_set_that_was_never_read_is_named(project, capsys):
    (project / "data/mine/tables/about.json").unlink()

    assert cli.main(["benchmark", "mine"]) == 2
    assert capsys.readouterr().err == (
        "fairtune: benchmark: data/mine/tables is missing: run `dvc repro validate@mine` first\n"
    )


def test_without_the_pipelines_tables_the_first_two_stages_run_in_a_folder_of_their_own(
    project, monkeypatch, capsys
):
    (project / "data/lastfm-2k/tables/about.json").unlink()
    ran = []

    def run(_params, paths, **_seed):
        ran.append(paths.tables)

    for stage in (protocol.download, protocol.ingest):
        monkeypatch.setattr(stage, "run", run)

    assert cli.main(["benchmark", "recbole-lastfm"]) == 2
    assert ran == [Path("data/benchmark/data/lastfm-2k/tables")] * 2
    assert "data/benchmark/data/lastfm-2k/tables/interactions.parquet is missing" in capsys.readouterr().err


def test_on_the_real_listening_our_start_is_as_good_as_the_best_published_model(mirror, tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for source in lastfm_2k.SOURCES:
        (raw / source.file).symlink_to(mirror / source.folder / source.file)
    chosen = params.load(ROOT).dataset("lastfm-2k")
    tables = ingest.ingest(
        lastfm_2k.read(raw), lastfm_2k.DATASET, music_types.vocabulary(), chosen.ingest
    ).tables
    matrix = protocol.recbole(tables, chosen.matrix, seed=0)
    factorisation = factorisations(matrix, 64)[-1]
    scores = run._fitted(run.Draw.of(matrix, 2), factorisation, factorisation.start, 0, 2)

    figures = run.judged(matrix, Part.TRAIN_VALID, scores, threads=2)

    assert 0.2068 < figures["ndcg@10"] < 0.235  # MHCN's, and what would be too good to be true
    assert 0.2127 < figures["recall@10"] < 0.24
