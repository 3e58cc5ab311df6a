"""How much arithmetic a fit is: a cost that doesn't depend on the machine or on what else it does."""

from dataclasses import dataclass
from typing import Final

from fairtune.columns import Part
from fairtune.matrix.matrix import Matrix

SOLVER_STEPS: Final = 3
"""Steps of conjugate gradients for each row and column in an iteration: implicit's own default."""


@dataclass(frozen=True)
class Size:
    """How large a part of the matrix is.

    Attributes
    ----------
    listeners
        Rows.
    columns
        Columns of all blocks.
    cells
        Stored cells of all blocks.
    target
        Columns of the block that is ranked.
    """

    listeners: int
    columns: int
    cells: int
    target: int

    @classmethod
    def of(cls, matrix: Matrix, part: Part) -> "Size":
        """Count what a fit on `part` reads."""
        blocks = [matrix.block(block, part) for block in matrix.blocks]
        target = blocks[matrix.blocks.index(matrix.target)].shape[1]
        columns, cells = sum(block.shape[1] for block in blocks), sum(block.nnz for block in blocks)
        return cls(blocks[0].shape[0], columns, cells, target)

    def work(self, *, factors: int, iterations: int, ranked: int) -> float:
        """Return billions of multiply-adds of fitting and ranking.

        An iteration solves rows, then columns: for each side the Gram matrix of the other one, and for the
        start and every step of the solver two products with the factors of each cell and one with the Gram
        matrix.

        Parameters
        ----------
        factors
            Of the fit, 1 and above.
        iterations
            Of the fit, 0 and above.
        ranked
            How often the target is scored for all listeners.

        Returns
        -------
        float
            Work in 1e9 multiply-adds.
        """
        sides = self.listeners + self.columns
        solving = 4 * self.cells * factors + sides * factors**2
        an_iteration = sides * factors**2 + (SOLVER_STEPS + 1) * solving
        return (iterations * an_iteration + ranked * self.listeners * self.target * factors) / 1e9
