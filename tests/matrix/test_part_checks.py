"""A split that leaves nothing to learn from or to judge by is refused, with what would help."""

from dataclasses import replace

import pytest
from tests.toy import PLAYED, build, params

from fairtune.errors import BadSplit
from fairtune.matrix import part_checks

BUILT = build(PLAYED)
EMPTY = BUILT.train * 0
EMPTY.eliminate_zeros()


def refused(matrix, **changes):
    with pytest.raises(BadSplit) as error:
        part_checks.check(matrix, params(**changes))
    return str(error.value)


def test_a_matrix_with_something_in_each_part_passes():
    part_checks.check(BUILT, params())


def test_shares_that_round_to_no_pair_are_named():
    few = replace(BUILT, train=BUILT.train + BUILT.valid, valid=EMPTY)
    assert refused(few, split="random", valid_share=0.1, test_share=0.2) == (
        "matrix.split: 'random' leaves the validation part empty: no listener has more than 3 pairs, and "
        "shares of 0.1 and 0.2 are rounded to whole pairs: raise matrix.valid_share and matrix.test_share, "
        "or bring more listening"
    )
    assert refused(few, split="leave_last") == (
        "matrix.split: 'leave_last' leaves the validation part empty: no listener has more than 3 pairs, and "
        "it takes three: use 'random' with larger shares, or bring more listening"
    )
    assert refused(replace(BUILT, test=EMPTY), split="given") == (
        "matrix.split: 'given' leaves the test part empty: raise matrix.valid_share and matrix.test_share, "
        "or bring more listening"
    )


def test_nothing_left_to_learn_from_is_refused():
    assert refused(replace(BUILT, train=EMPTY), split="random") == (
        "matrix.split: 'random' leaves nothing to learn from: lower matrix.valid_share and matrix.test_share"
    )


def test_held_out_pairs_that_hold_nothing_new_can_judge_no_list():
    known = replace(BUILT, valid=BUILT.train)
    assert refused(known) == (
        "matrix.target: nothing of 'track' in the validation part is new to anybody, so no list can be "
        "judged: raise matrix.valid_share, or choose another target"
    )
