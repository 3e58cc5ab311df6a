"""`dvc exp run -S`: DVC writes params.yaml anew, and one value of it is another."""

import copy
import io
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML
from tests import processes
from tests.test_whole import ROOT, SMALL, Project

from fairtune.config import params, yaml12

TRIALS = 4


def changed(text, change):
    """Change values of a params.yaml as an editor does: anchors, merge keys and quotes stay."""
    editor, written = YAML(), io.StringIO()
    editor.preserve_quotes = True
    values = editor.load(text)
    change(values)
    editor.dump(values, written)
    return written.getvalue()


def small(values):
    demo = values["datasets"]["demo"]
    demo["download"]["generate"] = SMALL
    demo["evaluate"]["resamples"] = 200
    demo["gate"].update(beats=[], min_rmse_skill=-1.0)
    demo["gate"].update(max_dp_disparity={}, max_eo_disparity={}, min_eo_ratio={})  # too few to tell


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A small project whose params.yaml is written as ours is; nothing of it has run."""
    return Project(
        tmp_path_factory.mktemp("experiment"), text=changed((ROOT / "params.yaml").read_text("utf-8"), small)
    )


def dvc(project, *arguments):
    return processes.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=project.folder,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_an_experiment_runs_on_a_fresh_clone_with_the_one_value_that_it_sets(project):
    before = yaml12.parse((project.folder / "params.yaml").read_text("utf-8"), file="params.yaml")

    done = dvc(project, "exp", "run", "-S", f"datasets.demo.tune.trials={TRIALS}", "gate@demo")

    assert done.returncode == 0, done.stdout
    written = (project.folder / "params.yaml").read_text("utf-8")
    assert '"NO"' not in written
    before["datasets"]["demo"]["tune"]["trials"] = TRIALS
    assert yaml12.parse(written, file="params.yaml") == before
    assert "NO" in params.load(project.folder).dataset("demo").ingest.regions["other Europe"]
    assert len(pd.read_parquet(project.folder / "models/demo/trials.parquet")) == TRIALS
    assert project.read("reports/demo/verdict.json")["passed"] is True

    # What DVC shows of it: about thirty figures a data set, four tables to draw, one changed parameter.
    shown = json.loads(dvc(project, "exp", "show", "--json").stdout)
    workspace = next(row for row in shown if row["rev"] == "workspace")["data"]["metrics"]
    assert workspace["reports/demo/headline.json"]["data"] == project.read("reports/demo/headline.json")
    lines = dvc(project, "metrics", "show", "reports/demo/headline.json").stdout.splitlines()
    assert len(lines) == 2  # names, and the figures of demo
    assert 20 < len(lines[0].split()) <= 40
    tables = [f"reports/demo/plots/{name}.csv" for name in ("front", "ladder", "learning", "shares")]
    drawn = json.loads(dvc(project, "plots", "show", "--json", *tables).stdout)["data"]
    assert sorted(Path(name).name for name in drawn) == [Path(name).name for name in tables]
    assert all(plots and all(plot["content"] for plot in plots) for plots in drawn.values())
    changes = json.loads(dvc(project, "params", "diff", "--json").stdout)["params.yaml"]
    assert list(changes) == ["datasets.demo.tune.trials"]


def test_every_value_that_stands_in_a_section_of_its_own_can_be_set_without_another_one(tmp_path):
    from dvc.utils.hydra import apply_overrides

    text = (ROOT / "params.yaml").read_text("utf-8")
    was = yaml12.parse(text, file="params.yaml")
    for name in was["datasets"]:
        wanted, overrides = copy.deepcopy(was["datasets"]), []
        for section, values in wanted[name].items():
            for key, value in values.items():
                if isinstance(value, int | float) and not isinstance(value, bool):
                    values[key] = value + 1
                    overrides.append(f"datasets.{name}.{section}.{key}={value + 1}")
        (tmp_path / "params.yaml").write_text(text, encoding="utf-8")

        apply_overrides(tmp_path / "params.yaml", overrides)

        found = yaml12.parse((tmp_path / "params.yaml").read_text("utf-8"), file="params.yaml")
        assert len(overrides) > 20
        assert found["datasets"] == wanted
