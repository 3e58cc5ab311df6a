"""YAML as version 1.2 has it, and its mistakes in one line."""

import pytest

from fairtune.config import yaml12
from fairtune.errors import BadParams


def read(text):
    return yaml12.parse(text, file="params.yaml")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("010", 10),
        ("1e3", 1000.0),
        ("true", True),
        ("~", None),
    ],
)
def test_a_plain_value_means_what_yaml_1_2_says(written, value):
    assert repr(read(f"a: [{written}]")) == repr({"a": [value]})


def test_merge_keys_bring_what_is_not_overridden():
    text = "base: &base {b: 1, c: &c {d: 2}}\na: {<<: *base, b: 3}\ne:\n  <<: [{b: 4}, *base]\n  f: *c\n"

    assert read(text) == {
        "base": {"b": 1, "c": {"d": 2}},
        "a": {"b": 3, "c": {"d": 2}},
        "e": {"b": 4, "c": {"d": 2}, "f": {"d": 2}},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "seed: [1\ndatasets: {}\n",
            (
                "not valid YAML: line 2, column 9: expected ',' or ']', but got ':' "
                "(while parsing a flow sequence that begins at line 1, column 7)"
            ),
        ),
        ("a: *b\n", "not valid YAML: line 1, column 4: found undefined alias 'b'"),
        ("a: 1\nb: \x01\n", "not valid YAML: line 2, column 4: special characters are not allowed"),
        (
            "a:\n  trials: 4\n  space: {}\n  trials: 8\n",
            (
                "line 4, column 3: 'trials' stands twice in the section "
                "that begins at line 2, column 3: keep one of them"
            ),
        ),
        (
            "b: &b {x: 1}\na:\n  <<: *b\n  <<: *b\n",
            (
                "line 4, column 3: '<<' stands twice in the section "
                "that begins at line 3, column 3: keep one of them"
            ),
        ),
    ],
)
def test_a_mistake_is_named_with_line_and_column_in_one_line(text, message):
    with pytest.raises(BadParams) as caught:
        read(text)

    assert str(caught.value) == f"params.yaml: {message}"
