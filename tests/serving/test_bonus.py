"""A release whose target is re-ranked: its lists follow score plus bonus, for everybody who asks."""

import shutil

import numpy as np
import pytest
from tests.floats import summed
from tests.tiny import TRACK_MODEL, make_matrix, train

from fairtune.columns import BlockName, Part
from fairtune.models import storage as model_storage
from fairtune.models.neighbours.storage import read_neighbours
from fairtune.serving import name_search
from fairtune.serving.new_listeners import listening_of, share_named
from fairtune.serving.recommender import Recommender
from fairtune.serving.requests import explaining

BONUS = np.random.default_rng(0).normal(0, 0.5, 48).astype(np.float32)


@pytest.fixture(scope="module")
def lifted(tmp_path_factory, track_release):
    """The release of tracks, with a bonus for its tracks."""
    folder = tmp_path_factory.mktemp("lifted") / "all"
    shutil.copytree(track_release, folder)
    model_storage.write_als(folder, model_storage.read_als(folder).lifted(BlockName.TRACK, BONUS))
    return Recommender.load(folder)


def test_known_listeners_get_the_best_by_score_and_bonus(lifted):
    release = lifted.release
    matrix = make_matrix(BlockName.TRACK, TRACK_MODEL)
    ids = release.columns(BlockName.TRACK).ids
    batch = lifted.batch(release.listener_ids, n=5)
    said = read_neighbours(release.folder).scores(np.arange(len(release.listener_ids))).astype(float)
    for row, user_id in enumerate(release.listener_ids):
        factor = release.listener_factors[row].astype(float)
        scores = release.factors(BlockName.TRACK) @ factor + np.linalg.norm(factor) * BONUS + said[row]
        scores[matrix.block(BlockName.TRACK, Part.ALL)[[row]].indices] = -np.inf
        best = np.argsort(-scores)[:5]
        listed = lifted.for_listener(user_id, n=5)
        assert [item.item_id for item in listed.items] == [ids[column] for column in best]
        assert [item.score for item in listed.items] == summed(scores[best])
        assert batch[row].tolist() == best.tolist()


def test_somebody_new_has_the_bonus_scaled_by_the_length_of_the_folded_in_factor(lifted, track_recommender):
    plain = {
        item.item_id: item for item in track_recommender.for_likes("Miles Davis", n=48, strict=False).items
    }
    liked = name_search.likes(lifted.release, "Miles Davis")
    share = share_named(lifted.release, liked)
    folded, _ = explaining(lifted.release, listening_of(lifted.release, liked), zero_confidence=share)
    ids = lifted.release.columns(BlockName.TRACK).ids

    listed = lifted.for_likes("Miles Davis", n=48, strict=False).items
    assert {item.item_id for item in listed} == set(plain)
    for item in listed:
        gained = np.linalg.norm(folded.factor) * BONUS[ids.index(item.item_id)]
        assert item.score == pytest.approx(plain[item.item_id].score + gained, abs=1e-5)
        assert item.why == plain[item.item_id].why


def test_lists_of_other_kinds_stay_as_they_are(lifted, track_recommender):
    for kind in ("artist", "music_type"):
        listed, plain = (of.for_listener(2, kind=kind).as_dict() for of in (lifted, track_recommender))
        assert listed == plain


def test_a_release_without_bonus_has_no_file_for_it(track_release):
    assert list(track_release.glob("bonus_*")) == []


def test_the_scores_of_a_re_ranked_fit_come_back_as_they_were(tmp_path):
    fitted = train(tmp_path / "all", make_matrix(BlockName.TRACK, TRACK_MODEL))
    lifted = fitted.lifted(BlockName.TRACK, BONUS)
    model_storage.write_als(tmp_path / "fit", lifted)
    read = model_storage.read_als(tmp_path / "fit")
    rows = np.arange(7)

    lengths = np.linalg.norm(fitted.listener_factors[rows], axis=1)
    expected = fitted.scores(rows, BlockName.TRACK) + np.outer(lengths, BONUS)
    assert read.scores(rows, BlockName.TRACK) == summed(expected)
    assert (read.scores(rows, BlockName.ARTIST) == fitted.scores(rows, BlockName.ARTIST)).all()
