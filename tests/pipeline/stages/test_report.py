"""Stage `report`: a verdict and a page, whether limits are kept or broken."""

from dataclasses import replace

import pytest
from tests.reporting import sample

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.errors import NotThere
from fairtune.evaluation.gate import verdict
from fairtune.pipeline.stages import report


@pytest.fixture
def paths(tmp_path) -> Paths:
    paths = Paths("demo", root=tmp_path)
    files.write_json(paths.metrics, sample.metrics())
    files.write_json(paths.best, sample.BEST)
    files.write_json(paths.validation, sample.VALIDATION)
    files.write_json(paths.about, sample.ABOUT)
    files.write_json(paths.taste_groups, sample.TASTES)
    files.write_table(paths.trials, sample.trials())
    files.write_table(paths.learning, sample.learning())
    return paths


def test_verdict_and_page_are_written(paths, capsys):
    chosen = sample.parameters()
    report.run(chosen, paths, seed=1)
    assert files.read_json(paths.verdict) == verdict.verdict(sample.metrics(), chosen.gate).to_json()
    assert "Ready to be released" in paths.report.read_text(encoding="utf-8")
    assert capsys.readouterr().out == f"6 of 6 limits kept; page: {paths.report}\n"


def test_a_broken_limit_is_reported_not_raised(paths, capsys):
    strict = sample.parameters(replace(sample.LIMITS, max_dp_disparity={"region": 0.01}))
    report.run(strict, paths, seed=1)
    assert files.read_json(paths.verdict)["passed"] is False
    assert "Not to be released: 1 of 6 limits is broken" in paths.report.read_text(encoding="utf-8")
    assert capsys.readouterr().out.startswith("5 of 6 limits kept; page: ")


def test_two_runs_write_the_same_bytes(paths):
    chosen = sample.parameters()
    report.run(chosen, paths, seed=1)
    first = paths.report.read_bytes()
    report.run(chosen, paths, seed=2)
    assert paths.report.read_bytes() == first


def test_without_figures_the_stage_names_the_missing_file(paths):
    paths.metrics.unlink()
    with pytest.raises(NotThere, match=r"metrics\.json is missing: run the stage that writes it"):
        report.run(sample.parameters(), paths, seed=1)
