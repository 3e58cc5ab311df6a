"""Last.fm 2K from its files to recommendations: nobody is told what they know, the figures are plausible."""

from dataclasses import replace

import numpy as np
import pytest

from fairtune import files
from fairtune.columns import BlockName
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.data.sources import lastfm_2k
from fairtune.pipeline.stages import download, evaluate, ingest, matrix, train, tune
from fairtune.serving.recommender import Recommender
from fairtune.serving.release import Release

DATASET = lastfm_2k.DATASET.name


@pytest.fixture(scope="module")
def paths(mirror, tmp_path_factory):
    """What the stages leave behind, with the shortest search there is: library defaults and start."""
    everything = params.load()
    chosen = everything.dataset(DATASET)
    chosen = replace(chosen, tune=replace(chosen.tune, trials=2))
    folder = tmp_path_factory.mktemp(DATASET)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAIRTUNE_MIRROR", str(mirror))
        patch.chdir(folder)
        for stage in (download, ingest, matrix, tune, train, evaluate):
            stage.run(chosen, Paths(DATASET), seed=everything.seed)
    return Paths(DATASET, root=folder)


@pytest.mark.parametrize("kind", ["music_type", "artist"])
def test_no_listener_is_recommended_what_they_know(paths, kind):
    recommender = Recommender.load(paths.release)
    listeners = files.read_table(paths.release / "listeners.parquet")["user_id"]
    assert len(listeners) == 1_892
    lists = recommender.batch(listeners.tolist(), n=20, kind=kind)
    known = files.read_sparse(paths.release / f"plays_{kind}.npz").toarray() > 0
    rows, places = np.nonzero(lists >= 0)
    assert len(rows) > 0.9 * lists.size
    assert not known[rows, lists[rows, places]].any()
    assert all(len(set(row[row >= 0])) == (row >= 0).sum() for row in lists)


def test_who_plays_miles_davis_plays_the_beatles_more_often_than_john_coltrane(paths):
    plays = files.read_sparse(paths.release / "plays_artist.npz").toarray() > 0
    column = {name: at for at, name in enumerate(Release.load(paths.release).columns(BlockName.ARTIST).names)}
    audience = plays[plays[:, column["Miles Davis"]]].sum(axis=0)
    popular = [audience[column[name]] for name in ("Radiohead", "The Beatles")]
    assert min(popular) > audience[column["John Coltrane"]] > 0


def test_radiohead_and_bjork_lead_to_their_neighbours(paths):
    found = Recommender.load(paths.release).for_likes("radiohead, bjork", n=20, kind="artist")
    names = {item.name for item in found.items}
    assert {"Radiohead", "Björk"}.isdisjoint(names)
    neighbours = {
        "Sigur Rós",
        "Portishead",
        "Massive Attack",
        "Thom Yorke",
        "Blur",
        "Arcade Fire",
        "Beck",
        "Air",
    }
    assert len(names & neighbours) >= 3


def test_figures_lie_where_earlier_measurements_put_them(paths):
    metrics = files.read_json(paths.metrics)
    ndcg = {name: figures["ndcg@10"]["value"] for name, figures in metrics["ranking"].items()}
    assert 0.30 < ndcg["als"] < 0.40
    assert 0.15 < ndcg["popularity"] < 0.19
    assert ndcg["als"] > 1.3 * max(ndcg["popularity"], ndcg["tutorial_als"])
    assert ndcg["als"] > 1.1 * max(value for name, value in ndcg.items() if name != "als")
    assert 0.71 < metrics["rmse"]["log_plays"]["bias_als_influencers"]["value"] < 0.77
    assert 0.78 < metrics["rmse"]["log_plays"]["bias"]["value"] < 0.84
