import hashlib
import os
import sys
from dataclasses import replace

import pytest
from tests import processes

from fairtune.columns import BlockName
from fairtune.config import params
from fairtune.config.custom_tables import OwnPlays, OwnTables
from fairtune.config.paths import Paths
from fairtune.errors import BadParams
from fairtune.pipeline.stages import download


@pytest.fixture
def everything(request):
    return params.load(request.config.rootpath)


def test_every_source_file_is_in_place_and_nothing_else(mirror, tmp_path, monkeypatch, everything, capsys):
    monkeypatch.setenv("FAIRTUNE_MIRROR", str(mirror))
    paths = Paths("lfm-2b", tmp_path)
    for fetched in (6, 0):
        download.run(everything.dataset("lfm-2b"), paths, seed=1)
        assert f"lfm-2b: {fetched} files fetched" in capsys.readouterr().out
    assert {file.name for file in paths.raw.iterdir()} == {
        "dataset.inter", "demographics.tsv", "tracks.tsv",
        "artists.dat", "tags.dat", "user_taggedartists.dat",
    }  # fmt: skip
    assert (paths.raw / "tracks.tsv").read_bytes() == (mirror / "lfm-2b" / "tracks.tsv").read_bytes()
    assert not paths.partial.exists()


def test_the_generated_data_set_needs_no_source(tmp_path, monkeypatch, everything):
    monkeypatch.setenv("FAIRTUNE_MIRROR", "/nowhere")
    paths = Paths("demo", tmp_path)
    download.run(everything.dataset("demo"), paths, seed=1)
    files = {file.name: file.read_bytes() for file in paths.raw.iterdir()}
    assert files
    (paths.raw / ".interactions.parquet.8f3k.parquet").write_bytes(b"half a file of a killed run")
    download.run(everything.dataset("demo"), paths, seed=1)
    assert {file.name: file.read_bytes() for file in paths.raw.iterdir()} == files


def test_the_generated_data_set_needs_its_parameters(tmp_path, everything):
    with pytest.raises(BadParams) as caught:
        download.run(everything.dataset("lfm-2b"), Paths("demo", tmp_path), seed=1)
    assert str(caught.value) == "params.yaml: datasets.demo.download.generate: missing"


PLAYS = "user_id,item_id\nada,t1\nbo,t2\n"


def own(chosen, folder, blocks):
    """Give the parameters of a data set of own files, with these blocks."""
    (folder / "plays.csv").write_text(PLAYS)
    table = OwnTables(interactions=OwnPlays(file=str(folder / "plays.csv")), item_kind="track")
    return replace(
        chosen,
        download=replace(chosen.download, generate=None, table=table),
        matrix=replace(chosen.matrix, blocks=blocks),
        tune=replace(chosen.tune, space={}),
    )


def test_files_of_ones_own_are_copied_and_told_by_checksum(tmp_path, everything, capsys):
    chosen = own(everything.dataset("demo"), tmp_path, (BlockName.TRACK,))
    download.run(chosen, Paths("mine", tmp_path), seed=1)
    digest = hashlib.sha256(PLAYS.encode()).hexdigest()[:12]
    assert capsys.readouterr().out == (f"mine: interactions from {tmp_path}/plays.csv, sha256 {digest}\n")
    assert (tmp_path / "data/mine/raw/interactions.csv").read_text() == PLAYS


@pytest.mark.parametrize(
    ("name", "blocks", "message"),
    [
        (
            "demo",
            (BlockName.TRACK,),
            (
                "params.yaml: datasets.demo.download.table: 'demo' is a data set that fairtune knows; give "
                "yours another name"
            ),
        ),
        (
            "mine",
            (BlockName.TRACK, BlockName.ARTIST),
            (
                "params.yaml: datasets.mine.matrix.blocks: 'artist' needs a file download.table.items with a "
                "column 'artist'"
            ),
        ),
    ],
)
def test_a_name_that_is_taken_and_a_block_that_nothing_fills_are_refused(
    tmp_path, everything, name, blocks, message
):
    with pytest.raises(BadParams) as caught:
        download.run(own(everything.dataset("demo"), tmp_path, blocks), Paths(name, tmp_path), seed=1)
    assert str(caught.value) == message


WITHOUT_PAUSE = """
import runpy, time

def sleep(seconds):
    raise AssertionError(f"it waited for {seconds} s, to try again")

time.sleep = sleep
runpy.run_module("fairtune.pipeline.stages", run_name="__main__", alter_sys=True)
"""


def test_without_network_and_mirror_it_fails_at_once_with_the_two_ways_out(tmp_path, request):
    (tmp_path / "params.yaml").write_text((request.config.rootpath / "params.yaml").read_text())
    environment = {name: value for name, value in os.environ.items() if name != "FAIRTUNE_MIRROR"}
    environment |= {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}  # nobody there
    command = [sys.executable, "-c", WITHOUT_PAUSE, "download", "lfm-2b"]
    done = processes.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "download@lfm-2b: dataset.inter: can't reach raw.githubusercontent.com (Connection refused): set "
        "FAIRTUNE_MIRROR to a folder that has lfm-2b/dataset.inter, or connect to the network; "
        "`make demo` needs neither\n"
    )
