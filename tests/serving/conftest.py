"""Releases of the tiny world, and what recommends from them."""

from pathlib import Path

import pytest
from tests.tiny import ARTIST_MODEL, TRACK_MODEL, make_matrix, train

from fairtune.columns import BlockName
from fairtune.serving.recommender import Recommender


@pytest.fixture(scope="session")
def release(tmp_path_factory) -> Path:
    """A model of music types from plays of artists, shaped like the one of lastfm-2k."""
    folder = tmp_path_factory.mktemp("artists") / "all"
    train(folder, make_matrix(BlockName.MUSIC_TYPE, ARTIST_MODEL))
    return folder


@pytest.fixture(scope="session")
def track_release(tmp_path_factory) -> Path:
    """A model of tracks with artists, music types and friends, shaped like the one of demo."""
    folder = tmp_path_factory.mktemp("tracks") / "all"
    train(folder, make_matrix(BlockName.TRACK, TRACK_MODEL), share=0.4)
    return folder


@pytest.fixture(scope="session")
def recommender(release) -> Recommender:
    return Recommender.load(release)


@pytest.fixture(scope="session")
def track_recommender(track_release) -> Recommender:
    return Recommender.load(track_release)
