"""Item-item weights against dense linear algebra, and their part in the score."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.metrics.pairwise import cosine_similarity
from tests.floats import summed
from tests.registry.comparison.crowd import ARTIST, MUSIC_TYPE, POINT, listening, matrix_of, split

from fairtune.columns import Part
from fairtune.config.hyperparameters import hyperparameters
from fairtune.errors import BadParams
from fairtune.models.als import model as als
from fairtune.models.neighbours import cosine, ridge
from fairtune.models.neighbours import model as item_neighbours

CHOSEN = hyperparameters(POINT | {"share": 0.4, "neighbours": 20, "neighbour_beta": 0.3})
MATRIX = matrix_of(split(listening(90, 60)))
EVERYBODY, N_ARTISTS = np.arange(len(MATRIX.listeners)), len(MATRIX.columns[ARTIST])


def cells(n_listeners, n_columns, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.gamma(2.0, size=(n_listeners, n_columns)) * (rng.random((n_listeners, n_columns)) < 0.3)
    return csr_array(values.astype(np.float32))


def by_definition(given, targets, regularization):
    """Each target column is regressed on all other columns, one after the other."""
    z = given.toarray().astype(float)
    weights = np.zeros((z.shape[1], targets))
    for i in range(targets):
        others = [column for column in range(z.shape[1]) if column != i]
        gram = z[:, others].T @ z[:, others] + regularization * np.eye(len(others))
        weights[others, i] = np.linalg.solve(gram, z[:, others].T @ z[:, i])
    return weights


@pytest.mark.parametrize("shape", [(40, 12), (12, 40), (20, 20)], ids=["columns", "listeners", "square"])
@pytest.mark.parametrize("at_once", [5, 512])
def test_every_column_is_regressed_on_all_others(shape, at_once, monkeypatch):
    monkeypatch.setattr(ridge, "AT_ONCE", at_once)
    given = cells(*shape)
    found = ridge.fit(given, targets=10, regularization=2.0, kept=100)
    assert found.shape == (shape[1], 10)
    assert found.toarray() == pytest.approx(by_definition(given, 10, 2.0), rel=1e-3, abs=1e-4)


def test_the_strongest_weights_of_each_column_are_kept():
    given = cells(40, 12)
    whole = ridge.fit(given, targets=10, regularization=2.0, kept=100).toarray()
    cut = ridge.fit(given, targets=10, regularization=2.0, kept=3).toarray()
    for column in range(10):
        strongest = np.sort(np.argsort(-np.abs(whole[:, column]))[:3])
        assert np.flatnonzero(cut[:, column]).tolist() == strongest.tolist()
        assert (cut[strongest, column] == whole[strongest, column]).all()


def test_equations_without_a_stable_solution_are_refused():
    same = csr_array(np.ones((9, 3), dtype=np.float32) * 1e18)
    with pytest.raises(BadParams) as error:
        ridge.fit(same, targets=3, regularization=1e-30, kept=3)
    assert str(error.value) == "with regularization 1e-30 the equations have no stable solution: raise it"


def test_equations_of_listeners_without_a_stable_solution_are_refused_too():
    same = csr_array(np.ones((3, 9), dtype=np.float32) * 1e18)
    with pytest.raises(BadParams) as error:
        ridge.fit(same, targets=3, regularization=1e-30, kept=3)
    assert str(error.value) == "with regularization 1e-30 the equations have no stable solution: raise it"


def test_a_fit_that_cannot_end_well_names_the_setting(monkeypatch):
    def refused(*_, **__):
        raise BadParams("with regularization 0.1 the equations have no stable solution: raise it")

    monkeypatch.setattr(ridge, "fit", refused)
    with pytest.raises(BadParams) as error:
        item_neighbours.fit(MATRIX, Part.TRAIN, CHOSEN, threads=1)
    assert str(error.value) == (
        "neighbour_regularization: with regularization 0.1 the equations have no stable solution: raise it"
    )


def test_cosine_similarity_is_that_of_scikit_learn_without_a_column_itself():
    given = cells(40, 12)
    expected = cosine_similarity(given.toarray().astype(float).T)[:8, :8]
    np.fill_diagonal(expected, 0)
    found = cosine.fit(given, targets=8, shrinkage=0.0, kept=12, threads=1).toarray()
    assert found[:8] == pytest.approx(expected, abs=1e-6)
    assert not found[8:].any()
    few = cosine.fit(given, targets=8, shrinkage=0.0, kept=2, threads=1).toarray()
    wanted = np.zeros((8, 8), bool)
    for column in range(8):
        wanted[np.argsort(-expected[:, column])[:2], column] = True
    for row in range(8):  # and each speaks for four at the most
        wanted[row, np.argsort(-np.where(wanted[row], expected[row], 0))[4:]] = False
    assert ((few[:8] != 0) == wanted).all()


@pytest.mark.parametrize("most", [1, 3, 20])
def test_the_strongest_of_a_row_are_kept_and_of_equal_ones_the_first(most):
    rng = np.random.default_rng(3)
    dense = rng.integers(0, 4, size=(30, 20)).astype(np.float32)
    dense[7] = 0
    found = cosine.strongest(csr_array(dense), most=most)
    for row, values in enumerate(dense):
        order = np.argsort(-values, kind="stable")[:most]
        expected = np.zeros_like(values)
        expected[order] = values[order]
        assert found[[row]].toarray()[0].tolist() == expected.tolist()


def test_of_many_listeners_some_tell_how_far_scores_spread(monkeypatch):
    everybody = item_neighbours.fit(MATRIX, Part.TRAIN, CHOSEN, threads=1)
    monkeypatch.setattr(item_neighbours, "MOST_MEASURED", len(EVERYBODY) - 1)
    monkeypatch.setattr(item_neighbours, "MEASURED", 45)
    some = item_neighbours.fit(MATRIX, Part.TRAIN, CHOSEN, threads=1)
    assert (some.neighbours.weights != everybody.neighbours.weights).nnz == 0
    every_other = np.arange(45) * len(EVERYBODY) // 45
    scores = some.neighbours.scores(every_other).astype(float)
    assert some.mean == pytest.approx(scores.mean(axis=0), rel=1e-5)
    assert some.square == pytest.approx((scores**2).mean(axis=0), rel=1e-5)
    spread = [
        each.balanced(np.ones(N_ARTISTS), deviation=0.5).scores(EVERYBODY).std() for each in (some, everybody)
    ]
    assert spread[0] == pytest.approx(spread[1], rel=0.1)


def test_beyond_so_many_equations_similarity_takes_the_place_of_regression(monkeypatch):
    monkeypatch.setattr(item_neighbours, "MOST_EQUATIONS", 10)
    found = item_neighbours.fit(MATRIX, Part.TRAIN, CHOSEN, threads=1).neighbours
    expected = cosine.fit(
        found.cells, targets=N_ARTISTS, shrinkage=CHOSEN.neighbour_regularization, kept=20, threads=1
    )
    assert (found.weights != expected).nnz == 0


@pytest.mark.parametrize("inputs", ["target", "items"])
@pytest.mark.parametrize("scaling", ["binary", "log"])
def test_cells_are_those_of_the_blocks_scaled_to_mean_1(inputs, scaling):
    chosen = replace(CHOSEN, neighbour_inputs=inputs, neighbour_scaling=scaling)
    found = item_neighbours.fit(MATRIX, Part.TRAIN, chosen, threads=1).neighbours
    assert found.inputs == ((ARTIST,) if inputs == "target" else (ARTIST, MUSIC_TYPE))
    plays = [MATRIX.block(block, Part.TRAIN).toarray() for block in found.inputs]
    s = [(amount > 0) * 1.0 if scaling == "binary" else np.log1p(amount) for amount in plays]
    expected = np.hstack([of / of[of > 0].mean() for of in s])
    assert found.cells.toarray() == pytest.approx(expected, rel=1e-5)
    assert found.scores(EVERYBODY) == pytest.approx(
        found.cells.toarray() @ found.weights.toarray(), rel=1e-4, abs=1e-5
    )


def test_scores_are_those_of_the_factors_and_neighbours_of_the_share_asked_for():
    fitted = als.fit(MATRIX, Part.TRAIN, CHOSEN, seed=1, threads=1)
    alone = als.fit(MATRIX, Part.TRAIN, replace(CHOSEN, share=0.0), seed=1, threads=1)
    assert alone.neighbours is None
    factors = alone.scores(EVERYBODY, ARTIST)
    said = fitted.neighbours.scores(EVERYBODY)
    assert fitted.scores(EVERYBODY, ARTIST) == summed(factors + said)
    assert (fitted.scores(EVERYBODY, MUSIC_TYPE) == alone.scores(EVERYBODY, MUSIC_TYPE)).all()
    assert said.std() == pytest.approx(factors.std() * 0.4 / 0.6, rel=1e-4)


def test_columns_are_balanced_by_popularity_and_group():
    chosen = replace(CHOSEN, neighbour_gamma=0.5)
    plain = item_neighbours.fit(MATRIX, Part.TRAIN, chosen, threads=1)
    balance = item_neighbours.multipliers(MATRIX, Part.TRAIN, chosen)
    plays = MATRIX.block(ARTIST, Part.TRAIN)
    listeners = np.bincount(plays.indices, minlength=N_ARTISTS)
    alone = item_neighbours.multipliers(MATRIX, Part.TRAIN, CHOSEN)
    played = listeners > 0
    popularity = (listeners[played] / listeners.mean()) ** -0.3
    assert alone[played] == pytest.approx(popularity, rel=1e-5)
    assert (alone[~played] == 1).all()
    south = (MATRIX.columns[ARTIST]["region"] == "south").to_numpy()
    rates = np.where(south, listeners[south].mean(), listeners[~south].mean())
    assert balance == pytest.approx(alone * (rates / rates.mean()) ** -0.5, rel=1e-5)
    balanced = plain.balanced(balance, deviation=2.0).scores(EVERYBODY)
    assert balanced.std() == pytest.approx(2.0, rel=1e-4)
    raw = plain.neighbours.scores(EVERYBODY) * balance
    assert balanced == pytest.approx(raw * 2.0 / raw.std(), rel=1e-3, abs=1e-5)


def test_some_listeners_and_columns_score_as_they_do_among_all():
    fitted = als.fit(MATRIX, Part.TRAIN, CHOSEN, seed=1, threads=1)
    gains = np.linspace(0, 1, N_ARTISTS, dtype=np.float32)
    fitted = fitted.lifted(ARTIST, gains)
    rows, columns = np.array([5, 2, 40]), np.array([7, 3, 49, 30])
    some = fitted.take(rows).only(ARTIST, columns).scores(np.arange(3), ARTIST)
    assert some == summed(fitted.scores(rows, ARTIST)[:, columns])


def test_the_same_bytes_come_of_the_same_cells():
    first, second = (ridge.fit(cells(60, 40), targets=30, regularization=2.0, kept=8) for _ in range(2))
    assert first.data.tobytes() == second.data.tobytes()
    assert first.indices.tobytes() == second.indices.tobytes()
