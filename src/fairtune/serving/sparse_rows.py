"""SparseRows of a sparse matrix, read without scipy: importing it takes longer than the answer."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SparseRows:
    """A compressed sparse row matrix.

    Attributes
    ----------
    indptr
        Row r has the cells from `indptr[r]` to `indptr[r + 1]`, (n_rows + 1,).
    indices
        Column of each cell, (n_cells,).
    data
        Value of each cell, (n_cells,).
    shape
        Rows and columns.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    data: NDArray[np.float64]
    shape: tuple[int, int]

    @classmethod
    def read(cls, path: Path) -> "SparseRows":
        """Read what `scipy.sparse.save_npz` wrote for a csr matrix."""
        with np.load(path, allow_pickle=False) as file:
            n_rows, n_columns = (int(size) for size in file["shape"])
            return cls(
                indptr=file["indptr"].astype(np.int64),
                indices=file["indices"].astype(np.int64),
                data=file["data"].astype(np.float64),
                shape=(n_rows, n_columns),
            )

    def row(self, index: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the columns of one row, and their values."""
        cells = slice(self.indptr[index], self.indptr[index + 1])
        return self.indices[cells], self.data[cells]

    def take(self, rows: NDArray[np.int64]) -> "SparseRows":
        """Return the given rows, in the given order."""
        lengths = self.indptr[rows + 1] - self.indptr[rows]
        ends = np.concatenate([[0], np.cumsum(lengths)])
        cells = np.repeat(self.indptr[rows] - ends[:-1], lengths) + np.arange(ends[-1])
        return SparseRows(ends, self.indices[cells], self.data[cells], (len(rows), self.shape[1]))

    @property
    def row_of_cell(self) -> NDArray[np.int64]:
        """Row of each cell, (n_cells,)."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.indptr))

    def only_columns(self) -> NDArray[np.int64]:
        """Return the column of each row that has at most one cell, (n_rows,); -1 for a row without any."""
        columns = np.full(self.shape[0], -1, dtype=np.int64)
        columns[self.row_of_cell] = self.indices
        return columns

    def transposed(self) -> "SparseRows":
        """Return columns as rows: `transposed().row(c)` are the rows with a cell in column c, ascending."""
        order = np.argsort(self.indices, kind="stable")
        ends = np.cumsum(np.bincount(self.indices, minlength=self.shape[1]))
        n_rows, n_columns = self.shape
        return SparseRows(
            np.concatenate([[0], ends]), self.row_of_cell[order], self.data[order], (n_columns, n_rows)
        )

    def weighted_sum(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return `weights @ matrix`, (n_columns,); `weights` has one value a row."""
        values = np.repeat(weights, np.diff(self.indptr)) * self.data
        return np.bincount(self.indices, weights=values, minlength=self.shape[1]).astype(np.float64)

    def dense(self) -> NDArray[np.float64]:
        """Return the matrix as an array; for a few rows."""
        array = np.zeros(self.shape)
        array[self.row_of_cell, self.indices] = self.data
        return array
