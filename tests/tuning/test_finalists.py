"""Finalists are judged on other draws of the validation part, which never touch the test part."""

from dataclasses import replace

import numpy as np
import pytest
from tests.toy import PLAYED, POINT, build

from fairtune.columns import Part
from fairtune.config.params import load, project_root
from fairtune.matrix.redraw import redrawn
from fairtune.models.als import model as als
from fairtune.tuning import finalists, objective
from fairtune.tuning.finalists import Rejudged
from fairtune.tuning.trials import Judged

MATRIX = build(PLAYED)
PEOPLE = {"gender": None, "age": None}
MATRIX = replace(MATRIX, listeners=MATRIX.listeners.assign(**PEOPLE))
EVALUATE = replace(load(project_root()).dataset("demo").evaluate, min_group=1, min_provider_group=1)
POINTS = {4: POINT, 7: replace(POINT, beta=0.6), 9: replace(POINT, factors=2)}


def rejudge(matrix):
    return finalists.judge(matrix, POINTS, EVALUATE, seed=5)


def test_a_finalist_is_worth_what_a_fit_on_that_draw_is_worth():
    found = rejudge(MATRIX)
    assert (found.numbers, len(found.draws[0])) == (tuple(POINTS), finalists.DRAWS)
    for place, point in enumerate(POINTS.values()):
        for draw in range(finalists.DRAWS):
            other = redrawn(MATRIX, seed=5 + draw + 1)
            fitted = als.fit(other, Part.TRAIN, point, seed=5, threads=1)
            assert found.draws[place][draw] == objective.judge(other, Part.TRAIN, fitted, EVALUATE, threads=1)


def test_the_test_part_plays_no_part():
    assert rejudge(replace(MATRIX, test=MATRIX.test * 0)) == rejudge(MATRIX)


def test_the_error_is_that_of_a_mean_difference_over_listeners():
    differences = np.array([0.1, np.nan, 0.3, 0.2])
    assert finalists._error(differences) == pytest.approx(0.1 / np.sqrt(3))
    assert finalists._error(np.array([0.1, np.nan])) == np.inf
    found = rejudge(MATRIX)
    errors = np.array(found.errors)
    assert np.diag(errors).tolist() == [0, 0, 0]
    assert (errors == errors.T).all()


def test_what_is_remembered_is_what_was_found():
    found = Rejudged(
        (3, 1), ((Judged(0.2, 0.1, np.inf),), (Judged(0.3, 0.1, 0.2),)), ((0.0, 0.1), (0.1, 0.0))
    )
    assert Rejudged.from_json(found.to_json()) == found
    assert found.mean(1) == Judged(0.3, 0.1, 0.2)
    assert found.error(3, 1) == 0.1
