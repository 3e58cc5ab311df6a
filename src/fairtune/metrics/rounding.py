"""Numbers as they are kept: the digits that say something.

The seventh digit of a figure is beyond what its interval can tell, and may be another one on a processor or
with a mathematical library that isn't among the supported ones. So figures are equal where six are.
"""

from typing import Final, SupportsFloat

DIGITS: Final = 6


def significant(value: SupportsFloat) -> float:
    """Round to `DIGITS` significant digits; 0, infinities and NaN stay."""
    return float(f"{float(value):.{DIGITS}g}")
