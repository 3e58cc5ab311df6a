"""Whether the parts of a matrix are enough to learn from and to judge by."""

from typing import Final

import numpy as np

from fairtune.columns import Part
from fairtune.config.sections import MatrixParams
from fairtune.errors import BadSplit
from fairtune.matrix.matrix import Matrix

SHARES: Final = {Part.TRAIN: ("validation", "valid_share"), Part.TRAIN_VALID: ("test", "test_share")}
"""By the part that is fitted: the one that it is judged by, and the parameter of its size."""


def check(matrix: Matrix, params: MatrixParams) -> None:
    """Refuse a split that leaves nothing to learn from, or nothing to judge by.

    Parameters
    ----------
    matrix
        As it was built.
    params
        Of the split.

    Raises
    ------
    BadSplit
        A part is empty, or nothing of the target in it is new to anybody.
    """
    if matrix.train.nnz == 0:
        raise BadSplit(
            f"matrix.split: '{params.split}' leaves nothing to learn from: lower matrix.valid_share and "
            "matrix.test_share"
        )
    for fitted, (part, share) in SHARES.items():
        if matrix.held_out(fitted).nnz == 0:
            why = _why(matrix, params)
            raise BadSplit(f"matrix.split: '{params.split}' leaves the {part} part empty: {why}")
        if matrix.truth(matrix.target, fitted).nnz == 0:
            raise BadSplit(
                f"matrix.target: nothing of '{matrix.target}' in the {part} part is new to anybody, so no "
                f"list can be judged: raise matrix.{share}, or choose another target"
            )


def _why(matrix: Matrix, params: MatrixParams) -> str:
    """Say what would fill a part that is empty."""
    most = int(np.diff(matrix.plays(Part.ALL).indptr).max(initial=0))
    pairs = f"no listener has more than {most} {'pair' if most == 1 else 'pairs'}"
    if params.split == "leave_last":
        return f"{pairs}, and it takes three: use 'random' with larger shares, or bring more listening"
    if params.split == "random":
        return (
            f"{pairs}, and shares of {params.valid_share:g} and {params.test_share:g} are rounded to whole "
            "pairs: raise matrix.valid_share and matrix.test_share, or bring more listening"
        )
    return "raise matrix.valid_share and matrix.test_share, or bring more listening"
