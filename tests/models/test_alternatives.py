"""What `als` is compared with, against brute force."""

import numpy as np
import pytest
from tests.toy import PLAYED, build

from fairtune.columns import Part
from fairtune.errors import BadParams
from fairtune.models import ALTERNATIVES, alternative

ROWS = np.arange(5)


def fit(name):
    built = build(PLAYED)
    plays = built.block(built.target, Part.TRAIN).toarray()
    return plays, ALTERNATIVES[name].fit(built, Part.TRAIN, seed=1, threads=1).scores(ROWS)


def test_popularity_scores_columns_by_their_listeners():
    plays, scores = fit("popularity")
    assert (scores == (plays > 0).sum(axis=0)).all()


def test_item_knn_sums_the_cosines_of_what_a_listener_plays():
    plays, scores = fit("item_knn")
    logs = np.log1p(plays)
    norms = np.linalg.norm(logs, axis=0)
    unit = np.divide(logs, norms, out=np.zeros_like(logs), where=norms > 0)
    assert scores == pytest.approx(logs @ (unit.T @ unit), abs=1e-5)


def test_tutorial_als_scores_every_column():
    plays, scores = fit("tutorial_als")
    assert scores.shape == plays.shape
    assert np.isfinite(scores).all()


def test_an_unknown_model_is_refused_with_the_names_there_are():
    with pytest.raises(BadParams) as error:
        alternative("svd")
    assert str(error.value) == (
        "train.alternatives: no model 'svd'; there are: popularity, tutorial_als, item_knn"
    )
