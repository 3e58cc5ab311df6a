"""A dvc.lock that a killed run cut off at any byte is whole again, and newer entries stay."""

import pytest
from dvc.utils.serialize import dumps_yaml, parse_yaml
from hypothesis import given
from hypothesis import strategies as st
from tests import toy_pipeline

from fairtune.pipeline import lock_file, runner
from fairtune.pipeline.dvc import Pipeline


def entry(number):
    digest = f"{number:032x}"
    return {
        "cmd": f"run {number}",
        "deps": [{"path": f"in-{number}", "hash": "md5", "md5": digest, "size": number}],
        "outs": [{"path": f"out-{number}", "hash": "md5", "md5": f"{digest}.dir", "size": 1, "nfiles": 2}],
    }


BEFORE = {"schema": "2.0", "stages": {f"stage-{number}@demo": entry(number) for number in range(4)}}
AFTER = {**BEFORE, "stages": {**BEFORE["stages"], "stage-2@demo": entry(7), "stage-9@demo": entry(9)}}
TEXT = dumps_yaml(AFTER)


@given(st.integers(0, len(TEXT)))
def test_wherever_it_is_cut_nothing_is_lost_but_what_the_killed_stage_wrote(tmp_path_factory, at):
    folder = tmp_path_factory.mktemp("cut")
    lock, copy = folder / "dvc.lock", folder / "copy"
    copy.write_text(dumps_yaml(BEFORE))
    lock.write_text(TEXT[:at])
    told = lock_file.repair(copy, lock)
    mended = parse_yaml(lock.read_text(), lock)["stages"]
    for stage in BEFORE["stages"]:
        assert mended[stage] in (BEFORE["stages"][stage], AFTER["stages"][stage])
    assert not copy.exists()
    if at == len(TEXT):
        assert (told, lock.read_text()) == (None, TEXT)


def test_what_was_lost_is_told(tmp_path):
    lock, copy = tmp_path / "dvc.lock", tmp_path / "copy"
    copy.write_text(dumps_yaml(BEFORE))
    lock.write_text("")
    assert lock_file.repair(copy, lock) == (
        f"{lock} was cut off when a run was killed: 4 of its 4 entries are put back "
        "(stage-0@demo, stage-1@demo, stage-2@demo, ...)"
    )
    assert lock_file.repair(copy, lock) is None
    assert parse_yaml(lock.read_text(), lock) == BEFORE


def test_a_copy_that_was_cut_off_itself_changes_nothing(tmp_path):
    lock, copy = tmp_path / "dvc.lock", tmp_path / "copy"
    copy.write_text("stages:\n  a: [")
    lock.write_text(TEXT)
    assert lock_file.repair(copy, lock) is None
    assert lock.read_text() == TEXT


@pytest.mark.parametrize("ends", [None, OSError])
def test_the_copy_is_there_while_a_stage_runs_and_no_longer(tmp_path, ends):
    lock, copy = tmp_path / "dvc.lock", tmp_path / "tmp" / "copy"
    lock.write_text(TEXT)
    try:
        with lock_file.kept(copy, lock):
            assert copy.read_text() == TEXT
            if ends is not None:
                raise ends
    except OSError:
        pass
    assert not copy.exists()


@pytest.mark.parametrize("left", [0, 10, 200, 201, 205, -3])
def test_the_next_run_mends_the_lock_and_says_so(tmp_path, monkeypatch, left):
    monkeypatch.chdir(tmp_path)
    project = toy_pipeline.create(tmp_path)
    with Pipeline() as pipeline:
        for step in pipeline.steps("small"):
            pipeline.run(step)
    whole = (tmp_path / "dvc.lock").read_text()
    (tmp_path / ".dvc/tmp/fairtune-small.lock").write_text(whole)
    (tmp_path / "dvc.lock").write_text(whole[:left])
    project.ran()
    said = []
    with Pipeline() as pipeline:
        runner.run(pipeline, "small", force=False, say=said.append, timed=False)
    assert said[1:] == ["Nothing to do: all 4 stages of small are up to date."]
    assert said[0].startswith("dvc.lock was cut off when a run was killed: ")
    assert project.ran() == []
