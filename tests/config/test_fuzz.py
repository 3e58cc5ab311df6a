"""Whatever stands in `params.yaml` is read or refused in one line that names the file: never a traceback."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairtune.config import params
from fairtune.errors import BadParams

ROOT = Path(__file__).parents[2]
WRITTEN = (ROOT / "params.yaml").read_bytes()
PIECES = (
    b"", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r\n", b"\t", b": ", b"- ", b"[", b"}", b"*a", b"&a ",
    b"<<: ", b"? ", b"!!binary ", b"!!python/object:os.system ", b"!!set {a}", b"|", b"%YAML 1.1\n",
    b"---\n", b"...\n", b"2026-11-26", b"0x1F", b"1e999", b".nan", b"~", b"\xe2\x80\xae", b"'", b'"', b"#",
)  # fmt: skip


def answer(folder, written):
    """Read a file; return what is said of it, None if it is accepted."""
    (folder / "params.yaml").write_bytes(written)
    began = time.process_time()
    try:
        params.load(folder)
    except BadParams as refused:
        said = str(refused)
    else:
        said = None
    assert time.process_time() - began < 10
    return said


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzzed")


@given(
    st.lists(
        st.tuples(st.integers(0, len(WRITTEN)), st.integers(0, 40), st.sampled_from(PIECES)),
        min_size=1,
        max_size=3,
    )
)
def test_a_damaged_file_is_read_or_refused_in_one_line(folder, damages):
    written = WRITTEN
    for where, length, piece in damages:
        written = written[:where] + piece + written[where + length :]

    said = answer(folder, written)

    assert said is None or (said.startswith("params.yaml: ") and "\n" not in said), said


@given(st.binary(max_size=200))
def test_bytes_that_are_no_file_of_ours_are_refused_in_one_line(folder, written):
    said = answer(folder, written)

    assert said is not None
    assert said.startswith("params.yaml: ")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (b"", "line 1: a mapping with seed and datasets is expected, but there is nothing"),
        (b"[]", "line 1: a mapping with seed and datasets is expected, but there is a list"),
        (b"seed", "line 1: a mapping with seed and datasets is expected, but there is a str"),
        (b"a: 1\nseed: \xe9\n", "not valid YAML: line 2: is not UTF-8: save the file as UTF-8"),
        (b"[" * 5000, "not valid YAML: sections within sections, too many of them"),
        (
            b"seed: 1\ndatasets: &a {demo: &b {<<: *b}}\n",
            "line 2: datasets.demo.download: Field required (9 more)",
        ),
    ],
)
def test_what_is_no_mapping_is_told_so(folder, written, message):
    assert answer(folder, written) == f"params.yaml: {message}"
