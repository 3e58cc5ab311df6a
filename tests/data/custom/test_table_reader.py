"""Files of the user's own: CSV, TSV and Parquet give the same rows, and whatever is wrong is told."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairtune.columns import Table
from fairtune.data.custom import fields, table_reader
from fairtune.errors import BadFile, BadTable

PLAYED, USERS, TYPES = Table.INTERACTIONS, Table.USERS, Table.ITEM_TYPES
HEADER = "user_id,item_id,plays,timestamp,split\n"
GOOD = HEADER + "ada,t1,3,2009-04-08,train\nbo,t2,1,2009-04-08T01:57:47Z,test\n"


@pytest.fixture
def file(tmp_path):
    def write(content, name="plays.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(path, table=PLAYED, **named):
    return table_reader.read(path, table, table_reader.columns(path, table, named))


def wrong(path, table=PLAYED, **named):
    return read(path, table, **named).rejected[["line", "column", "rule", "found"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (GOOD, "plays.csv"),
        (GOOD.replace(",", "\t"), "plays.tsv"),
        (GOOD.replace(",", ";"), "plays.csv"),
        (GOOD.replace(",", "|"), "plays.txt"),
        (GOOD.replace("\n", "\r\n"), "plays.csv"),
        (b"\xef\xbb\xbf" + GOOD.encode(), "plays.csv"),
        (GOOD.replace(",", " , "), "plays.csv"),
        (GOOD.replace("ada", '"ada"').replace("user_id", '"user_id"'), "plays.csv"),
        (GOOD.rstrip("\n"), "plays.csv"),
        (GOOD + "\n,,,,\n", "plays.csv"),
    ],
)
def test_every_way_to_write_a_table_gives_the_same_rows(file, content, name):
    found = read(file(content, name))

    assert found.rows.to_dict("list") == {
        "user_id": ["ada", "bo"],
        "item_id": ["t1", "t2"],
        "plays": [3, 1],
        "timestamp": [pd.Timestamp("2009-04-08"), pd.Timestamp("2009-04-08 01:57:47")],
        "split": ["train", "test"],
    }
    assert found.rows.index.tolist() == [2, 3]
    assert found.rejected.empty


def test_parquet_of_any_types_gives_the_same_rows_numbered_from_1(tmp_path):
    path = tmp_path / "plays.parquet"
    pd.DataFrame(
        {
            "user_id": pd.Categorical(["ada", "bo", None]),
            "item_id": [7, 8, 9],
            "plays": [3.0, 1.0, None],
            "timestamp": pd.to_datetime(["2009-04-08", "2009-04-08 01:57:47", None], format="ISO8601"),
        }
    ).to_parquet(path)

    found = read(path)

    assert found.rows.to_dict("list") == {
        "user_id": ["ada", "bo"],
        "item_id": ["7", "8"],
        "plays": [3, 1],
        "timestamp": [pd.Timestamp("2009-04-08"), pd.Timestamp("2009-04-08 01:57:47")],
    }
    assert found.rejected[["line", "column", "rule"]].to_numpy().tolist() == [[3, "user_id", "is not empty"]]


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001 - zones are added below
def test_a_time_means_the_same_in_every_form(moment):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    forms = [
        moment.isoformat(),
        moment.isoformat().replace("+00:00", "Z"),
        moment.strftime("%Y-%m-%d %H:%M:%S.250"),
        moment.astimezone(tz=pd.Timestamp("2020-01-01T00:00+02:00").tz).isoformat(),
        str(int(moment.timestamp())),
    ]

    expected = pd.Timestamp(moment.replace(tzinfo=None)).as_unit("s")
    assert fields.moment(pd.Series(forms, dtype="str")).tolist() == [expected] * len(forms)


@pytest.mark.parametrize(
    "text", ["", "soon", "2009-13-01", "08.04.2009", "1239155867000", "20090408", "1969-01-01"]
)
def test_what_is_no_time_or_not_between_1990_and_2100_is_told(file, text):
    path = file(HEADER + f"ada,t1,3,{text},train\nada,t2,3,2009-04-08,train\n")

    assert wrong(path) == [[2, "timestamp", fields.TIME, repr(text)]]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (",t1,3,2009-04-08,train", ["user_id", "is not empty", "''"]),
        ("ada,  ,3,2009-04-08,train", ["item_id", "is not empty", "''"]),
        (
            "ada,t1,1000000001,2009-04-08,train",
            ["plays", "is a whole number, at most 1,000,000,000", "'1000000001'"],
        ),
        ("ada,t1,many,2009-04-08,train", ["plays", "is a whole number, at most 1,000,000,000", "'many'"]),
        ("ada,t1,2.5,2009-04-08,train", ["plays", "is a whole number, at most 1,000,000,000", "'2.5'"]),
        ("ada,t1,,2009-04-08,train", ["plays", "is a whole number, at most 1,000,000,000", "''"]),
        ("ada,t1,3,2009-04-08,dev", ["split", "is one of train, valid, test", "'dev'"]),
        ("ada,t1,3", ["row", "has 5 fields between commas", "'ada,t1,3'"]),
        (
            "ada,t1,3,2009-04-08,train,x",
            ["row", "has 5 fields between commas", "'ada,t1,3,2009-04-08,train,x'"],
        ),
    ],
)
def test_a_wrong_row_is_told_with_line_column_rule_and_what_stands_there(file, row, expected):
    assert wrong(file(GOOD + row + "\nbo,t9,1,2009-04-08,test\n")) == [[4, *expected]]


def test_a_row_that_is_not_utf_8_is_told(file):
    path = file(b"user_id,item_id\nada,t1\nB\xf6,t2\n")

    assert wrong(path) == [[3, "user_id", "is UTF-8 text", "'B\ufffd'"]]


def test_an_open_quote_is_refused_because_it_would_swallow_lines(file):
    with pytest.raises(BadTable, match="every quote closes on its line") as error:
        read(file('user_id,item_id\nada,"t1\nbo,t2\n'))
    assert "Examples: line 2: 'ada,\"t1'" in str(error.value)


def test_a_line_break_inside_quotes_is_told_with_the_line_that_it_begins_on(file):
    with pytest.raises(BadTable) as error:
        read(file('user_id,item_id\nada,t1\nbo,"Song with\nbreak"\ncleo,"a ""b"""\n'))
    assert "Examples: line 3: 'bo,\"Song with'" in str(error.value)


def test_a_plus_sign_is_one_of_a_number(file):
    assert read(file("user_id,item_id,plays\nada,t1,+5\nbo,t1,+3.0\n")).rows["plays"].tolist() == [5, 3]


def test_optional_fields_may_be_empty_and_wrong_ones_are_told(file):
    path = file("user_id,country,age\nada,,\nbo,SE,31\ncleo,Sweden,\ndov,SE,old\n", "users.csv")

    assert read(path, USERS).rows["age"].tolist() == [pd.NA, 31]
    assert wrong(path, USERS) == [
        [4, "country", "is a country of ISO 3166-1 like SE", "'Sweden'"],
        [5, "age", "is a number above 0", "'old'"],
    ]


@pytest.mark.parametrize("weight", ["0", "-1", "inf", "nan", ""])
def test_weights_of_music_types_are_above_0(file, weight):
    path = file(f"item_id,music_type,weight\nt1,jazz,{weight}\nt1,rock,2\n")

    assert wrong(path, TYPES) == [[2, "weight", "is a number above 0", repr(weight)]]


@pytest.mark.parametrize(
    ("content", "named", "message"),
    [
        (
            "listener,song,plays\n",
            {},
            (
                "plays.csv: no column 'user_id'; the header has listener, song, plays: listener may be it: "
                "name it in params.yaml (columns: {user_id: listener}) or by --column user_id=listener"
            ),
        ),
        (
            "user_id,Item-ID\n",
            {},
            (
                "plays.csv: no column 'item_id'; the header has user_id, Item-ID: Item-ID may be it: name it "
                "in params.yaml (columns: {item_id: Item-ID}) or by --column item_id=Item-ID"
            ),
        ),
        (
            "user_id,item_id,number\n",
            {"plays": "nmber"},
            (
                "plays.csv: no column 'nmber' (for plays); the header has user_id, item_id, number: number "
                "may be it: name it in params.yaml (columns: {plays: number}) or by --column plays=number"
            ),
        ),
        (
            "1,2,3\n",
            {},
            (
                "plays.csv: the first line holds values (1, 2, 3), no names of columns: put a header before "
                "it, like user_id,item_id"
            ),
        ),
        (
            "user_id,item_id\rada,t1\rbo,t2\r",
            {},
            (
                "plays.csv: lines end with CR alone, or the header holds one: save the file with line ends "
                "LF or CRLF"
            ),
        ),
        (
            "user_id,item\r_id\nada,t1\n",
            {},
            (
                "plays.csv: lines end with CR alone, or the header holds one: save the file with line ends "
                "LF or CRLF"
            ),
        ),
        (
            ",,user_id,item_id\n1,2,ada,t1\n",
            {},
            "plays.csv: the header has 2 columns without a name: name them, or drop them",
        ),
        (
            f"user_id,item_id,{'x' * 131_073}\nada,t1,1\n",
            {},
            "plays.csv: the first line is no header of columns: field larger than field limit (131072)",
        ),
        ("", {}, "plays.csv: the first line is empty: it must name the columns"),
        (b"us\xe9r,item\n", {}, "plays.csv: the header is not UTF-8 text: save the file as UTF-8"),
        (
            "user_id,item_id,item_id\n",
            {},
            "plays.csv: the header has the column 'item_id' twice: rename one of them",
        ),
        ("user_id,item_id\n", {}, "plays.csv: there is a header and no row below it: give the whole file"),
    ],
)
def test_a_file_that_cannot_be_the_table_is_refused(file, content, named, message):
    with pytest.raises(BadFile) as caught:
        read(file(content), **named)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("plays.parquet", "plays.parquet: not a Parquet file, or a damaged one: write it anew"),
        ("plays.xlsx", "plays.xlsx: unknown kind of file: its name must end in .csv, .tsv, .txt, .parquet"),
    ],
)
def test_a_file_of_another_kind_is_refused(file, name, message):
    with pytest.raises(BadFile) as caught:
        read(file(GOOD, name))

    assert str(caught.value) == message


def test_lists_in_parquet_are_refused(tmp_path):
    path = tmp_path / "plays.parquet"
    pd.DataFrame({"user_id": ["ada"], "item_id": [["t1", "t2"]]}).to_parquet(path)

    with pytest.raises(BadFile) as caught:
        read(path)

    kind = str(caught.value).split("holds ")[1]
    assert kind.endswith(": it must hold texts, numbers or times")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadFile) as caught:
        read(tmp_path / "plays.csv")

    assert str(caught.value) == (
        f"{tmp_path}/plays.csv: there is no such file: give the path of a CSV, TSV or Parquet file"
    )
