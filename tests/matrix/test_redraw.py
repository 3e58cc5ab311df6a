"""Another draw of the validation part takes the same number of pairs from each listener, and no test pair."""

import numpy as np
from tests.toy import PLAYED, build

from fairtune.matrix.redraw import redrawn

MATRIX = build(PLAYED)


def cells(matrix):
    rows, columns = matrix.nonzero()
    return set(zip(rows.tolist(), columns.tolist(), matrix.data.tolist(), strict=True))


def test_training_and_validation_together_hold_what_they_held():
    other = redrawn(MATRIX, seed=1)
    assert cells(other.train) | cells(other.valid) == cells(MATRIX.train) | cells(MATRIX.valid)
    assert not cells(other.train) & cells(other.valid)
    assert other.test is MATRIX.test
    for part in ("train", "valid"):
        mine, theirs = (np.diff(getattr(matrix, part).indptr) for matrix in (other, MATRIX))
        assert mine.tolist() == theirs.tolist()


def test_the_draw_depends_on_the_seed_alone_and_every_pair_has_the_same_chance():
    assert cells(redrawn(MATRIX, seed=1).valid) == cells(redrawn(MATRIX, seed=1).valid)
    drawn = [cells(redrawn(MATRIX, seed=seed).valid) for seed in range(300)]
    rows, columns = (MATRIX.train + MATRIX.valid).nonzero()
    sizes, held = (
        np.bincount(of.nonzero()[0], minlength=5) for of in (MATRIX.train + MATRIX.valid, MATRIX.valid)
    )
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        share = np.mean([any((r, c) == (row, column) for r, c, _ in one) for one in drawn])
        chance = held[row] / sizes[row]
        assert abs(share - chance) <= 4 * np.sqrt(chance * (1 - chance) / 300)
