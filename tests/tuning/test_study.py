"""A study is named after what its trials depend on: their code, parameters and matrix, and nothing else."""

import shutil
from dataclasses import replace
from pathlib import Path

import grimp
import pytest
from tests.toy import PLAYED, build

import fairtune
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.matrix import storage as matrix_storage
from fairtune.tuning import study

PACKAGE = Path(fairtune.__file__).parent
NO_PART = {  # what names a study by its values (config), or changes nothing that a trial finds
    "config",
    "console.py",
    "errors.py",
    "files.py",
    "processes.py",
}


@pytest.fixture
def demo(tmp_path):
    paths = Paths("demo", tmp_path)
    matrix_storage.write_matrix(paths.matrix, build(PLAYED))
    return params.load(params.project_root()).dataset("demo"), paths


def test_an_edit_of_what_a_trial_runs_is_another_study_and_an_edit_elsewhere_is_the_same(demo, tmp_path):
    chosen, paths = demo
    copy = shutil.copytree(PACKAGE, tmp_path / "fairtune", ignore=shutil.ignore_patterns("__pycache__"))

    def name_after_an_edit_of(file):
        path = copy / file
        before = path.read_text(encoding="utf-8")
        path.write_text(f"{before}# edited\n", encoding="utf-8")
        name = study.name(chosen, paths, 1, package=copy)
        path.write_text(before, encoding="utf-8")
        return name

    name = study.name(chosen, paths, 1)
    assert study.name(chosen, paths, 1, package=copy) == name
    for file in (
        "reporting/report.py",
        "models/play_prediction/predictor.py",
        "registry/promotion/promote.py",
    ):
        assert name_after_an_edit_of(file) == name
    for file in ("models/als/model.py", "metrics/accuracy.py", "tuning/objective.py", "matrix/weights.py"):
        assert name_after_an_edit_of(file) != name


def test_the_code_that_names_a_study_is_all_that_a_trial_imports():
    graph = grimp.build_graph("fairtune", exclude_type_checking_imports=True, cache_dir=None)
    imported = graph.find_upstream_modules("fairtune.tuning.study") | {"fairtune.tuning.study"}
    files = {module.removeprefix("fairtune.").replace(".", "/") for module in imported - {"fairtune"}}
    named = (*study.CODE, *NO_PART)

    def covered(file):
        return any(part in {f"{file}.py", file} or file.startswith(f"{part}/") for part in named)

    assert [file for file in sorted(files) if not covered(file)] == []
    assert [part for part in study.CODE if not (PACKAGE / part).exists()] == []


def test_limits_and_budgets_choose_among_the_trials_of_one_study(demo):
    chosen, paths = demo
    more = replace(chosen, tune=replace(chosen.tune, trials=chosen.tune.trials + 5, minutes=1.0))
    wider = replace(chosen, tune=replace(chosen.tune, start=replace(chosen.tune.start, alpha=3.25)))

    assert study.name(more, paths, 1) == study.name(chosen, paths, 1)
    assert study.name(wider, paths, 1) != study.name(chosen, paths, 1)
    assert study.name(chosen, paths, 2) != study.name(chosen, paths, 1)
