"""Releases of the tiny world, and what recommends from them."""

from pathlib import Path

import pytest
from tests.tiny import TRACK_MODEL, make_matrix, train

from fairtune.columns import BlockName
from fairtune.serving.recommender import Recommender


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
