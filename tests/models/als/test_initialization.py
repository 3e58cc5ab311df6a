"""The start of a fit: what a singular value decomposition says, the same every time."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from tests.toy import PLAYED, POINT, build

from fairtune.columns import Part
from fairtune.models.als import initialization, solver
from fairtune.models.als import model as als

RNG = np.random.default_rng(0)
BLOCKS = np.kron(np.eye(4), np.ones((15, 10))) * (RNG.random((60, 40)) < 0.8)
CELLS = csr_array(BLOCKS * RNG.integers(1, 9, BLOCKS.shape))


def test_the_products_are_the_truncated_decomposition_of_the_scaled_ones():
    rows, columns = initialization.start(CELLS, 4, seed=1)
    ones = (CELLS.toarray() > 0).astype(float)
    by_row, by_column = np.sqrt(ones.sum(axis=1))[:, None], np.sqrt(ones.sum(axis=0))[None]
    left, strength, right = np.linalg.svd(ones / by_row / by_column)
    expected = (left[:, :4] * strength[:4]) @ right[:4] * by_row * by_column
    assert rows @ columns.T == pytest.approx(expected, abs=0.01)
    assert rows.dtype == columns.dtype == np.float32


def test_plays_and_weights_do_not_matter_only_who_has_what():
    again = initialization.start(csr_array((CELLS > 0).astype(float)), 4, seed=1)
    assert [factors.tobytes() for factors in again] == [
        factors.tobytes() for factors in initialization.start(CELLS, 4, seed=1)
    ]


def test_more_factors_than_the_matrix_has_directions_are_filled_up_small():
    rows, columns = initialization.start(csr_array(np.eye(3)), 5, seed=1)
    assert (rows.shape, columns.shape) == ((3, 5), (3, 5))
    assert 0 < np.abs(rows[:, 3:]).max() < 0.1


def test_a_fit_is_the_same_whoever_works_out_its_start():
    built = build(PLAYED)
    start = als.beginning(built, Part.ALL, POINT.factors, seed=5)
    kept = [factors.copy() for factors in start]
    given = als.fit(built, Part.ALL, POINT, seed=5, threads=1, start=start)
    own = als.fit(built, Part.ALL, POINT, seed=5, threads=1)
    assert given.listener_factors.tobytes() == own.listener_factors.tobytes()
    assert all(np.array_equal(a, b) for a, b in zip(start, kept, strict=True))  # it serves the next fit too


def test_two_rounds_from_the_start_explain_more_than_two_from_random_factors():
    """Squared error over all cells, with the played ones as 1: what the factorisation lowers."""
    options = {"factors": 4, "regularization": 5.0, "iterations": 2, "seed": 1, "threads": 1}
    confidence = csr_array((CELLS > 0).astype(np.float32) * 2)

    def error(rows, columns):
        return float(((BLOCKS - rows @ columns.T) ** 2).sum())

    begun = solver.factorise(confidence, **options, start=initialization.start(confidence, 4, seed=1))
    assert error(*begun) < 0.9 * error(*solver.factorise(confidence, **options))
