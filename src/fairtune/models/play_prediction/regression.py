"""Least squares over features that may bend and work together, in closed form.

A bent regression uses of each feature x, scaled to mean 0 and deviation 1, also tanh(x - 1), tanh(x) and
tanh(x + 1): a curve that is straight in the tails. And of each two features the product tanh(x/2) tanh(z/2).
Curves are held back by a ridge, products by a stronger one, so that few pairs give nearly a plain linear
regression. The penalties are one compromise for all data sets: best by cross-validation over the listeners of
validation pairs of `lastfm-2k`, where `demo` would have none bend and `lfm-2b` would have products bend more.
With the pairs of ten folds there, a third or three times of either matters little.

References
----------
Hoerl and Kennard, "Ridge regression: biased estimation for nonorthogonal problems", Technometrics 1970.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PLAIN: Final = 1.0
CURVE: Final = 100.0
PRODUCT: Final = 10_000.0
"""Ridges, for columns of deviation 1; none for the constant."""
BENDS: Final = (-1.0, 0.0, 1.0)
CHUNK: Final = 2**16
"""Pairs whose columns are held in memory at once."""


@dataclass(frozen=True)
class Regression:
    """A regression on some features.

    Attributes
    ----------
    names
        Of the features.
    centre
        Means that the features are standardised by, (features,).
    scale
        Standard deviations likewise, (features,).
    low
        The least of each feature that was seen, (features,); one below counts as that, for nobody knows what
        a curve does there.
    high
        The most likewise, (features,).
    bent
        Whether features bend and work together, as the module's docstring says.
    coefficients
        Of the columns that are made of the features, (columns,).
    constant
        What is predicted for an average pair.
    """

    names: tuple[str, ...]
    centre: Floats
    scale: Floats
    low: Floats
    high: Floats
    bent: bool
    coefficients: Floats
    constant: float


@dataclass(frozen=True)
class Sums:
    """All that least squares needs of the pairs, for bent regressions on any of the features.

    Attributes
    ----------
    features
        Their names and what they are standardised by; no coefficients yet.
    gram
        Products of columns less their means, (columns, columns).
    moments
        Products of columns and y less their means, (columns,).
    mean
        Of the columns, (columns,).
    n
        Number of pairs.
    mean_y
        Of y.
    """

    features: Regression
    gram: Floats
    moments: Floats
    mean: Floats
    n: int
    mean_y: float


def fit(known: Mapping[str, Floats], names: tuple[str, ...], y: Floats, *, bent: bool) -> Regression:
    """Fit y by some features.

    Parameters
    ----------
    known
        Features of pairs by name, (n,) each.
    names
        Those to use; what never varies is left out.
    y
        What is true of the pairs, (n,).
    bent
        Whether features bend and work together.

    Returns
    -------
    Regression
        With its coefficients.
    """
    sums = gather(known, names, y, bent=bent)
    return solve(sums, names)


def gather(known: Mapping[str, Floats], names: tuple[str, ...], y: Floats, *, bent: bool) -> Sums:
    """Go through the pairs once, a chunk at a time.

    Parameters
    ----------
    known
        Features of pairs by name, (n,) each.
    names
        Those to use; what never varies is left out.
    y
        What is true of the pairs, (n,).
    bent
        Whether features bend and work together.

    Returns
    -------
    Sums
        For `solve`.
    """
    names = tuple(name for name in names if known[name].std() > 0)
    fitted = Regression(
        names=names,
        centre=np.array([known[name].mean() for name in names]),
        scale=np.array([known[name].std() for name in names]),
        low=np.array([known[name].min() for name in names]),
        high=np.array([known[name].max() for name in names]),
        bent=bent,
        coefficients=np.zeros(0),
        constant=0.0,
    )
    m = len(_ridges(fitted))
    gram, moments, sums = np.zeros((m, m)), np.zeros(m), np.zeros(m)
    for part in _chunks(len(y)):
        columns = _columns(fitted, known, part)
        gram += columns.T @ columns
        moments += columns.T @ y[part]
        sums += columns.sum(axis=0)
    mean, n = sums / len(y), len(y)
    gram -= n * np.outer(mean, mean)
    moments -= n * mean * y.mean()
    return Sums(features=fitted, gram=gram, moments=moments, mean=mean, n=n, mean_y=float(y.mean()))


def solve(sums: Sums, names: tuple[str, ...]) -> Regression:
    """Return the regression on some of the features.

    Parameters
    ----------
    sums
        Of the pairs.
    names
        Features to use; those that `sums` doesn't have are left out.

    Returns
    -------
    Regression
        With its coefficients.
    """
    places = np.array([i for i, name in enumerate(sums.features.names) if name in names], dtype=np.intp)
    fitted = replace(
        sums.features,
        names=tuple(sums.features.names[i] for i in places),
        centre=sums.features.centre[places],
        scale=sums.features.scale[places],
        low=sums.features.low[places],
        high=sums.features.high[places],
    )
    columns = _columns_of(places, len(sums.features.names), bent=fitted.bent)
    gram, mean = sums.gram[np.ix_(columns, columns)], sums.mean[columns]
    penalty = np.diag(_ridges(fitted) * np.diag(gram) / sums.n)
    coefficients = np.linalg.lstsq(gram + penalty, sums.moments[columns], rcond=None)[0]
    constant = sums.mean_y - float(mean @ coefficients)
    return replace(fitted, coefficients=np.asarray(coefficients, dtype=np.float64), constant=constant)


def predict(fitted: Regression, known: Mapping[str, Floats], n: int) -> Floats:
    """Predict y of pairs.

    Parameters
    ----------
    fitted
        The regression.
    known
        Features of the pairs by name, (n,) each.
    n
        Number of pairs.

    Returns
    -------
    Floats
        Predictions, (n,).
    """
    predicted = np.full(n, fitted.constant)
    for part in _chunks(n):
        predicted[part] += _columns(fitted, known, part) @ fitted.coefficients
    return predicted


def _columns(fitted: Regression, known: Mapping[str, Floats], part: slice) -> Floats:
    """Columns of some pairs: (pairs, columns)."""
    if not fitted.names:
        return np.zeros((part.stop - part.start, 0))
    x = np.column_stack([known[name][part] for name in fitted.names])
    x = (np.clip(x, fitted.low, fitted.high) - fitted.centre) / fitted.scale
    if not fitted.bent:
        return x
    first, second = np.triu_indices(len(fitted.names), 1)
    half = np.tanh(x / 2)
    return np.hstack([x, *(np.tanh(x + bend) for bend in BENDS), half[:, first] * half[:, second]])


def _columns_of(places: NDArray[np.intp], features: int, *, bent: bool) -> NDArray[np.intp]:
    """Which of the columns of so many features are those of the features at `places`, ascending."""
    if not bent:
        return places
    product = np.zeros((features, features), dtype=np.intp)
    upper = np.triu_indices(features, 1)
    product[upper] = np.arange(len(upper[0]))
    first, second = np.triu_indices(len(places), 1)
    straight_and_curves = [places + k * features for k in range(1 + len(BENDS))]
    products = (1 + len(BENDS)) * features + product[places[first], places[second]]
    return np.concatenate([*straight_and_curves, products])


def _ridges(fitted: Regression) -> Floats:
    features = len(fitted.names)
    if not fitted.bent:
        return np.full(features, PLAIN)
    sizes = features, len(BENDS) * features, features * (features - 1) // 2
    return np.repeat([PLAIN, CURVE, PRODUCT], sizes)


def _chunks(n: int) -> list[slice]:
    return [slice(start, min(start + CHUNK, n)) for start in range(0, n, CHUNK)]
