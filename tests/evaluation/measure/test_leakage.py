"""Which pairs of the test part are taken out for two models, and where they go."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array
from tests.registry.comparison.crowd import ARTIST, MUSIC_TYPE, listening, matrix_of, split

from fairtune.columns import Part
from fairtune.evaluation.measure.leakage import unlearned

MATRIX = matrix_of(split(listening(40, 30)))


def cells(matrix):
    of = matrix.tocoo()
    return set(zip(of.row.tolist(), of.col.tolist(), strict=True))


def pairs(chosen):
    rows, columns = zip(*chosen, strict=True)
    return csr_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=MATRIX.test.shape)


def test_what_either_has_learned_is_known_and_no_longer_to_be_found():
    tested = sorted(cells(MATRIX.test))
    one, other = set(tested[:5]), set(tested[3:9])
    left, number = unlearned(MATRIX, [pairs(one), pairs(other)])
    assert number == 9
    assert cells(left.test) == set(tested[9:])
    assert cells(left.plays(Part.TRAIN_VALID)) == cells(MATRIX.plays(Part.TRAIN_VALID)) | one | other
    assert (left.plays(Part.ALL) != MATRIX.plays(Part.ALL)).nnz == 0
    for block in (ARTIST, MUSIC_TYPE):
        known, truth = left.block(block, Part.TRAIN_VALID), left.truth(block, Part.TRAIN_VALID)
        assert not cells(known) & cells(truth)


def test_where_nobody_has_learned_of_it_the_matrix_stays_as_it_is():
    assert unlearned(MATRIX, [MATRIX.train, MATRIX.valid]) == (MATRIX, 0)


def test_a_pair_that_was_played_before_as_well_is_no_answer_given_away():
    """A split by time has such pairs: the truth leaves them out in any case."""
    again = sorted(cells(MATRIX.test))[:4]
    matrix = replace(MATRIX, train=MATRIX.train + pairs(again).astype(np.int64))
    assert unlearned(matrix, [matrix.plays(Part.TRAIN_VALID)]) == (matrix, 0)
