"""Names that look the same and are written differently are told, where files are checked and read."""

import unicodedata

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from fairtune.cli.validate import validate
from fairtune.data.look_alikes import look_alikes, of_columns

COMPOSED, DECOMPOSED = "Björk", unicodedata.normalize("NFD", "Björk")
INVISIBLE, FULL_WIDTH = "ABBA\u200b", "\uff21\uff22\uff22\uff21"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ([COMPOSED, DECOMPOSED, COMPOSED], [(DECOMPOSED, COMPOSED)]),
        (["ABBA", INVISIBLE, FULL_WIDTH, None], [("ABBA", INVISIBLE, FULL_WIDTH)]),
        (["Sigur  Rós", "Sigur Rós"], [("Sigur  Rós", "Sigur Rós")]),
        (["Dune", "Dúné", "dune"], []),  # everybody sees that they differ
        (["か", "が"], []),
        (["いきものがかり", "いきものか\u3099かり"], [("いきものか\u3099かり", "いきものがかり")]),
        ([], []),
    ],
)
def test_forms_of_one_name_are_found_and_other_names_are_not(names, found):
    assert look_alikes(pd.Series(names, dtype="str")) == found


@given(st.text(max_size=8))
def test_a_name_and_its_decomposed_form_are_the_same_to_the_eye(name):
    forms = {name, unicodedata.normalize("NFD", name)}

    assert look_alikes(pd.Series([*forms], dtype="str")) == ([tuple(sorted(forms))] if len(forms) > 1 else [])


def test_a_line_tells_the_forms_so_that_they_can_be_told_apart():
    rows = pd.DataFrame({"user_id": [1, 2], "item_id": ["ABBA", INVISIBLE], "artist": [COMPOSED, DECOMPOSED]})

    assert of_columns(rows) == (
        (
            "warning: items whose names look the same but are written in several forms stay apart: "
            "1 name: 'ABBA' and 'ABBA\\u200b'"
        ),
        (
            "warning: artists whose names look the same but are written in several forms stay apart: "
            "1 name: 'Bjo\\u0308rk' and 'Bj\\xf6rk'"
        ),
    )


def test_validate_warns_and_accepts(tmp_path):
    file = tmp_path / "plays.csv"
    file.write_text(f"user_id,item_id,plays\n1,{COMPOSED},3\n2,{DECOMPOSED},4\n", encoding="utf-8")

    answer = CliRunner().invoke(validate, [str(file)])

    assert answer.exit_code == 0, answer.output
    assert "warning: items whose names look the same" in answer.output
    assert "1 name: 'Bjo\\u0308rk' and 'Bj\\xf6rk'" in " ".join(answer.output.split())
