"""A fit aligned with a matrix whose rows and columns are others."""

import numpy as np
import pytest
from tests.floats import summed
from tests.registry.comparison.crowd import ARTIST, MUSIC_TYPE, POINT, SEED, listening, matrix_of, split

from fairtune.columns import BlockName, Part
from fairtune.config.hyperparameters import hyperparameters
from fairtune.models import alignment
from fairtune.models import storage as model_storage
from fairtune.models.als import model as als
from fairtune.serving.fold_in import fold_in

BANDS = (30,)
PAIRS = split(listening(90, 60))


@pytest.fixture(
    scope="module",
    params=[{}, {"delta": 0.5, "scaling": "binary"}, {"share": 0.4, "neighbour_inputs": "items"}],
    ids=["plain", "balanced", "neighbours"],
)
def fitted(request):
    """A fit on some of the listeners and artists."""
    some = PAIRS[(PAIRS["user_id"] % 10 > 1) & (PAIRS["item_id"] % 11 > 1)]
    matrix = matrix_of(some)
    model = als.fit(matrix, Part.TRAIN_VALID, hyperparameters(POINT | request.param), seed=SEED, threads=1)
    return matrix, alignment.describe(
        matrix, Part.TRAIN_VALID, model, regularization=POINT["regularization"], age_bands=BANDS
    )


def align(fitted, matrix):
    return alignment.align(fitted, matrix, Part.TRAIN_VALID, age_bands=BANDS, threads=1)


def test_on_its_own_matrix_a_fit_stays_as_it_is(fitted):
    matrix, fit = fitted
    same = align(fit, matrix)
    assert (same.listener_factors == fit.model.listener_factors).all()
    for block in matrix.blocks:
        assert (same.column_factors[block] == fit.model.column_factors[block]).all()
        assert (same.weights[block].multipliers == fit.model.weights[block].multipliers).all()
    assert same.bonus == {}


def test_who_and_what_it_knows_scores_as_before_wherever_it_stands_now(fitted):
    small, fit = fitted
    whole = matrix_of(PAIRS)
    now = align(fit, whole)
    rows, columns = alignment.rows_of(fit, whole), alignment.places_of(fit, whole, age_bands=BANDS)[ARTIST]
    known_rows, known = np.flatnonzero(rows >= 0), np.flatnonzero(columns >= 0)
    assert len(known_rows) == len(small.listeners) < len(rows)
    before = fit.model.scores(rows[known_rows], ARTIST)[:, columns[known]]
    assert now.scores(known_rows, ARTIST)[:, known] == summed(before)


def test_columns_that_it_does_not_know_come_after_all_others(fitted):
    _, fit = fitted
    whole = matrix_of(PAIRS)
    model = align(fit, whole)
    scores = model.scores(np.flatnonzero(model.listener_factors.any(axis=1)), ARTIST)
    unknown = alignment.places_of(fit, whole, age_bands=BANDS)[ARTIST] < 0
    assert unknown.any()
    assert (scores[:, unknown].max(axis=1) < scores[:, ~unknown].min(axis=1)).all()


def test_who_is_new_is_folded_in_as_serving_does(fitted):
    """By the formula for one listener, written out by itself."""
    _, fit = fitted
    whole = matrix_of(PAIRS)
    now = align(fit, whole)
    places = alignment.places_of(fit, whole, age_bands=BANDS)
    played = {block: fit.audience[block] > 0 for block in fit.columns}
    grams = [fit.model.column_factors[block][played[block]].astype(float) for block in fit.columns]
    gram = sum(factors.T @ factors for factors in grams)
    new = np.flatnonzero(alignment.rows_of(fit, whole) < 0)
    assert len(new) > 5
    for row in new:
        columns, confidences = [], []
        for block in (ARTIST, MUSIC_TYPE):
            cells = whole.block(block, Part.TRAIN_VALID)[[row]]
            at = places[block][cells.indices]
            there = at >= 0
            there[there] = played[block][at[there]]
            of = fit.model.weights[block]
            s = np.ones(cells.nnz) if of.scaling == "binary" else np.log1p(cells.data)
            columns.append(fit.model.column_factors[block][at[there]].astype(float))
            confidences.append(1 + of.multipliers[at[there]] * s[there] / of.scale)
        folded = fold_in(
            gram=gram,
            columns=np.concatenate(columns),
            confidences=np.concatenate(confidences),
            regularization=POINT["regularization"],
        )
        assert now.listener_factors[row] == pytest.approx(folded.factor, rel=1e-3, abs=1e-4)


def test_a_bonus_goes_with_its_columns(fitted):
    _, fit = fitted
    gains = np.linspace(0, 1, len(fit.columns[ARTIST]), dtype=np.float32)
    lifted = alignment.replace(fit, model=fit.model.lifted(ARTIST, gains))
    whole = matrix_of(PAIRS)
    places = alignment.places_of(fit, whole, age_bands=BANDS)[ARTIST]
    bonus = align(lifted, whole).bonus[ARTIST]
    assert (bonus[places >= 0] == gains[places[places >= 0]]).all()
    assert (bonus[places < 0] == alignment.NEVER).all()


def test_blocks_that_it_has_not_or_that_are_gone_are_no_error(fitted):
    _, fit = fitted
    alone = align(fit, matrix_of(PAIRS, blocks=(ARTIST,)))
    assert list(alone.column_factors) == [ARTIST]
    less = alignment.replace(
        fit,
        model=alignment.replace(fit.model, neighbours=None),
        columns={ARTIST: fit.columns[ARTIST]},
        audience={ARTIST: fit.audience[ARTIST]},
    )
    more = align(less, matrix_of(PAIRS))
    assert not more.column_factors[MUSIC_TYPE].any()
    assert np.isfinite(more.listener_factors).all()


def test_the_pairs_it_learned_are_found_again(fitted):
    _, fit = fitted
    whole = matrix_of(PAIRS)
    found = alignment.learned(fit, whole).tocoo()
    users, items = whole.listeners["user_id"].to_numpy(), whole.columns[ARTIST]["item_id"].to_numpy()
    learned = PAIRS[(PAIRS["user_id"] % 10 > 1) & (PAIRS["item_id"] % 11 > 1) & (PAIRS["split"] != "test")]
    assert set(zip(users[found.row], items[found.col], strict=True)) == set(
        zip(learned["user_id"], learned["item_id"], strict=True)
    )


def test_a_fit_is_read_as_it_was_written(fitted, tmp_path):
    _, fit = fitted
    model_storage.write_fitted(tmp_path, fit)
    again = model_storage.read_fitted(tmp_path)
    assert (again.target, again.item_block, again.counts) == (ARTIST, BlockName.ARTIST, True)
    assert again.listeners.equals(fit.listeners)
    assert (again.played != fit.played).nnz == 0
    whole = matrix_of(PAIRS)
    assert (align(again, whole).listener_factors == align(fit, whole).listener_factors).all()
