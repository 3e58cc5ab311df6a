"""Alternating least squares ends where its equations say, with one penalty and with one for each column."""

import numpy as np
import pytest
from scipy.sparse import csr_array, csr_matrix

from fairtune.models.als import solver


def test_checkerboard_the_withheld_square_gets_the_highest_unheard_score():
    """Listeners play the columns of their own colour; each has the square on the diagonal withheld."""
    n = 20
    board = (np.add.outer(np.arange(n), np.arange(n)) % 2 == 0).astype(np.float32) * 2
    np.fill_diagonal(board, 0)
    rows, columns = solver.factorise(
        csr_array(board), factors=3, regularization=0.01, iterations=15, seed=1, threads=2
    )
    scores = np.where(board > 0, -np.inf, rows @ columns.T)
    assert scores.argmax(axis=1).tolist() == list(range(n))


def test_factors_solve_the_normal_equations_of_their_confidences():
    """At a fixed point x_u = (Y'Y + Y'(C-I)Y + lambda I)^-1 Y' C p (Hu, Koren, Volinsky 2008, equation 4)."""
    rng = np.random.default_rng(0)
    confidence = csr_array(np.where(rng.random((30, 20)) < 0.3, 1 + 5 * rng.random((30, 20)), 0))
    rows, columns = solver.factorise(
        confidence, factors=4, regularization=0.5, iterations=500, seed=0, threads=1
    )
    dense = confidence.toarray()
    for u in range(5):
        extra = np.diag(np.where(dense[u] > 0, dense[u] - 1, 0))
        left = columns.T @ columns + columns.T @ extra @ columns + 0.5 * np.eye(4)
        expected = np.linalg.solve(left, columns.T @ dense[u])
        assert rows[u] == pytest.approx(expected, abs=2e-3)


RNG = np.random.default_rng(0)
CONFIDENCE = np.where(RNG.random((30, 20)) < np.linspace(0.05, 0.9, 20), 1 + 5 * RNG.random((30, 20)), 0)


def test_with_an_exponent_a_column_is_penalised_by_the_power_of_two_nearest_to_its_cells():
    rows, columns = solver.factorise(
        csr_array(CONFIDENCE), factors=4, regularization=0.5, exponent=0.5, iterations=500, seed=0, threads=1
    )
    counts = np.count_nonzero(CONFIDENCE, axis=0)
    assert len(np.unique(counts)) > 8
    for of, other, dense, penalty in (
        (rows, columns, CONFIDENCE, np.full(30, 0.5)),
        (columns, rows, CONFIDENCE.T, 0.5 * (2.0 ** np.round(np.log2(counts)) / counts.mean()) ** 0.5),
    ):
        for u in range(len(of)):
            extra = np.diag(np.where(dense[u] > 0, dense[u] - 1, 0))
            left = other.T @ other + other.T @ extra @ other + penalty[u] * np.eye(4)
            assert of[u] == pytest.approx(np.linalg.solve(left, other.T @ dense[u]), abs=2e-3)


def test_groups_hold_every_column_once_and_an_exponent_of_zero_makes_one_group():
    cells = csr_matrix(CONFIDENCE.T)
    groups = solver.penalised(cells, 2.0, 1.0)
    assert sorted(np.concatenate([some for some, _, _ in groups]).tolist()) == list(range(20))
    penalties = [penalty for _, _, penalty in groups]
    assert penalties == sorted(penalties)
    assert all((of.toarray() == CONFIDENCE.T[some]).all() for some, of, _ in groups)
    ((_, whole, penalty),) = solver.penalised(cells, 2.0, 0.0)
    assert (whole is cells, penalty) == (True, 2.0)


def test_an_exponent_of_zero_is_the_library_s_own_fit():
    from implicit.cpu.als import AlternatingLeastSquares

    library = AlternatingLeastSquares(
        factors=4, regularization=0.5, alpha=1.0, iterations=3, random_state=7, num_threads=1
    )
    library.fit(csr_matrix(CONFIDENCE.astype(np.float32)), show_progress=False)
    rows, columns = solver.factorise(
        csr_array(CONFIDENCE), factors=4, regularization=0.5, iterations=3, seed=7, threads=1
    )
    assert (rows == library.user_factors).all()
    assert (columns == library.item_factors).all()


def test_columns_and_rows_without_a_cell_have_no_factors():
    dense = CONFIDENCE.copy()
    dense[3], dense[:, 5] = 0, 0
    rows, columns = solver.factorise(
        csr_array(dense), factors=4, regularization=0.5, exponent=1.0, iterations=3, seed=7, threads=2
    )
    assert not rows[3].any()
    assert not columns[5].any()
    assert np.isfinite(rows).all()
    assert np.isfinite(columns).all()
