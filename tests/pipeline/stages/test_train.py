"""Stage `train` where re-ranking is switched on: the multipliers are part of every fit and of the release."""

from dataclasses import replace

import numpy as np
import pytest
from tests.tiny import SEED, TRACK_MODEL, matrix_params, world

from fairtune import files
from fairtune.columns import BlockName, Part, Table
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.config.reranking_bounds import Constraints
from fairtune.matrix import storage as matrix_storage
from fairtune.matrix.build import build
from fairtune.models import storage as model_storage
from fairtune.pipeline.stages import train
from fairtune.serving import checksums
from fairtune.serving.recommender import Recommender

TRACK = BlockName.TRACK
SHARE = 0.4


@pytest.fixture(scope="module")
def made():
    """The tiny world of tracks, of whose artists one in five comes from the south."""
    tables, item_block = world(tracks=True)
    items = tables[Table.ITEMS]
    region = np.where(np.arange(len(items)) % 5 > 0, "north", "south")
    tables[Table.ITEMS] = items.assign(artist_region=region)
    return build(tables, matrix_params(TRACK, TRACK_MODEL), item_block=item_block, counts=True, seed=SEED)


def trained(root, made, rerank):
    of, paths = params.load().dataset("demo"), Paths("demo", root)
    matrix_storage.write_matrix(paths.matrix, made)
    point = {
        "factors": 8, "regularization": 2.0, "iterations": 8, "alpha": 5.0, "beta": 0.0, "gamma": 0.0,
        "scaling": "log", "block_weights": {},
    }  # fmt: skip
    files.write_json(paths.best, {"hyperparameters": point})
    files.write_json(paths.alternatives, {})
    section = replace(of.train, alternatives={}, folds=1, rerank=rerank)
    ingest = replace(of.ingest, regions={"south": ("NG",)}, other_region="north")
    gate = replace(of.gate, beats=())
    train.run(replace(of, ingest=ingest, train=section, gate=gate), paths, seed=SEED)
    return paths


@pytest.fixture(scope="module")
def plain(tmp_path_factory, made):
    return trained(tmp_path_factory.mktemp("plain"), made, None)


@pytest.fixture(scope="module")
def reranked(tmp_path_factory, made):
    asked = Constraints(min_share={"region.south": SHARE})
    return trained(tmp_path_factory.mktemp("reranked"), made, asked)


def share(model, made, part):
    """Share of the south in lists of ten, every item ranked."""
    scores = model.scores(np.arange(60), TRACK).astype(float)
    scores[made.block(TRACK, part).toarray() > 0] = -np.inf
    listed = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    return (made.columns[TRACK]["region"].to_numpy() == "south")[listed].mean()


def test_every_fit_has_the_bonus_that_keeps_the_share_on_the_validation_part(made, plain, reranked):
    before, after = (model_storage.read_als(paths.fit(Part.TRAIN)) for paths in (plain, reranked))
    written = files.read_json(reranked.reranking)

    assert share(before, made, Part.TRAIN) < SHARE <= share(after, made, Part.TRAIN)
    assert written["bounds"][0]["after"] == pytest.approx(share(after, made, Part.TRAIN), abs=1e-5)
    south = made.columns[TRACK]["region"].to_numpy() == "south"
    gains = written["multipliers"]["region"]
    expected = np.where(south, gains["south"], gains["north"])
    others = [reranked.fit_without(block) for block in made.influencers]
    for folder in (*map(reranked.fit, Part), *others):
        bonus = model_storage.read_als(folder).bonus
        assert list(bonus) == [TRACK]
        assert bonus[TRACK] == pytest.approx(expected, rel=1e-6)


def test_the_release_recommends_what_the_re_ranked_fit_ranks_first(made, reranked):
    recommender = Recommender.load(reranked.release)
    ids = recommender.release.listener_ids
    batch = recommender.batch(ids, n=5)

    scores = model_storage.read_als(reranked.release).scores(np.arange(60), TRACK)
    scores[made.block(TRACK, Part.ALL).toarray() > 0] = -np.inf
    assert (batch == np.argsort(-scores, axis=1, kind="stable")[:, :5]).all()


def test_without_re_ranking_there_is_no_trace_of_it(plain, reranked):
    files = [sorted(path.name for path in paths.release.iterdir()) for paths in (plain, reranked)]

    assert list(plain.release.parent.rglob("*bonus*")) == []
    assert not plain.reranking.exists()
    assert files[1] == sorted([*files[0], "bonus_track.npy"])
    for name in set(files[0]) - {checksums.FILE}:
        assert (plain.release / name).read_bytes() == (reranked.release / name).read_bytes()


def test_constraints_that_cannot_be_kept_are_come_near_to_and_told(tmp_path, made, capsys):
    near = trained(tmp_path, made, Constraints(min_share={"region.south": 0.99}))

    said = capsys.readouterr().out
    assert "train.rerank: share of region.south at least 0.99 (it gets from 0." in said
    assert "): no re-ranking found keeps it, so this is as near as it gets\n" in said
    assert files.read_json(near.reranking)["multipliers"]["region"]["south"] > 0
