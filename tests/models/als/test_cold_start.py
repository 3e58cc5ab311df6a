"""Columns that nobody plays get the factors that their content foretells, and no other column changes."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge
from tests.floats import summed
from tests.toy import PLAYED, POINT, build

from fairtune.columns import BlockName, Part
from fairtune.models.als import cold_start
from fairtune.models.als import model as als
from fairtune.models.als.cold_start import ContentFeatures

TRACK, ARTIST, MUSIC_TYPE = BlockName.TRACK, BlockName.ARTIST, BlockName.MUSIC_TYPE


def without_listeners(*items):
    """A world in which nobody plays some items in train and valid."""
    built = build(PLAYED)
    heard = built.plays(Part.TRAIN_VALID).toarray()
    heard[:, items] = 0
    nothing = csr_array(heard.shape, dtype=np.int64)
    return replace(built, train=csr_array(heard), valid=nothing)


def fit(matrix, part=Part.TRAIN):
    return als.fit(matrix, part, replace(POINT, factors=3), seed=1, threads=1)


def test_the_map_is_the_ridge_regression_of_another_library():
    rng = np.random.default_rng(3)
    n, n_types, n_regions, f = 40, 6, 2, 4
    shares = rng.dirichlet(np.ones(n_types), n) * (rng.random(n) < 0.9)[:, None]
    regions = np.eye(n_regions)[rng.integers(0, n_regions, n)]
    types, tracks = (rng.normal(size=(k, f)).astype(np.float32) for k in (n_types, n))
    unplayed = rng.random(n) < 0.3
    columns = ContentFeatures(TRACK, ~unplayed, {MUSIC_TYPE: csr_array(shares)}, regions)
    given = {TRACK: tracks, MUSIC_TYPE: types}
    filled = cold_start.fill(given, [columns], ridge=2.5)
    x = np.hstack([shares @ types, regions])
    other = Ridge(alpha=2.5, fit_intercept=False)
    other.fit(x[~unplayed], tracks[~unplayed])
    assert filled[TRACK][unplayed] == summed(other.predict(x[unplayed]))
    assert filled[TRACK][~unplayed].tobytes() == tracks[~unplayed].tobytes()
    assert filled[MUSIC_TYPE] is types
    assert given[TRACK] is tracks


def test_a_track_is_made_of_its_artist_its_types_and_its_region():
    matrix = without_listeners(1)
    audience = {b: np.bincount(matrix.block(b, Part.TRAIN).indices, minlength=k) for b, k in
                ((TRACK, 6), (ARTIST, 4), (MUSIC_TYPE, 3))}  # fmt: skip
    (track,) = cold_start.content_features(matrix, audience)
    assert (track.block, track.played.tolist()) == (TRACK, [True, False, True, True, False, True])
    assert list(track.membership) == [MUSIC_TYPE, ARTIST]
    kinds = matrix.columns[MUSIC_TYPE]["name"].tolist()
    assert kinds == ["folk", "jazz", "rock"]
    assert track.membership[MUSIC_TYPE].toarray()[[1, 3, 4]] == pytest.approx(
        np.array([[0, 0.5, 0.5], [0.9, 0, 0.1], [0, 0, 0]])
    )
    assert track.membership[ARTIST].toarray().argmax(axis=1).tolist() == [0, 0, 1, 2, 2, 3]
    assert track.regions.tolist() == [[1, 0], [1, 0], [0, 1], [0, 0], [0, 0], [0, 1]]  # north, south, unknown


def test_an_artist_nobody_plays_comes_before_the_tracks_that_are_made_of_it():
    matrix = without_listeners(2, 3, 4)
    fitted = fit(matrix)
    played = np.array([1, 0, 0, 1], dtype=bool)  # artists a and d
    assert (matrix.block(ARTIST, Part.TRAIN).toarray().any(axis=0) == played).all()
    assert np.abs(fitted.column_factors[ARTIST][1]).max() > 0
    assert np.abs(fitted.column_factors[TRACK][2]).max() > 0


def test_without_the_map_such_columns_score_nothing_and_with_it_the_right_listeners_come_first():
    """Half of the listeners play north and its music type, half south; one track of each is new."""
    matrix = planted()
    fitted = als.fit(matrix, Part.TRAIN, replace(POINT, factors=4, iterations=20), seed=1, threads=1)
    plain = als.fit(matrix.without(MUSIC_TYPE), Part.TRAIN, POINT, seed=1, threads=1)
    new = [10, 11]
    assert not plain.column_factors[TRACK][new].any()  # the track alone: nothing says what it is
    scores = fitted.scores(np.arange(20), TRACK)[:, new]
    assert (scores[:10, 0] > scores[:10, 1]).all()
    assert (scores[10:, 0] < scores[10:, 1]).all()


def planted():
    """Tracks 0-4 and 10 are jazz, 5-9 and 11 rock; nobody plays 10 and 11; regions say nothing."""
    built = build(PLAYED)
    rng = np.random.default_rng(2)
    heard = np.zeros((20, 12), dtype=np.int64)
    heard[:10, :5] = rng.random((10, 5)) < 0.7
    heard[10:, 5:10] = rng.random((10, 5)) < 0.7
    jazz = np.isin(np.arange(12), [0, 1, 2, 3, 4, 10])
    columns = built.columns[TRACK].iloc[[3] * 12].reset_index(drop=True)
    types = built.columns[MUSIC_TYPE].iloc[:2].reset_index(drop=True)
    nothing = csr_array(heard.shape, dtype=np.int64)
    return replace(
        built,
        blocks=(TRACK, MUSIC_TYPE),
        train=csr_array(heard),
        valid=nothing,
        test=nothing,
        shares={TRACK: csr_array(np.eye(12)), MUSIC_TYPE: csr_array(np.column_stack([jazz, ~jazz]) * 1.0)},
        sides={},
        columns={TRACK: columns, MUSIC_TYPE: types},
        listeners=built.listeners.iloc[[0] * 20].reset_index(drop=True),
    )


def test_what_nothing_is_known_of_scores_nothing():
    matrix = without_listeners(4)  # no type, no region, and the artist has another track: then that is known
    assert fit(matrix).column_factors[TRACK][4].any()
    nobody = without_listeners(3, 4)  # both tracks of artist c: only the type of track 3 is known
    assert fit(nobody.without(ARTIST)).column_factors[TRACK][3].any()
    assert not fit(nobody.without(ARTIST)).column_factors[TRACK][4].any()
