"""A release that was cut off or changed is refused in one line; nothing is recommended from it."""

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairtune.cli import main as cli
from fairtune.errors import BadFile
from fairtune.models.release import read_released
from fairtune.serving import checksums
from fairtune.serving.recommender import Recommender

HELP = "the model is damaged: run `fairtune run` again, or promote another version"


@pytest.fixture(scope="module")
def damaged(track_release, tmp_path_factory):
    """Give a copy of a release and the names of its files."""
    folder = tmp_path_factory.mktemp("damaged") / "release"
    shutil.copytree(track_release, folder)
    return folder, sorted(file.name for file in folder.iterdir() if file.name != checksums.FILE)


def test_a_release_is_whole_as_it_was_written(damaged):
    folder, names = damaged

    checksums.check(folder)

    assert sorted(checksums.of(folder)) == names
    assert {"manifest.json", "listeners.parquet", "factors_track.npy", "plays_track.npz"} <= set(names)


@given(st.data())
def test_a_file_that_was_cut_or_changed_anywhere_is_named(damaged, data):
    folder, names = damaged
    file = folder / data.draw(st.sampled_from(names))
    whole = file.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytes([whole[place] ^ data.draw(st.integers(1, 255))])
    file.write_bytes(whole[:place] + data.draw(st.sampled_from([b"", flipped + whole[place + 1 :]])))

    try:
        for read in (Recommender.load, read_released):
            with pytest.raises(BadFile) as refused:
                read(folder)
            assert str(refused.value) == f"{file}: isn't what was written there: {HELP}"
    finally:
        file.write_bytes(whole)


def test_a_file_that_is_missing_is_named(damaged):
    folder, _ = damaged
    file = folder / "plays_artist.npz"
    whole = file.read_bytes()
    file.unlink()

    try:
        with pytest.raises(BadFile) as refused:
            Recommender.load(folder)
        assert str(refused.value) == f"{file}: is missing: {HELP}"
    finally:
        file.write_bytes(whole)


@given(st.data())
def test_checksums_that_were_cut_are_no_reason_for_a_traceback(damaged, data):
    folder, _ = damaged
    file = folder / checksums.FILE
    whole = file.read_bytes()
    file.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 3))])

    try:
        with pytest.raises(BadFile, match=f"{checksums.FILE}: isn't what was written there: {HELP}$"):
            Recommender.load(folder)
    finally:
        file.write_bytes(whole)


def test_the_command_answers_in_one_line(damaged, tmp_path, monkeypatch, capsys):
    shutil.copytree(damaged[0], tmp_path / "models/demo/all")
    factors = tmp_path / "models/demo/all/factors_track.npy"
    factors.write_bytes(factors.read_bytes()[:-1])
    monkeypatch.chdir(tmp_path)

    assert cli.main(["recommend", "--dataset", "demo", "--user", "1"]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"fairtune: models/demo/all/factors_track.npy: isn't what was written there: {HELP}\n"


def test_a_release_without_checksums_is_taken_as_it_is(damaged, tmp_path):
    shutil.copytree(damaged[0], tmp_path / "release")
    (tmp_path / "release" / checksums.FILE).unlink()

    assert (
        Recommender.load(tmp_path / "release").release.dataset == Recommender.load(damaged[0]).release.dataset
    )
