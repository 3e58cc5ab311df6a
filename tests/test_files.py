"""Files appear whole or not at all, and the same value is the same bytes."""

import json
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from fairtune import files
from fairtune.errors import NotThere

TABLE = pd.DataFrame({"user_id": [2, 4], "name": ["Björk", None], "plays": [13883, 1]})
MATRIX = csr_array(np.array([[0.0, 1.5], [2.5, 0.0]]))
ARRAY = np.arange(6, dtype=np.float32).reshape(2, 3)
JSON = {"ndcg@10": 0.25, "artists": ["Björk"]}

WRITERS = [
    (files.write_json, JSON),
    (files.write_table, TABLE),
    (files.write_array, ARRAY),
    (files.write_sparse, MATRIX),
]


@pytest.mark.parametrize(("write", "value"), WRITERS)
def test_the_same_value_is_the_same_bytes(tmp_path, write, value):
    write(tmp_path / "one", value)
    write(tmp_path / "two", value)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_what_was_written_is_read(tmp_path):
    files.write_json(tmp_path / "json", JSON)
    files.write_table(tmp_path / "table", TABLE)
    files.write_array(tmp_path / "array", ARRAY)
    files.write_sparse(tmp_path / "sparse", MATRIX)

    assert files.read_json(tmp_path / "json") == JSON
    pd.testing.assert_frame_equal(files.read_table(tmp_path / "table"), TABLE)
    np.testing.assert_array_equal(files.read_array(tmp_path / "array"), ARRAY)
    np.testing.assert_array_equal(files.read_sparse(tmp_path / "sparse").toarray(), MATRIX.toarray())


def test_the_heads_of_a_sparse_matrix_hold_neither_time_nor_what_a_python_adds(tmp_path):
    files.write_sparse(tmp_path / "sparse", MATRIX)

    with ZipFile(tmp_path / "sparse") as file:
        heads = {(of.date_time, of.extract_version, of.extra, of.flag_bits) for of in file.infolist()}
    assert heads == {((1980, 1, 1, 0, 0, 0), 20, b"", 0)}
    version_and_extra = (tmp_path / "sparse").read_bytes()[4:6], (tmp_path / "sparse").read_bytes()[28:30]
    assert version_and_extra == (b"\x14\x00", b"\x00\x00")


def test_json_is_for_people_too(tmp_path):
    files.write_json(tmp_path / "file", {"b": 1, "a": "Björk"})

    assert (tmp_path / "file").read_text(encoding="utf-8") == '{\n  "a": "Björk",\n  "b": 1\n}\n'


def test_a_figure_that_is_no_number_is_refused_and_leaves_the_file_as_it_was(tmp_path):
    files.write_json(tmp_path / "file", {"ndcg@10": 0.25})

    with pytest.raises(ValueError, match="not JSON compliant"):
        files.write_json(tmp_path / "file", {"ndcg@10": float("nan")})

    assert json.loads((tmp_path / "file").read_text()) == {"ndcg@10": 0.25}


def test_an_error_while_writing_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "file").write_text("old")

    def write_half():
        with files.replacing(tmp_path / "file") as temporary:
            temporary.write_text("half of the n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "old")]


@pytest.mark.parametrize("read", [files.read_json, files.read_table, files.read_array, files.read_sparse])
def test_a_missing_file_is_named_with_the_way_out(tmp_path, read):
    with pytest.raises(NotThere) as caught:
        read(tmp_path / "gone")

    assert str(caught.value) == f"{tmp_path / 'gone'} is missing: run the stage that writes it (`dvc repro`)"
