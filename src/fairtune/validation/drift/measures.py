"""The measures of drift: how two columns of counts are compared, and in which words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairtune.validation.drift.distances import Counts, compared, shannon_terms, shares, stability_terms


class Measure(StrEnum):
    """What is compared how; the names of the limits in `params.yaml`."""

    PSI = "psi"  # ordered bins: population stability index
    JS = "js"  # categories: Jensen-Shannon distance
    UNKNOWN = "unknown"  # known or not: difference of the shares of unknowns
    ROWS = "rows"  # rows of a table: change relative to what there were


NAMES: Final[Mapping[Measure, str]] = {
    Measure.PSI: "population stability index",
    Measure.JS: "Jensen-Shannon distance",
    Measure.UNKNOWN: "change of the share of unknowns",
    Measure.ROWS: "change of the number of rows",
}


def divergence(measure: Measure, before: Counts, after: Counts) -> float:
    """Return the divergence of two columns of counts, on a scale on which chance adds in proportion to 1 / n.

    Parameters
    ----------
    measure
        How they are compared; not `Measure.ROWS`.
    before
        Counts, (n,), not all of them 0; of unknowns (known, unknown).
    after
        Counts of the same values, (n,), not all of them 0.

    Returns
    -------
    float
        0, equal shares, or more: of PSI the index, of a Jensen-Shannon distance its square, of unknowns the
        square of the difference of their shares.

    Raises
    ------
    ValueError
        The measure compares no counts.
    """
    match measure:
        case Measure.PSI:
            return float(stability_terms(before, after).sum())
        case Measure.JS:
            one_by_one = compared(before, after)
            return float(shannon_terms(*(pool(side, one_by_one) for side in (before, after))).sum())
        case Measure.UNKNOWN:
            return float((shares(after)[1] - shares(before)[1]) ** 2)
    raise ValueError(f"{measure} compares no counts")


def pool(counts: Counts, kept: NDArray[np.bool_]) -> Counts:
    """Pool categories.

    Parameters
    ----------
    counts
        Counts by category, (n_categories,).
    kept
        Which of them stay, (n_categories,).

    Returns
    -------
    Counts
        Counts of the categories that stay, and behind them the sum of the others, (n_kept + 1,).
    """
    return np.append(counts[kept], counts[~kept].sum())


def distance(measure: Measure, divergence: float) -> float:
    """Bring a divergence to the scale of the limits."""
    return divergence if measure is Measure.PSI else float(np.sqrt(divergence))
