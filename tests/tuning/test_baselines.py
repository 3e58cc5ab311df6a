"""Alternatives get their best settings on the validation part, whatever those do to fairness."""

import numpy as np
import pytest
from tests.toy import PLAYED, build

from fairtune.columns import Part
from fairtune.models.baselines import catalogue
from fairtune.models.baselines.item_knn import ItemKnn
from fairtune.tuning import baselines
from fairtune.tuning.trials import Judged

BUILT = build(PLAYED)
ROWS = np.arange(5)


def judged(ndcg, unfair=0.0):
    return Judged(ndcg=ndcg, dp=unfair, eo=unfair, served=1.0)


def test_the_most_accurate_settings_are_kept_the_first_of_equals():
    grids = {"item_knn": {"neighbours": (1, 2, 3), "shrinkage": (0.0, 5.0)}, "popularity": {}}
    values = iter([0.1, 0.3, 0.2, 0.3, 0.1, 0.0, 0.05])
    seen, finished = [], []

    def judge(scores):
        seen.append(scores(ROWS))
        return judged(next(values), unfair=len(seen) / 10)

    best = baselines.tune(BUILT, grids, judge, seed=1, threads=1, finished=lambda: finished.append(len(seen)))

    assert {name: tuned.to_json() for name, tuned in best.items()} == {
        "item_knn": {
            "settings": {"neighbours": 1, "shrinkage": 5.0}, "ndcg@10": 0.3, "dp": 0.2, "eo": 0.2, "tried": 6
        },
        "popularity": {"settings": {}, "ndcg@10": 0.05, "dp": 0.7, "eo": 0.7, "tried": 1},
    }  # fmt: skip
    assert finished == [1, 2, 3, 4, 5, 6, 7]
    assert baselines.fits(grids) == 7
    expected = ItemKnn.fit(BUILT, Part.TRAIN, neighbours=1, shrinkage=5.0, seed=1, threads=1).scores(ROWS)
    assert (seen[1] == expected).all()


def test_a_chance_that_cannot_be_counted_is_null():
    best = baselines.tune(
        BUILT,
        {"popularity": {}},
        lambda _: Judged(ndcg=0.1, dp=0.0, eo=np.inf, served=1.0),
        seed=1,
        threads=1,
    )
    assert best["popularity"].to_json()["eo"] is None


@pytest.mark.parametrize("name", ["autoencoder", "item_knn"])
def test_a_popularity_balance_is_tried_on_the_scores_of_one_fit_as_a_fit_of_its_own_would_have_it(name):
    seen = []

    def judge(scores):
        seen.append(scores(np.arange(5)))
        return judged(float(len(seen)))

    grids = {name: {"beta": (0.0, 0.5)}}
    best = baselines.tune(BUILT, grids, judge, seed=1, threads=1)
    assert best[name].settings == {"beta": 0.5}
    assert best[name].tried == baselines.fits(grids) == 2
    for beta, scores in zip((0.0, 0.5), seen, strict=True):
        fitted = catalogue.fit(name, BUILT, Part.TRAIN, {"beta": beta}, seed=1, threads=1)
        assert scores == pytest.approx(fitted.scores(np.arange(5)), rel=1e-5, abs=1e-6)
    plays = BUILT.block(BUILT.target, Part.TRAIN)
    listeners = np.bincount(plays.indices, minlength=plays.shape[1])
    balance = np.where(listeners > 0, np.maximum(listeners, 1) / listeners.mean(), 1.0) ** -0.5
    assert seen[1] == pytest.approx(seen[0] * balance, rel=1e-5, abs=1e-6)
