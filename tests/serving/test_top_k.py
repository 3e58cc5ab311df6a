import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fairtune.serving.top_k import best


@st.composite
def rankings(draw):
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 9)))
    scores = draw(arrays(np.float32, shape, elements=st.integers(-2, 2)))  # many ties
    known = draw(arrays(np.bool_, shape))
    return scores, known, draw(st.integers(1, 12))


@given(rankings())
def test_lists_are_what_sorting_the_unknown_by_score_then_column_gives(ranking):
    scores, known, n = ranking
    listed = best(scores, known, n)
    assert listed.shape == (len(scores), n)
    for row in range(len(scores)):
        unknown = np.flatnonzero(~known[row])
        expected = sorted(unknown, key=lambda column: (-scores[row, column], column))[:n]
        assert listed[row].tolist() == expected + [-1] * (n - len(expected))
