"""Root mean squared error of predictions for listener-item pairs, with listeners resampled.

The pairs of one listener belong together, so whole listeners are drawn. A smaller error is better, in the
unit of the truth.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairtune.metrics.bootstrap import Bootstrap, Figure, Floats, divided, figure

NOISE: Final = 1e-9
"""An error of fewer such parts of the truth's root mean square is rounding, and nothing to compare with."""


def rmse(truth: Floats, predicted: Floats, listeners: NDArray[np.intp], bootstrap: Bootstrap) -> Figure:
    """Root mean squared error over pairs.

    Parameters
    ----------
    truth
        Shape (n_pairs,).
    predicted
        Shape (n_pairs,).
    listeners
        Shape (n_pairs,), the listener of each pair, 0..bootstrap.n_listeners - 1.
    bootstrap
        Resamples of the listeners.

    Returns
    -------
    Figure
        0 and above; 0: perfect. Undefined without pairs.
    """
    value, resampled = _resampled(truth, predicted, listeners, bootstrap)
    return figure(value, resampled)


def skill(
    truth: Floats, predicted: Floats, baseline: Floats, listeners: NDArray[np.intp], bootstrap: Bootstrap
) -> Figure:
    """Compare two predictions by 1 - rmse(predicted) / rmse(baseline), from the same resamples.

    Parameters
    ----------
    truth
        Shape (n_pairs,).
    predicted
        Shape (n_pairs,).
    baseline
        Shape (n_pairs,), the predictions to compare with.
    listeners
        Shape (n_pairs,), the listener of each pair, 0..bootstrap.n_listeners - 1.
    bootstrap
        Resamples of the listeners.

    Returns
    -------
    Figure
        1: perfect; 0: no better than the baseline; below 0: worse. Undefined if the baseline makes no error
        beyond rounding, as where every count is the same.
    """
    value, resampled = _resampled(truth, predicted, listeners, bootstrap)
    base, base_resampled = _resampled(truth, baseline, listeners, bootstrap)
    floor = NOISE * float(np.sqrt(np.square(truth).mean())) if len(truth) else 0.0
    base = base if base > floor else np.nan
    base_resampled = np.where(base_resampled > floor, base_resampled, np.nan)
    return figure(1 - float(divided(np.array(value), np.array(base))), 1 - divided(resampled, base_resampled))


def change(
    truth: Floats, predicted: Floats, baseline: Floats, listeners: NDArray[np.intp], bootstrap: Bootstrap
) -> Figure:
    """Compare two predictions by rmse(predicted) - rmse(baseline), from the same resamples.

    Parameters
    ----------
    truth
        Shape (n_pairs,).
    predicted
        Shape (n_pairs,).
    baseline
        Shape (n_pairs,), the predictions to compare with.
    listeners
        Shape (n_pairs,), the listener of each pair, 0..bootstrap.n_listeners - 1.
    bootstrap
        Resamples of the listeners.

    Returns
    -------
    Figure
        Below 0: better than the baseline; 0: alike.
    """
    value, resampled = _resampled(truth, predicted, listeners, bootstrap)
    base, base_resampled = _resampled(truth, baseline, listeners, bootstrap)
    return figure(value - base, resampled - base_resampled)


def _resampled(
    truth: Floats, predicted: Floats, listeners: NDArray[np.intp], bootstrap: Bootstrap
) -> tuple[float, Floats]:
    squared = np.square(np.asarray(predicted, dtype=np.float64) - truth)
    if np.isnan(squared).any():
        raise ValueError(f"{np.count_nonzero(np.isnan(squared))} pairs have no truth or no prediction (NaN)")
    n = bootstrap.n_listeners
    errors = np.bincount(listeners, weights=squared, minlength=n).astype(np.float64)
    counts = np.bincount(listeners, minlength=n).astype(np.float64)
    values, resampled = bootstrap.ratios(errors[:, None], counts[:, None])
    return float(np.sqrt(values[0])), np.sqrt(resampled[:, 0])
