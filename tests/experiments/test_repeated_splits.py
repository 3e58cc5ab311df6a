"""`fairtune repeat`: several seeds, each a split, a search and fits of its own."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from tests import tiny

from fairtune import files
from fairtune.cli import main as cli
from fairtune.config.paths import Paths
from fairtune.experiments import repeated_splits

ROOT = Path(__file__).parents[2]
DATASET = "lastfm-2k"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Give a project whose tables of `lastfm-2k` hold sixty listeners, with the shortest search there is."""
    values = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
    of = values["datasets"][DATASET]
    of["gate"] |= {"max_dp_disparity": {}, "max_eo_disparity": {}, "min_eo_ratio": {}, "min_share": {}}
    of["tune"] |= {"trials": 2, "start": {**of["tune"]["start"], "factors": 16}}
    values["datasets"] = {DATASET: of}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values), "utf-8")
    paths = Paths(DATASET, tmp_path)
    for table, rows in tiny.world(tracks=False)[0].items():
        files.write_table(paths.table(table), rows)
    files.write_json(paths.about, {"item_kind": "artist", "counts": True})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_seed_is_another_split_and_the_mean_is_over_them(project, capsys):
    assert cli.main(["repeat", "--dataset", DATASET, "--seeds", "2", "--json"]) == 0

    told = json.loads((project / f"reports/benchmarks/{DATASET}-repeated.json").read_text("utf-8"))
    assert json.loads(capsys.readouterr().out) == told
    first = yaml.safe_load((project / "params.yaml").read_text("utf-8"))["seed"]
    assert told["seeds"] == [first, first + 1]
    figures = {of["figure"]: of for of in told["figures"]}
    ndcg = figures["ranking.als.ndcg@10"]
    assert len(set(ndcg["values"])) == 2
    assert ndcg["mean"] == pytest.approx(np.mean(ndcg["values"]), rel=1e-5)
    assert ndcg["std"] == pytest.approx(np.std(ndcg["values"], ddof=1), rel=1e-4)
    of_popularity = figures["ranking.popularity.ndcg@10"]["values"]
    assert told["advantage"]["popularity"] == pytest.approx(
        np.divide(ndcg["values"], of_popularity), rel=1e-5
    )
    assert not Paths(DATASET, project).repeating.exists()
    assert not (project / "models").exists()  # the pipeline's own outputs are left alone


def test_a_seed_without_a_figure_leaves_no_mean():
    of = repeated_splits.Repeated(("fairness", "ratio"), (0.5, None))
    assert of.to_json() == {"figure": "fairness.ratio", "values": [0.5, None], "mean": None, "std": None}
    assert (
        repeated_splits.advantage(
            {"ranking.als.ndcg@10": [0.2], "ranking.popularity.ndcg@10": [None]}, "popularity"
        )
        is None
    )


def test_without_tables_there_is_nothing_to_repeat(tmp_path, monkeypatch, capsys):
    (tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text("utf-8"), "utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["repeat", "--dataset", "demo"]) == 2
    said = "repeat: data/demo/tables is missing: run `dvc repro validate@demo` first"
    assert said in capsys.readouterr().err
