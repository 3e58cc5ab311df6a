import numpy as np
import pytest
from scipy.sparse import csr_array, random_array

from fairtune import files
from fairtune.serving.sparse_rows import SparseRows


@pytest.fixture
def both(tmp_path) -> tuple[SparseRows, csr_array]:
    matrix = csr_array(random_array((9, 6), density=0.3, rng=np.random.default_rng(1)))
    files.write_sparse(tmp_path / "m.npz", matrix)
    return SparseRows.read(tmp_path / "m.npz"), matrix


def test_rows_columns_and_sums_are_those_scipy_gives(both):
    rows, matrix = both
    chosen = np.array([4, 0, 0, 8])
    assert np.array_equal(rows.dense(), matrix.toarray())
    assert np.array_equal(rows.take(chosen).dense(), matrix.toarray()[chosen])
    assert rows.take(np.empty(0, np.int64)).dense().shape == (0, 6)
    weights = np.arange(9.0)
    assert np.allclose(rows.weighted_sum(weights), weights @ matrix)
    for column in range(6):
        found, values = rows.transposed().row(column)
        assert np.array_equal(found, np.flatnonzero(matrix.toarray()[:, column]))
        assert np.array_equal(values, matrix.toarray()[found, column])
