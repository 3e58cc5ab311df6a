import pandas as pd
import pytest

from fairtune.data.sources import delimited
from fairtune.data.sources.column_kinds import Kind
from fairtune.data.sources.delimited import Layout
from fairtune.errors import BadTable, NotThere

PLAYS = Layout(columns={"userID": Kind.WHOLE, "artistID": Kind.WHOLE, "weight": Kind.WHOLE}, header=True)
NAMES = Layout(
    columns={"artist": Kind.TEXT, "title": Kind.TEXT, "country": Kind.TEXT}, header=False, quoted=True
)
HEADER = "userID\tartistID\tweight\n"


@pytest.fixture
def read(tmp_path):
    def read(content, layout=PLAYS):
        file = tmp_path / "plays.dat"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return delimited.read(file, layout)

    return read


@pytest.fixture
def refused(read):
    def refused(content, layout=PLAYS):
        with pytest.raises(BadTable) as caught:
            read(content, layout)
        return str(caught.value)

    return refused


def rejected(result):
    return [tuple(row) for row in result.rejected.itertuples(index=False)]


def test_line_ends_and_a_missing_final_newline_make_no_difference(read):
    unix = read(HEADER + "2\t51\t13883\n2\t52\t11690\n")
    assert unix.rows.to_numpy().tolist() == [[2, 51, 13883], [2, 52, 11690]]
    assert [str(dtype) for dtype in unix.rows.dtypes] == ["int64"] * 3
    assert unix.rows.index.tolist() == [2, 3]
    for same in (
        HEADER + "2\t51\t13883\n2\t52\t11690",
        HEADER.replace("\n", "\r\n") + "2\t51\t13883\r\n2\t52\t11690\r\n",
    ):
        assert read(same).rows.equals(unix.rows)


def test_rows_that_break_a_rule_are_set_aside_with_line_column_and_rule(read):
    result = read(HEADER + "1\t1\t1\n2\t2\n3\t3\t3\t3\n\n4\tx\t4\n5\t5\t \n 6\t6\t6\n7\t7\t7\n")
    assert result.rows.to_numpy().tolist() == [[1, 1, 1], [7, 7, 7]]
    assert result.rows.index.tolist() == [2, 9]
    assert [str(dtype) for dtype in result.rows.dtypes] == ["int64"] * 3
    assert rejected(result) == [
        ("plays.dat", 3, "row", "has 3 fields between tabs", "'2\\t2'"),
        ("plays.dat", 4, "row", "has 3 fields between tabs", "'3\\t3\\t3\\t3'"),
        ("plays.dat", 5, "userID", "is a whole number", "''"),
        ("plays.dat", 6, "artistID", "is a whole number", "'x'"),
        ("plays.dat", 7, "weight", "is a whole number", "' '"),
        ("plays.dat", 8, "userID", "is a whole number", "' 6'"),
    ]


def test_negative_numbers_are_read_for_validation_to_refuse(read):
    assert read(HEADER + "1\t1\t-5\n").rows["weight"].tolist() == [-5]


def test_a_quote_is_a_character_unless_the_file_is_quoted(read):
    layout = Layout(columns={"id": Kind.WHOLE, "name": Kind.TEXT}, header=True)
    assert read('id\tname\n1\t"Weird Al" Yankovic\n2\t12" mix\n', layout).rows["name"].tolist() == [
        '"Weird Al" Yankovic',
        '12" mix',
    ]
    quoted = read('Xmal\t"Qual (12"" remix)"\tDE\nAxl\tNA\tNA\n', NAMES)
    assert quoted.rows.to_numpy().tolist() == [["Xmal", 'Qual (12" remix)', "DE"], ["Axl", "NA", "NA"]]


def test_bytes_that_are_no_utf_8_cost_their_row_only(read):
    result = read(b"a\tb\tDE\n" + b"caf\xe9\tb\tFR\n" + "Björk\tb\tIS\n".encode(), NAMES)
    assert result.rows["artist"].tolist() == ["a", "Björk"]
    assert rejected(result) == [("plays.dat", 2, "artist", "is UTF-8 text and not empty", "'caf\ufffd'")]


def test_latin_1_is_read_as_such(read):
    layout = Layout(columns={"tagID": Kind.WHOLE, "tagValue": Kind.TEXT}, header=True, encoding="latin-1")
    assert read(b"tagID\ttagValue\r\n7\tcan\xe7\xe3o\r\n", layout).rows["tagValue"].tolist() == ["canção"]


def test_times_are_read_to_the_second(read):
    layout = Layout(columns={"age": Kind.WHOLE, "signup": Kind.MOMENT}, header=False)
    result = read("27\t2007-03-27 19:50:20\n27\t27 March\n", layout)
    assert str(result.rows["signup"].dtype) == "datetime64[s]"
    assert str(result.rows["signup"].iloc[0]) == "2007-03-27 19:50:20"
    assert rejected(result)[0][1:4] == (2, "signup", "is a time like 2007-03-27 19:50:20")


NAMED = "the rule: the first line names the columns userID, artistID, weight, separated by tabs. Examples:"
DAMAGES = {
    "an empty file": (
        "",
        "header: 1 row breaks the rule: the file has a header and rows. Examples: 'an empty file'",
    ),
    "only a header": (
        HEADER,
        "rows: 1 row breaks the rule: the file has at least one row. Examples: 'nothing there'",
    ),
    "no header": (
        "2\t51\t13883\n",
        f"userID, artistID, weight: 1 row breaks {NAMED} '2\\t51\\t13883'",
    ),
    "a misspelt column": (
        "//userID\tartistID\tweight\n2\t51\t1\n",
        f"userID: 1 row breaks {NAMED} '//userID\\tartistID\\tweight'",
    ),
    "two count lines for a header": (
        "1892\n17632\n2\t51\t1\n",
        f"userID, artistID, weight: 1 row breaks {NAMED} '1892'",
    ),
    "commas for tabs": (
        "userID,artistID,weight\n2,51,1\n",
        f"userID, artistID, weight: 1 row breaks {NAMED} 'userID,artistID,weight'",
    ),
    "commas below the header": (
        HEADER + "2,51,1\n2,52,1\n",
        (
            "row: 2 rows break the rule: row has 3 fields between tabs. "
            "Examples: line 2: '2,51,1'; line 3: '2,52,1'"
        ),
    ),
}


@pytest.mark.parametrize(("content", "message"), DAMAGES.values(), ids=DAMAGES)
def test_a_file_that_is_something_else_is_refused(refused, content, message):
    assert refused(content) == f"plays.dat: {message}"


def test_a_header_where_none_belongs_is_refused_because_it_would_shift_every_id(refused):
    layout = Layout(columns={"country": Kind.TEXT, "age": Kind.WHOLE}, header=False)
    assert refused("country\tage\nRU\t27\n", layout) == (
        "plays.dat: age: 1 row breaks the rule: the file has no header, its first line is a row. "
        "Examples: 'age'"
    )


@pytest.mark.parametrize(
    "content",
    ['a\t"open\tUS\nb\tc\tUS\nd\te\tUS\n', 'a\t"open\tUS\nb\t"c"\tUS\nd\te\tUS\n', 'a\tb\tUS\nc\td\t"US\n'],
)
def test_a_quote_that_never_closes_is_refused_because_it_swallows_rows(refused, content):
    assert "the rule: every quote closes on its line" in refused(content, NAMES)


def test_the_most_broken_rule_is_the_one_reported():
    rows = [
        ("a", 2, "x", "is a whole number", "'1'"),
        ("b", 3, "y", "is odd", "'2'"),
        ("b", 9, "y", "is odd", "'4'"),
    ]
    error = delimited.refusal(pd.DataFrame(rows, columns=list(delimited.REJECTED)))
    assert (error.table, error.column, error.rule, error.count) == ("b", "y", "y is odd", 2)
    assert error.examples == ("line 3: '2'", "line 9: '4'")


def test_a_missing_file_says_which_stage_writes_it(tmp_path):
    with pytest.raises(NotThere, match=r"plays\.dat is missing: run the stage that writes it"):
        delimited.read(tmp_path / "plays.dat", PLAYS)
