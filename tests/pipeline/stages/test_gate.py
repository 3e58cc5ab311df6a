from dataclasses import replace

import pytest

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.errors import LimitBroken, NotThere
from fairtune.evaluation.gate.verdict import GateResult, Verdict
from fairtune.pipeline.stages import gate

GOOD = GateResult(
    name="ranking against popularity",
    metric="ranking.als.ndcg@10",
    value=0.281,
    low=0.27,
    high=0.29,
    limit=0.201,
    passed=True,
    reason="The first ten recommendations score 0.281 [nDCG@10].",
)
BAD = replace(
    GOOD, name="play prediction", value=None, low=None, high=None, passed=False, reason="No figure."
)


@pytest.fixture
def paths(tmp_path):
    return Paths("demo", root=tmp_path)


def run(paths, *gates):
    files.write_json(paths.verdict, Verdict(gates).to_json())
    gate.run(None, paths, seed=0)  # the stage needs no parameters: the verdict holds the limits


def test_a_verdict_that_passes_is_shown_and_opens_the_way_to_the_registry(paths, capsys):
    run(paths, GOOD)
    shown = capsys.readouterr().out
    (row,) = [line for line in shown.splitlines() if "ranking against popularity" in line]
    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        "pass",
        "ranking against popularity",
        "0.281",
        "0.270 to 0.290",
        "0.201",
        "The first ten recommendations score 0.281 [nDCG@10].",
    ]
    assert shown.endswith("1 of 1 gates passed\n")
    assert files.read_json(paths.passed) == {"gates": 1, "passed": True}


def test_a_broken_limit_is_shown_named_and_closes_the_way(paths, capsys):
    run(paths, GOOD)
    with pytest.raises(LimitBroken) as caught:
        run(paths, GOOD, BAD)
    assert str(caught.value) == (
        f"1 of 2 gates failed: play prediction. Nothing will be registered; see {paths.report}"
    )
    assert caught.value.exit_code == 1
    assert "| FAIL | play prediction" in capsys.readouterr().out
    assert not paths.passed.exists()
    assert paths.verdict.exists()


def test_piped_output_is_plain_text(paths, capsys):
    run(paths, GOOD)
    shown = capsys.readouterr().out
    assert shown.isascii()
    assert "\x1b" not in shown


def test_without_a_verdict_the_stage_says_what_is_missing(paths):
    with pytest.raises(NotThere, match=r"verdict\.json is missing"):
        gate.run(None, paths, seed=0)
