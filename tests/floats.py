"""How far figures may lie apart that are the same but for the order of their sums."""

import numpy as np
import pytest

OF_LARGEST = 1e-5  # float32 has 6e-8 a step; sums of some dozens of terms, each way, stay far below


def summed(expected):
    """Compare with sums of float32 products: to 1e-5 of the largest.

    Processors, and matrices of other shapes, add in another order. The error of a sum is relative to its
    terms and not to itself: near zero, where terms cancel, it is any share of the sum.
    """
    return pytest.approx(expected, rel=0, abs=OF_LARGEST * float(np.abs(expected).max()))
