"""Files of who played what that are no table of pairs."""

import io

import pandas as pd
import pytest

from fairtune.data.custom import row_checks
from fairtune.errors import BadFile

ARTISTS = ["Air", "Björk", "Blur", "Can", "Cher", "Feist", "Moby", "Pulp"]


def refused(path, **named):
    with pytest.raises(BadFile) as error:
        row_checks.check(path, "interactions", named)
    return str(error.value)


def test_fields_between_blanks_are_told(tmp_path):
    path = tmp_path / "plays.txt"
    path.write_text("user item plays\nada t1 3\n")

    assert refused(path) == (
        "plays.txt: fields are separated by blanks: save it with one of tabs, commas, semicolons, bars; "
        "where no field holds a blank, `sed 's/[ ]\\+/,/g' plays.txt > plays.csv` does it"
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_matrix_of_listeners_by_artists_is_told_with_what_makes_a_table_of_it(tmp_path, delimiter):
    path = tmp_path / "matrix.csv"
    rows = [["user", *ARTISTS], ["1", *"01000000"], ["2", *"00100001"]]
    path.write_text("".join(f"{delimiter.join(row)}\n" for row in rows), encoding="utf-8")

    sep = "" if delimiter == "," else f", sep={delimiter!r}"
    assert refused(path) == (
        "matrix.csv: a column for each of 8 items, a row a listener: a row a listener and item is needed. In "
        f"Python: pandas.read_csv('matrix.csv'{sep}).melt('user', var_name='item_id', value_name='plays')"
        ".query('plays > 0').to_csv('plays.csv', index=False); then name the column {user_id: user}"
    )
    table = pd.read_csv(path, sep=delimiter).melt("user", var_name="item_id", value_name="plays")
    made = tmp_path / "plays.csv"
    table.query("plays > 0").to_csv(made, index=False)
    assert row_checks.check(made, "interactions", {"user_id": "user"}).rows == 3


def test_a_wide_table_with_texts_is_no_matrix(tmp_path):
    path = tmp_path / "plays.csv"
    path.write_text("a,b,c,d,e,f,g,h,i\n1,x,y,z,1,2,3,4,5\n")

    assert refused(path).startswith("plays.csv: no column 'user_id'; the header has a, b, c")


def test_a_table_of_pairs_with_more_columns_is_read(tmp_path):
    frame = pd.DataFrame([[1, 2, *range(8)]], columns=["user_id", "item_id", *"abcdefgh"])
    path = tmp_path / "plays.csv"
    frame.to_csv(path, index=False)

    assert row_checks.check(path, "interactions", {}).rows == 1
    assert io.StringIO(path.read_text()).readline().count(",") == 9
