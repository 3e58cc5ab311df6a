"""Least squares: exactly that where it is straight, and able to bend where it may."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, Ridge

from fairtune.models.play_prediction import regression

RNG = np.random.default_rng(1)
KNOWN = {name: RNG.normal(size=4_000) * unit for name, unit in (("a", 1.0), ("b", 100.0), ("c", 0.01))}
NAMES = tuple(KNOWN)
DESIGN = np.column_stack(list(KNOWN.values()))
NOISE = RNG.normal(size=4_000)
Y = 3 + 0.5 * KNOWN["a"] - 0.02 * KNOWN["b"] + NOISE


def fitted(y, *, bent, names=NAMES, known=KNOWN):
    return regression.predict(regression.fit(known, names, y, bent=bent), known, len(y))


def test_a_straight_one_is_ridge_regression_of_scaled_features():
    scaled = DESIGN / DESIGN.std(axis=0)
    expected = Ridge(alpha=regression.PLAIN).fit(scaled, Y).predict(scaled)
    assert fitted(Y, bent=False) == pytest.approx(expected, abs=1e-9)


def test_without_a_penalty_it_is_least_squares(monkeypatch):
    monkeypatch.setattr(regression, "PLAIN", 0.0)
    expected = LinearRegression().fit(DESIGN, Y).predict(DESIGN)
    assert fitted(Y, bent=False) == pytest.approx(expected, abs=1e-9)


def test_chunks_change_nothing(monkeypatch):
    whole = fitted(Y, bent=True)
    monkeypatch.setattr(regression, "CHUNK", 17)
    assert fitted(Y, bent=True) == pytest.approx(whole, abs=1e-8)


def test_a_bent_one_finds_a_curve_and_a_product_given_enough_pairs():
    known = {name: RNG.normal(size=100_000) for name in "ab"}
    y = np.tanh(2 * known["a"]) + np.tanh(known["a"]) * np.tanh(known["b"])
    straight, bent = (
        (fitted(y, bent=bent, names=tuple(known), known=known) - y).std() for bent in (False, True)
    )
    assert bent < 0.2 * straight


def test_noise_is_not_bent_to():
    extra = {f"n{i}": RNG.normal(size=4_000) for i in range(20)}
    new = {f"n{i}": RNG.normal(size=4_000) for i in range(20)}
    model = regression.fit(extra, tuple(extra), NOISE, bent=True)
    assert regression.predict(model, new, 4_000).std() < 0.15


def test_a_feature_outside_the_range_that_was_seen_counts_as_at_its_end():
    model = regression.fit(KNOWN, NAMES, Y, bent=True)
    end = {name: np.array([values.max()]) for name, values in KNOWN.items()}
    beyond = {name: 1e6 * values for name, values in end.items()}
    assert regression.predict(model, beyond, 1) == pytest.approx(regression.predict(model, end, 1))


@pytest.mark.parametrize("bent", [False, True])
def test_features_that_never_vary_or_are_not_there_leave_the_mean(bent):
    constant = {"x": np.ones(4_000)}
    assert fitted(Y, bent=bent, known=constant, names=("x",)) == pytest.approx(np.full(4_000, Y.mean()))
    assert fitted(Y, bent=bent, known={}, names=()) == pytest.approx(np.full(4_000, Y.mean()))


def test_features_left_out_of_the_sums_are_as_if_never_gathered():
    rng = np.random.default_rng(11)
    known = {name: rng.normal(size=500) for name in "abcde"}
    y = known["a"] * known["c"] + known["e"] + rng.normal(size=500)
    sums = regression.gather(known, tuple(known), y, bent=True)
    for names in (("a", "c", "e"), ("b",), tuple(known), ()):
        some, alone = regression.solve(sums, names), regression.fit(known, names, y, bent=True)
        assert some.names == alone.names == names
        expected = regression.predict(alone, known, 500)
        assert regression.predict(some, known, 500) == pytest.approx(expected, abs=1e-8)
